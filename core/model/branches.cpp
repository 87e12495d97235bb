// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/branches.h"

#include <cassert>

namespace concertina {

namespace {

/// Writes the nodes of one layer's branches behind a graph's.
class BranchWriter {
public:
    BranchWriter(LayerGraph& graph, const Node& norm, int input)
        : m_graph(graph), m_norm(norm), m_input(input) {}

    void add(const KernelBranch& branch, int index) {
        Node node = m_norm;
        node.branch = index;
        node.inputs = {m_input};
        if (branch.factor >= 0) {
            node.op = Op::Conv;
            node.name = named("conv", branch.name);
            node.inputs = {push(node)};
        }
        node.op = Op::Norm;
        node.name = named("norm", branch.name);
        m_outputs.push_back(push(node));
    }

    /// The sum's index.
    int finish() {
        Node sum = m_norm;
        sum.op = Op::Add;
        sum.name = named("add", "");
        sum.inputs = m_outputs;
        return push(sum);
    }

private:
    std::string named(const char* what, const std::string& branch) const {
        const std::string name = m_graph.layer(m_norm.layer).name + "." + what;
        return branch.empty() ? name : name + "." + branch;
    }

    int push(const Node& node) {
        m_graph.nodes.push_back(node);
        return static_cast<int>(m_graph.nodes.size()) - 1;
    }

    LayerGraph& m_graph;
    const Node& m_norm;
    int m_input;
    std::vector<int> m_outputs;
};

} // namespace

LayerGraph withBranches(const LayerGraph& graph,
                        std::span<const std::vector<KernelBranch>> branches) {
    LayerGraph result{.layers = graph.layers};
    std::vector<int> moved; // where each node's output is now
    for (const Node& node : graph.nodes) {
        Node now = node;
        for (int& input : now.inputs)
            input = moved[static_cast<std::size_t>(input)];
        const auto* own =
            node.layer < 0 ? nullptr : &branches[static_cast<std::size_t>(node.layer)];
        const bool apart = own != nullptr && own->size() > 1;
        if (apart && node.op == Op::Conv) {
            moved.push_back(now.inputs.front()); // the branches read what it read
            continue;
        }
        if (apart) {
            assert(node.op == Op::Norm && graph.node(node.inputs.front()).layer == node.layer);
            BranchWriter writer(result, node, now.inputs.front());
            for (std::size_t i = 0; i < own->size(); ++i)
                writer.add((*own)[i], static_cast<int>(i));
            moved.push_back(writer.finish());
            continue;
        }
        moved.push_back(static_cast<int>(result.nodes.size()));
        result.nodes.push_back(std::move(now));
    }
    for (const int output : graph.outputs)
        result.outputs.push_back(moved[static_cast<std::size_t>(output)]);
    return result;
}

std::string kernelTensor(const KernelBranch& branch) {
    return branch.name.empty() ? "kernel" : "kernel." + branch.name;
}

std::string normTensor(const KernelBranch& branch, const std::string& what) {
    return branch.name.empty() ? "norm." + what : "norm." + branch.name + "." + what;
}

} // namespace concertina
