// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_difference.h"

#include "core/model/layer_table.h"
#include "core/values/text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace concertina {

namespace {

/// Of a subsequence's table; a program that has more nodes of no name in common is not aligned.
constexpr std::size_t mostCells = 16'000'000;

const Instruction& instructionOf(const NetworkOutline& network, int index) {
    return network.program.instructions[static_cast<std::size_t>(index)];
}

std::string dimensionsText(const std::vector<std::int64_t>& shape) {
    std::vector<std::string> parts;
    for (const std::int64_t side : shape)
        parts.push_back(std::to_string(side));
    return join(parts, " × ");
}

std::string shapeText(const NetworkOutline& network, int tensor) {
    const auto slot = static_cast<std::size_t>(tensor);
    return slot < network.shapes.size() ? dimensionsText(network.shapes[slot]) : std::string();
}

/// "enc1.1" of "enc1.1/a+b": the node of the layer graph that is run.
std::string nodeOf(const std::string& name) {
    return name.substr(0, name.rfind('/'));
}

/// What a node is, whatever its name.
std::string signatureOf(const NetworkOutline& network, const Instruction& instruction) {
    std::string text = opName(instruction.op);
    if (const auto* how = std::get_if<Convolving>(&instruction.attributes))
        for (const int number : {how->stride, how->padding, how->dilation, how->groups})
            text += ' ' + std::to_string(number);
    if (const auto* pooling = std::get_if<Pooling>(&instruction.attributes))
        for (const int number : {pooling->size, pooling->stride, pooling->padding})
            text += ' ' + std::to_string(number);
    for (const int tensor : instruction.tensors)
        text += ' ' + shapeText(network, tensor);
    return text;
}

/// Which nodes of two networks belong together.
class NodeAlignment {
public:
    NodeAlignment(const NetworkOutline& left, const NetworkOutline& right)
        : m_left(left),
          m_right(right),
          m_toRight(left.program.instructions.size(), -1),
          m_toLeft(right.program.instructions.size(), -1) {
        pairBy([](const std::string& name) { return name; });
        pairBy(nodeOf);
        pairRenamed();
    }

    int rightOf(int left) const { return m_toRight[static_cast<std::size_t>(left)]; }
    int leftOf(int right) const { return m_toLeft[static_cast<std::size_t>(right)]; }

    /// The left order; what is right alone stands behind what it follows there.
    std::vector<NodeDifference> inStep() const {
        std::map<int, std::vector<int>> added = unpaired(m_toLeft, false);
        std::vector<NodeDifference> nodes;
        const auto addBehind = [&](int right) {
            for (const int index : added[right])
                nodes.push_back({.right = index});
            added.erase(right);
        };
        addBehind(-1);
        for (std::size_t i = 0; i < m_toRight.size(); ++i) {
            nodes.push_back({.left = static_cast<int>(i), .right = m_toRight[i]});
            if (m_toRight[i] >= 0)
                addBehind(m_toRight[i]);
        }
        return nodes;
    }

private:
    void pair(int left, int right) {
        m_toRight[static_cast<std::size_t>(left)] = right;
        m_toLeft[static_cast<std::size_t>(right)] = left;
    }

    /// Those with the same key, in their order.
    template <class Key>
    void pairBy(Key key) {
        std::map<std::pair<Op, std::string>, std::vector<int>> waiting;
        for (std::size_t i = m_toLeft.size(); i-- > 0;)
            if (const Instruction& there = m_right.program.instructions[i]; m_toLeft[i] < 0)
                waiting[{there.op, key(there.name)}].push_back(static_cast<int>(i));
        for (std::size_t i = 0; i < m_toRight.size(); ++i) {
            const Instruction& here = m_left.program.instructions[i];
            const auto found = waiting.find({here.op, key(here.name)});
            if (m_toRight[i] >= 0 || found == waiting.end() || found->second.empty())
                continue;
            pair(static_cast<int>(i), found->second.back());
            found->second.pop_back();
        }
    }

    /// What has no partner, by the paired node that stands before it, as the right one has it.
    static std::map<int, std::vector<int>> unpaired(const std::vector<int>& partners, bool isLeft) {
        std::map<int, std::vector<int>> result;
        int before = -1;
        for (std::size_t i = 0; i < partners.size(); ++i)
            if (partners[i] < 0)
                result[before].push_back(static_cast<int>(i));
            else
                before = isLeft ? partners[i] : static_cast<int>(i);
        return result;
    }

    void pairRenamed() {
        const auto here = unpaired(m_toRight, true);
        const auto there = unpaired(m_toLeft, false);
        for (const auto& [before, nodes] : here)
            if (const auto found = there.find(before); found != there.end())
                pairSubsequence(nodes, found->second);
    }

