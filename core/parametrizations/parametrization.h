// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"

#include <torch/types.h>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace concertina {

/// How one layer's kernel W is made of factors while it trains. Knows one kernel's shape and its
/// options; nothing of plans, copies or backbones.
class Parametrization {
public:
    virtual ~Parametrization() = default;

    /// Factors, in the descriptor's order, whose product is `kernel` [Co, Ci / groups, kh, kw] to
    /// rounding of the kernel's own type.
    virtual std::vector<torch::Tensor> start(const torch::Tensor& kernel) const = 0;

    /// W of factors of any floating type, differentiable in each of them, and linear in each with
    /// the others held, so that scaling the first factor scales W.
    virtual torch::Tensor materialize(std::span<const torch::Tensor> factors) const = 0;
};

/// How a parametrization is made: complete, checked options of its descriptor.
struct ParametrizationEntry {
    ParametrizationInfo info;
    std::function<std::unique_ptr<Parametrization>(const KernelShape&, const Json& options)> make;
};

/// All parametrizations, in menu order.
std::span<const ParametrizationEntry* const> parametrizations();

/// By its id, which must be known.
std::unique_ptr<Parametrization> makeParametrization(const MethodChoice& method,
                                                     const KernelShape& kernel);

} // namespace concertina
