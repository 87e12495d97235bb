// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"
#include "core/model/sharing_plan.h"

#include <vector>

namespace concertina {

/// One node run once for a group of tasks that have travelled together so far.
struct ExecutedNode {
    int node = 0;
    TaskSet tasks = 0;
    std::vector<int> inputs; ///< earlier executed nodes, one an input of the node
    TaskSet kernel = 0;      ///< Conv: the tasks that own the kernel that is run
    TaskSet norm = 0;        ///< Norm: the tasks that share γ and β
};

/// What a plan implies for running.
///
/// Tasks run together while their features come from the same kernels and norms, and fork where
/// they do not: the convolution of a layer runs once for each group of the common
/// refinement of its input's partition and the kernel partition; the norm behind it once for
/// each group of the refinement of that and the norm's partition; any other node once for each
/// group of the refinement of its inputs'. A convolution that runs as stretches forks stretch by
/// stretch: what their first factors make of one input is made once. Tasks that have parted stay
/// parted, even where a later kernel is one again: their features differ. A head runs for its task
/// alone. So nothing is computed twice, and nothing is shared that differs.
struct ExecutionTree {
    std::vector<ExecutedNode> nodes; ///< in the order of execution
    std::vector<int> outputs;     ///< the executed node of each task's output
};

/// `plan.layers` stands for the graph's shared layers, in their order; heads come behind them.
ExecutionTree executionTree(const LayerGraph& graph, const SharingPlan& plan);

/// For each executed node, whether it is a norm that can be folded into the kernel before it: whatever
/// runs the kernel must be read by this one executed norm alone, or folding would make several
/// kernels of one, or change what others read.
std::vector<bool> foldableNorms(const LayerGraph& graph, const ExecutionTree& tree);

} // namespace concertina
