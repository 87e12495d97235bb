// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec_choices.h"

#include <cstdint>
#include <span>
#include <vector>

namespace concertina {

/// One of several sets, as an order of samples sees it.
struct SetShare {
    int samples = 0;
    double weight = 0; ///< its share of an epoch beside the others'; 0 for all: their samples
};

/// How many samples of each set an epoch draws: as their weights say, so many that each set is gone
/// through at least once. Without weights all samples, each once.
std::vector<std::int64_t> drawnSamples(std::span<const SetShare> sets);

/// How many batches of each set an epoch has that is mixed by batches: full ones.
std::vector<std::int64_t> drawnBatches(std::span<const SetShare> sets, int batch);

/// How many steps an epoch has, each on a full batch; of one set, too.
std::int64_t batchesInEpoch(std::span<const SetShare> sets, DataMix mix, int batch);

} // namespace concertina
