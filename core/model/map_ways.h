// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"
#include "core/model/partition.h"

#include <cstddef>
#include <vector>

namespace concertina {

/// Features that leave a task's way and join it again. A layer is an index; −1: the image in front
/// of all layers, or the heads behind them.
struct WaySkip {
    Op op = Op::Concat; ///< what joins
    int from = -1;
    int to = -1;
    std::vector<std::size_t> through; ///< layers of a shortcut

    bool operator==(const WaySkip&) const = default;
};

/// How a backbone's features get from the image to the heads.
struct MapWays {
    /// By task, the shared layers on the longest way from the image to its head, in their order: of
    /// what joins, the input behind more layers is the way.
    std::vector<std::vector<std::size_t>> layers;
    std::vector<TaskSet> passing; ///< by layer, the tasks whose way it is on
    std::vector<WaySkip> skips;   ///< each once
};

/// `backbone` has its heads; its first `layers` layers are the shared ones.
MapWays mapWays(const LayerGraph& backbone, std::size_t layers);

} // namespace concertina
