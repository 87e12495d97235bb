// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/set_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace concertina {

std::vector<std::int64_t> drawnSamples(std::span<const SetShare> sets) {
    constexpr double most = 1e15; // of which every number of samples is exact
    double length = 0;            // of an epoch, by its samples a weight
    for (const SetShare& set : sets)
        if (set.weight > 0)
            length = std::max(length, set.samples / set.weight);
    std::vector<std::int64_t> drawn;
    for (const SetShare& set : sets)
        drawn.push_back(length > 0 ? std::llround(std::min(length * set.weight, most))
                                   : set.samples);
    return drawn;
}

std::vector<std::int64_t> drawnBatches(std::span<const SetShare> sets, int batch) {
    auto counts = drawnSamples(sets);
    for (std::int64_t& count : counts)
        count /= batch;
    return counts;
}

std::int64_t batchesInEpoch(std::span<const SetShare> sets, DataMix mix, int batch) {
    const bool apart = mix == DataMix::Batches;
    const auto drawn = apart ? drawnBatches(sets, batch) : drawnSamples(sets);
    const auto sum = std::accumulate(drawn.begin(), drawn.end(), std::int64_t{0});
    return apart ? sum : sum / batch;
}

} // namespace concertina
