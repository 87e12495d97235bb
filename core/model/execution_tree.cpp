// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/execution_tree.h"

#include <map>
#include <utility>

namespace concertina {

namespace {

/// The partition that a node itself forces on the tasks that pass it.
Partition ownPartition(const SharingPlan& plan, const Node& node) {
    if (node.task >= 0)
        return {{taskBit(node.task)}};
    if (node.layer >= 0) {
        const LayerPlan& layer = plan.layers[static_cast<std::size_t>(node.layer)];
        if (node.op == Op::Conv)
            return node.factorCount == 0 ? layer.kernels()
                                         : layer.kernels(node.firstFactor, node.factorCount);
        if (node.op == Op::Norm)
            return layer.norm;
    }
    return together(plan.taskCount());
}

} // namespace

ExecutionTree executionTree(const LayerGraph& graph, const SharingPlan& plan) {
    ExecutionTree tree;
    std::vector<Partition> partitions; // of each node
    std::vector<std::vector<int>> executedOf(graph.nodes.size());
    for (std::size_t index = 0; index < graph.nodes.size(); ++index) {
        const Node& node = graph.nodes[index];
        const Partition own = ownPartition(plan, node);
        Partition partition = own;
        for (const int input : node.inputs)
            partition = commonRefinement(partition, partitions[static_cast<std::size_t>(input)]);
        for (const TaskSet tasks : partition.groups) {
            ExecutedNode executed{.node = static_cast<int>(index), .tasks = tasks};
            for (const int input : node.inputs) {
                const auto from = static_cast<std::size_t>(input);
                const int group = groupOf(partitions[from], firstTask(tasks));
                executed.inputs.push_back(executedOf[from][static_cast<std::size_t>(group)]);
            }
            if (node.op == Op::Conv)
                executed.kernel = groupContaining(own, tasks);
            if (node.op == Op::Norm)
                executed.norm = groupContaining(own, tasks);
            executedOf[index].push_back(static_cast<int>(tree.nodes.size()));
            tree.nodes.push_back(std::move(executed));
        }
        partitions.push_back(std::move(partition));
    }
    for (std::size_t task = 0; task < graph.outputs.size(); ++task) {
        const auto node = static_cast<std::size_t>(graph.outputs[task]);
        const int group = groupOf(partitions[node], static_cast<int>(task));
        tree.outputs.push_back(executedOf[node][static_cast<std::size_t>(group)]);
    }
    return tree;
}

std::vector<bool> foldableNorms(const LayerGraph& graph, const ExecutionTree& tree) {
    using Kernel = std::pair<int, TaskSet>; // a convolution and who owns its kernel
    const auto executed = [&](int index) -> const ExecutedNode& {
        return tree.nodes[static_cast<std::size_t>(index)];
    };
    const auto op = [&](const ExecutedNode& of) { return graph.node(of.node).op; };
    const auto kernelOf = [&](const ExecutedNode& conv) { return Kernel(conv.node, conv.kernel); };
    std::map<Kernel, int> readers; // how many executed nodes read what each kernel gives
    for (const ExecutedNode& reader : tree.nodes)
        for (const int input : reader.inputs)
            if (op(executed(input)) == Op::Conv)
                ++readers[kernelOf(executed(input))];
    for (const int output : tree.outputs)
        if (op(executed(output)) == Op::Conv)
            ++readers[kernelOf(executed(output))];
    std::vector<bool> foldable;
    for (const ExecutedNode& norm : tree.nodes) {
        const bool behind = op(norm) == Op::Norm && op(executed(norm.inputs.front())) == Op::Conv;
        foldable.push_back(behind && readers[kernelOf(executed(norm.inputs.front()))] == 1);
    }
    return foldable;
}

} // namespace concertina