    void pairSubsequence(const std::vector<int>& here, const std::vector<int>& there) {
        const std::size_t wide = there.size() + 1;
        if ((here.size() + 1) * wide > mostCells)
            return;
        std::vector<std::string> mine, other;
        for (const int node : here)
            mine.push_back(signatureOf(m_left, instructionOf(m_left, node)));
        for (const int node : there)
            other.push_back(signatureOf(m_right, instructionOf(m_right, node)));
        // The longest of what follows, from the ends.
        std::vector<int> longest((here.size() + 1) * wide);
        for (std::size_t i = here.size(); i-- > 0;)
            for (std::size_t j = there.size(); j-- > 0;)
                longest[i * wide + j] = mine[i] == other[j] ? longest[(i + 1) * wide + j + 1] + 1
                                                            : std::max(longest[(i + 1) * wide + j],
                                                                       longest[i * wide + j + 1]);
        for (std::size_t i = 0, j = 0; i < here.size() && j < there.size();) {
            if (mine[i] == other[j])
                pair(here[i++], there[j++]);
            else if (longest[(i + 1) * wide + j] >= longest[i * wide + j + 1])
                ++i;
            else
                ++j;
        }
    }

    const NetworkOutline& m_left;
    const NetworkOutline& m_right;
    std::vector<int> m_toRight, m_toLeft;
};

/// Notes in what two nodes differ.
class NodeComparison {
public:
    NodeComparison(const NetworkOutline& left, const NetworkOutline& right,
                   const NodeAlignment& alignment)
        : m_left(left), m_right(right), m_alignment(alignment) {
        for (const auto& task : left.tasks)
            if (std::ranges::find(right.tasks, task) != right.tasks.end())
                m_common.insert(task);
        m_served = {tasksServed(left.program), tasksServed(right.program)};
        m_readers = {readersOf(left), readersOf(right)};
    }

    std::vector<StructureFact> operator()(int left, int right) {
        m_facts.clear();
        const Instruction& here = instructionOf(m_left, left);
        const Instruction& there = instructionOf(m_right, right);
        note("name", here.name, there.name);
        note("operation", opName(here.op), opName(there.op));
        noteAttributes(here.attributes, there.attributes);
        noteTensors(here, there);
        if (here.op == Op::Norm && there.op == Op::Norm)
            note("statistics", here.rests ? "at rest" : "followed",
                 there.rests ? "at rest" : "followed");
        noteInputs(here, there);
        note("tasks", tasksText(m_left, m_served.first[static_cast<std::size_t>(left)]),
             tasksText(m_right, m_served.second[static_cast<std::size_t>(right)]));
        if (!m_left.sharing.empty() && !m_right.sharing.empty())
            note("sharing", m_left.sharing[static_cast<std::size_t>(left)],
                 m_right.sharing[static_cast<std::size_t>(right)]);
        return m_facts;
    }

private:
    static std::vector<int> readersOf(const NetworkOutline& network) {
        std::vector<int> readers(network.program.tensors.size());
        for (const Instruction& instruction : network.program.instructions)
            for (const int tensor : instruction.tensors)
                ++readers[static_cast<std::size_t>(tensor)];
        return readers;
    }

    void note(const char* what, const std::string& left, const std::string& right) {
        if (left != right)
            m_facts.push_back({what, left, right});
    }

    void note(const char* what, int left, int right) {
        note(what, std::to_string(left), std::to_string(right));
    }

    void noteAttributes(const Attributes& here, const Attributes& there) {
        if (here.index() != there.index())
            return; // another operation
        if (std::holds_alternative<Convolving>(here)) {
            const auto left = std::get<Convolving>(here), right = std::get<Convolving>(there);
            note("stride", left.stride, right.stride);
            note("padding", left.padding, right.padding);
            note("dilation", left.dilation, right.dilation);
            note("groups", left.groups, right.groups);
        } else if (std::holds_alternative<Pooling>(here)) {
            const auto left = std::get<Pooling>(here), right = std::get<Pooling>(there);
            note("window", left.size, right.size);
            note("stride", left.stride, right.stride);
            note("padding", left.padding, right.padding);
        } else if (here != there) {
            const bool isNearest = here == Attributes(Interpolation::Nearest);
            note("by", isNearest ? "nearest" : "bilinear", isNearest ? "bilinear" : "nearest");
        }
    }

    void noteTensors(const Instruction& here, const Instruction& there) {
        if (here.op != there.op)
            return;
        const char* const first = here.op == Op::Conv ? "kernel" : "channels";
        const std::size_t count = std::min(here.tensors.size(), there.tensors.size());
        if (here.op == Op::Conv)
            note("bias", here.tensors.size() > 1 ? "yes" : "no",
                 there.tensors.size() > 1 ? "yes" : "no");
        if (count == 0)
            return;
        const std::string left = shapeText(m_left, here.tensors.front());
        const std::string right = shapeText(m_right, there.tensors.front());
        if (!left.empty() && !right.empty())
            note(first, left, right);
        const int readers = m_readers.first[static_cast<std::size_t>(here.tensors.front())];
        const int others = m_readers.second[static_cast<std::size_t>(there.tensors.front())];
        note("readers of its tensor", readers, others);
    }

