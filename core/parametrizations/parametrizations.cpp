// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include <array>
#include <cassert>

namespace concertina {

const ParametrizationEntry& plainParametrization();
const ParametrizationEntry& factoredParametrization();

std::span<const ParametrizationEntry* const> parametrizations() {
    static const std::array all{&plainParametrization(), &factoredParametrization()};
    return all;
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
