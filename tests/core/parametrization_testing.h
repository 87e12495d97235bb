// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace concertina::testing {

/// Weights [out, in / groups, height, width] of a deviation that networks start with.
inline torch::Tensor randomKernel(const KernelShape& shape, std::uint64_t seed) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return torch::empty({shape.out, shape.in / shape.groups, shape.height, shape.width})
        .normal_(0, 0.2, generator);
}

/// By its id, which must be known.
inline const ParametrizationEntry& entryNamed(std::string_view id) {
    return **std::ranges::find_if(
        parametrizations(), [&](const auto* candidate) { return candidate->info.id == id; });
}

/// With the options that are given, and defaults for the others.
inline std::unique_ptr<Parametrization> methodNamed(std::string_view id, const KernelShape& shape,
                                             const Json& options) {
    const ParametrizationEntry& entry = entryNamed(id);
    return entry.make(shape, completeOptions(entry.info, options));
}

/// The kernel of the convolution that a parametrization composes, of all the layer's factors.
inline torch::Tensor mainKernel(const ParametrizationEntry& entry, const KernelShape& shape,
                                const Json& options, std::span<const torch::Tensor> factors) {
    const auto method = entry.make(shape, options);
    if (!entry.info.fragment)
        return method->compose(factors);
    const Fragment fragment = entry.info.fragment(shape, options);
    const FragmentPart& part = fragment.mainConvolution();
    const auto own = factors.subspan(part.firstFactor, part.kernelFactors());
    return own.size() == 1 && factors.size() > 1 ? own.front() : method->compose(own);
}

} // namespace concertina::testing
