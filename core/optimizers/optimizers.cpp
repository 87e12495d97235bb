// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimizers/optimizer.h"

#include <array>
#include <cassert>

namespace concertina {

const OptimizerEntry& adamOptimizer();
const OptimizerEntry& adamWOptimizer();
const OptimizerEntry& sgdOptimizer();

std::span<const OptimizerEntry* const> optimizers() {
    static const std::array all{&adamOptimizer(), &adamWOptimizer(), &sgdOptimizer()};
    return all;
}

const OptimizerEntry& optimizerEntry(const std::string& id) {
    for (const OptimizerEntry* entry : optimizers())
        if (entry->info.id == id)
            return *entry;
    assert(false && "validate() refuses unknown optimizers");
    return *optimizers().front();
}

} // namespace concertina