    /// What is read through nodes that one network alone has: these are noted themselves.
    static int pairedInput(const NetworkOutline& network, int node, const auto& partner) {
        while (partner(node) < 0 && !instructionOf(network, node).inputs.empty())
            node = instructionOf(network, node).inputs.front();
        return node;
    }

    void noteInputs(const Instruction& here, const Instruction& there) {
        const auto rightOf = [&](int node) { return m_alignment.rightOf(node); };
        const auto leftOf = [&](int node) { return m_alignment.leftOf(node); };
        std::vector<std::string> left, right;
        bool same = here.inputs.size() == there.inputs.size();
        for (const int input : here.inputs)
            left.push_back(instructionOf(m_left, input).name);
        for (const int input : there.inputs)
            right.push_back(instructionOf(m_right, input).name);
        for (std::size_t i = 0; same && i < here.inputs.size(); ++i) {
            const int mine = pairedInput(m_left, here.inputs[i], rightOf);
            const int other = pairedInput(m_right, there.inputs[i], leftOf);
            // Of copies one is paired; the others are noted as added.
            same = rightOf(mine) == other
                   || nodeOf(instructionOf(m_left, mine).name)
                          == nodeOf(instructionOf(m_right, other).name);
        }
        if (!same)
            m_facts.push_back({"inputs", join(left, ", "), join(right, ", ")});
    }

    /// Of those that both networks have.
    std::string tasksText(const NetworkOutline& network, TaskSet served) const {
        std::set<std::string> names;
        for (std::size_t t = 0; t < network.tasks.size(); ++t)
            if ((served & taskBit(static_cast<int>(t))) != 0 && m_common.contains(network.tasks[t]))
                names.insert(network.tasks[t]);
        const std::vector<std::string> sorted(names.begin(), names.end());
        return join(sorted, ", ");
    }

    const NetworkOutline& m_left;
    const NetworkOutline& m_right;
    const NodeAlignment& m_alignment;
    std::set<std::string> m_common; ///< tasks of both
    std::pair<std::vector<TaskSet>, std::vector<TaskSet>> m_served;
    std::pair<std::vector<int>, std::vector<int>> m_readers; ///< of tensors
    std::vector<StructureFact> m_facts;
};

/// Why the same images can't go through both, or what they give would not be of the same things.
std::string whyNoOutputs(const NetworkDifference& difference) {
    if (!difference.noWeights.empty())
        return difference.noWeights;
    for (const StructureFact& fact : difference.facts)
        return "they differ in their " + fact.what + ": " + fact.left + " | " + fact.right;
    return {};
}

} // namespace

NetworkOutline outlineOf(const NetworkDesign& design, std::string name) {
    NetworkOutline outline{.name = std::move(name),
                           .form = "plan",
                           .program = programOf(design),
                           .tasks = design.plan.tasks,
                           .height = design.graph.nodes.front().height,
                           .width = design.graph.nodes.front().width};
    outline.shapes.resize(outline.program.tensors.size());
    std::map<std::string, std::string> states;
    for (const LayerRow& row : layerTable(design).rows)
        states[row.name] = row.sharing + ", " + row.method;
    for (std::size_t i = 0; i < design.tree.nodes.size(); ++i) {
        const Node& node = design.graph.node(design.tree.nodes[i].node);
        const auto& tensors = outline.program.instructions[i].tensors;
        outline.sharing.push_back(node.op == Op::Conv ? states[design.graph.layer(node.layer).name]
                                                      : std::string());
        for (std::size_t k = 0; k < tensors.size(); ++k) {
            auto& shape = outline.shapes[static_cast<std::size_t>(tensors[k])];
            shape = {node.channels};
            if (node.op != Op::Conv || k > 0)
                continue;
            const KernelShape kernel = design.partOf(node).kernel;
            shape = {kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width};
        }
    }
    return outline;
}

NetworkDifference structuralDifference(NetworkOutline left, NetworkOutline right) {
    NetworkDifference result{.left = std::move(left), .right = std::move(right)};
    const auto note = [&](const char* what, const std::string& here, const std::string& there) {
        if (here != there)
            result.facts.push_back({what, here, there});
    };
    const auto size = [](const NetworkOutline& network) {
        return std::to_string(network.width) + " × " + std::to_string(network.height);
    };
    note("tasks", join(result.left.tasks, ", "), join(result.right.tasks, ", "));
    note("images' size", size(result.left), size(result.right));
    if (!result.left.normalization.empty() && !result.right.normalization.empty())
        note("normalization", result.left.normalization, result.right.normalization);
    const NodeAlignment alignment(result.left, result.right);
    NodeComparison compare(result.left, result.right, alignment);
    result.nodes = alignment.inStep();
    for (NodeDifference& node : result.nodes)
        if (!node.isAdded() && !node.isRemoved())
            node.structure = compare(node.left, node.right);
    if (result.left.form == "plan" || result.right.form == "plan")
        result.noWeights = "a plan has no weights";
    result.noOutputs = whyNoOutputs(result);
    return result;
}

} // namespace concertina
