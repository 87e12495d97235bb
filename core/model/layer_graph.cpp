// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layer_graph.h"

#include <utility>

namespace concertina {

const Node* LayerGraph::smallestNorm() const {
    const Node* smallest = nullptr;
    for (const Node& candidate : nodes)
        if (candidate.op == Op::Norm
            && (smallest == nullptr
                || candidate.height * candidate.width < smallest->height * smallest->width))
            smallest = &candidate;
    return smallest;
}

int LayerGraph::add(Node node) {
    nodes.push_back(std::move(node));
    return static_cast<int>(nodes.size()) - 1;
}

LayerGraph rewritten(const LayerGraph& graph,
                     const std::function<int(LayerGraph& result, Node node)>& write) {
    LayerGraph result{.nodes = {}, .layers = graph.layers, .outputs = {}};
    std::vector<int> moved; // where each node's output is now
    for (Node node : graph.nodes) {
        for (int& input : node.inputs)
            input = moved[static_cast<std::size_t>(input)];
        moved.push_back(write(result, std::move(node)));
    }
    for (const int output : graph.outputs)
        result.outputs.push_back(moved[static_cast<std::size_t>(output)]);
    return result;
}

} // namespace concertina
