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
            node.inputs = {m_graph.add(node)};
        }
        node.op = Op::Norm;
        node.name = named("norm", branch.name);
        m_outputs.push_back(m_graph.add(std::move(node)));
    }

    /// The sum's index.
    int finish() {
        Node sum = m_norm;
        sum.op = Op::Add;
        sum.name = named("add", "");
        sum.inputs = m_outputs;
        return m_graph.add(std::move(sum));
    }

private:
    std::string named(const char* what, const std::string& branch) const {
        const std::string name = m_graph.layer(m_norm.layer).name + "." + what;
        return branch.empty() ? name : name + "." + branch;
    }

    LayerGraph& m_graph;
    const Node& m_norm;
    int m_input;
    std::vector<int> m_outputs;
};

} // namespace

LayerGraph withBranches(const LayerGraph& graph,
                        std::span<const std::vector<KernelBranch>> branches) {
    return rewritten(graph, [&](LayerGraph& result, Node node) {
        const auto* own =
            node.layer < 0 ? nullptr : &branches[static_cast<std::size_t>(node.layer)];
        if (own == nullptr || own->size() <= 1)
            return result.add(std::move(node));
        if (node.op == Op::Conv) // the branches read what it read
            return node.inputs.front();
        assert(node.op == Op::Norm);
        BranchWriter writer(result, node, node.inputs.front());
        for (std::size_t i = 0; i < own->size(); ++i)
            writer.add((*own)[i], static_cast<int>(i));
        return writer.finish();
    });
}

std::string kernelTensor(const KernelBranch& branch) {
    return branch.name.empty() ? "kernel" : "kernel." + branch.name;
}

std::string normTensor(const KernelBranch& branch, const std::string& what) {
    return branch.name.empty() ? "norm." + what : "norm." + branch.name + "." + what;
}

} // namespace concertina
