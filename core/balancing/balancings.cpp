// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"

#include <array>
#include <cassert>

namespace concertina {

const BalancingEntry& equalBalancing();

std::span<const BalancingEntry* const> balancings() {
    static const std::array all{&equalBalancing()};
    return all;
}

std::unique_ptr<Balancing> makeBalancing(const MethodChoice& choice) {
    for (const BalancingEntry* entry : balancings())
        if (entry->info.id == choice.id)
            return entry->make(choice.options);
    assert(false && "validate() refuses unknown methods");
    return nullptr;
}

} // namespace concertina
