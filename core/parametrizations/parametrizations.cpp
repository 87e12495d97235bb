// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

#include <array>
#include <cassert>

namespace concertina {

const ParametrizationEntry& plainParametrization();
const ParametrizationEntry& factoredParametrization();
const ParametrizationEntry& expandParametrization();
const ParametrizationEntry& doConvParametrization();
const ParametrizationEntry& repVggParametrization();
const ParametrizationEntry& chainParametrization();
const ParametrizationEntry& rcmParametrization();
const ParametrizationEntry& tapsParametrization();
const ParametrizationEntry& eftParametrization();
const ParametrizationEntry& kmStyleParametrization();
const ParametrizationEntry& polytroponParametrization();

std::span<const ParametrizationEntry* const> parametrizations() {
    static const std::array all{
        &plainParametrization(),   &factoredParametrization(),  &expandParametrization(),
        &doConvParametrization(),  &repVggParametrization(),    &chainParametrization(),
        &rcmParametrization(),     &tapsParametrization(),      &eftParametrization(),
        &kmStyleParametrization(), &polytroponParametrization()};
    return all;
}

/// What a chain is where nothing is said of it.
Json usualChain() {
    return {toJson(MethodChoice{"do-conv"}), toJson(MethodChoice{"factored"})};
}

torch::Tensor Parametrization::regularizer(std::size_t, const torch::Tensor&,
                                           const RegularizerMoment&) const {
    return {};
}

FactorReading Parametrization::read(std::size_t, const torch::Tensor&) const {
    assert(false && "a descriptor gives a factor a meaning that its parametrization can't read");
    return {};
}

std::unique_ptr<Parametrization> makeParametrization(const MethodChoice& method,
                                                     const KernelShape& kernel) {
    for (const ParametrizationEntry* entry : parametrizations())
        if (entry->info.id == method.id)
            return entry->make(kernel, method.options);
    assert(false && "validate() refuses unknown parametrizations");
    return nullptr;
}

} // namespace concertina
