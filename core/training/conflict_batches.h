// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"
#include "core/training/run_data.h"

#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// What conflict is measured on, and the estimator's name.
struct ConflictBatches {
    std::vector<Batch> batches;
    std::string estimator;
};

/// The first half of a batch, of one sample that; at least so much that no norm of the graph sees
/// one value a channel, behind which all gradients are 0. "exact-half", or "exact" where it is all.
ConflictBatches halfOf(const Batch& batch, const LayerGraph& graph);

/// The same before step `step` of a training; where several sets are mixed by batches, which tasks
/// of different sets are never in together, as many samples of each set, drawn anew: a function of
/// the seed and the step alone. "exact-half-sets". A sample that can't be read is passed over.
ConflictBatches conflictBatches(const RunData& data, const Batch& batch, const LayerGraph& graph,
                                std::int64_t step);

} // namespace concertina
