// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_difference.h"

#include "core/values/table_text.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

Json numberJson(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string nodeName(const NetworkOutline& network, int index) {
    return index < 0 ? std::string()
                     : network.program.instructions[static_cast<std::size_t>(index)].name;
}

std::string nodeOperation(const NetworkDifference& difference, const NodeDifference& node) {
    const auto& program = node.isAdded() ? difference.right.program : difference.left.program;
    const int index = node.isAdded() ? node.right : node.left;
    return opName(program.instructions[static_cast<std::size_t>(index)].op);
}

/// What a fact says at a side, where it says nothing there.
std::string sideText(const std::string& text) {
    return text.empty() ? "none" : text;
}

std::string factText(const StructureFact& fact) {
    return fact.what + " " + sideText(fact.left) + " | " + sideText(fact.right);
}

/// "kernel" of "enc1.1/kernel/a+b".
std::string partOfTensor(const std::string& name) {
    const auto end = name.rfind('/');
    if (end == std::string::npos || end == 0)
        return name;
    const auto begin = name.rfind('/', end - 1);
    return begin == std::string::npos ? name : name.substr(begin + 1, end - begin - 1);
}

int firstBeyond(const NetworkDifference& difference, double limit) {
    const auto found = std::ranges::find_if(difference.nodes, [limit](const NodeDifference& node) {
        return node.output && !(node.output->relativeMax <= limit);
    });
    return found == difference.nodes.end() ? -1
                                           : static_cast<int>(found - difference.nodes.begin());
}

std::string eitherName(const NetworkDifference& difference, int index) {
    const NodeDifference& node = difference.nodes[static_cast<std::size_t>(index)];
    return node.isAdded() ? rightName(difference, node) : leftName(difference, node);
}

std::string outlineText(const NetworkOutline& network) {
    return network.name + " (" + network.form + ", "
           + std::to_string(network.program.instructions.size()) + " nodes)";
}

Json outlineJson(const NetworkOutline& network) {
    return {{"name", network.name},
            {"form", network.form},
            {"tasks", network.tasks},
            {"height", network.height},
            {"width", network.width},
            {"normalization", network.normalization},
            {"nodes", network.program.instructions.size()}};
}

Json factsJson(const std::vector<StructureFact>& facts) {
    Json list = Json::array();
    for (const StructureFact& fact : facts)
        list.push_back({{"what", fact.what}, {"left", fact.left}, {"right", fact.right}});
    return list;
}

Json nodeJson(const NetworkDifference& difference, const NodeDifference& node) {
    const auto name = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    Json json = {{"left", name(leftName(difference, node))},
                 {"right", name(rightName(difference, node))},
                 {"operation", nodeOperation(difference, node)},
                 {"state", stateText(node)},
                 {"structure", factsJson(node.structure)},
                 {"tensors", Json::array()},
                 {"output", nullptr}};
    for (const TensorDifference& tensor : node.tensors)
        json["tensors"].push_back({{"left", tensor.left},
                                   {"right", tensor.right},
                                   {"equal", tensor.equal},
                                   {"max_abs_diff", numberJson(tensor.maxAbs)},
                                   {"relative_norm", numberJson(tensor.relativeNorm)}});
    if (node.output)
        json["output"] = {{"relative_norm", numberJson(node.output->relativeNorm)},
                          {"relative_max", numberJson(node.output->relativeMax)}};
    return json;
}

struct NodeCounts {
    int added = 0, removed = 0, structure = 0, tensors = 0, same = 0;
};

NodeCounts countsOf(const NetworkDifference& difference) {
    NodeCounts counts;
    for (const NodeDifference& node : difference.nodes) {
        counts.added += node.isAdded() ? 1 : 0;
        counts.removed += node.isRemoved() ? 1 : 0;
        counts.structure += node.structure.empty() ? 0 : 1;
        counts.tensors += node.tensorsDiffer() ? 1 : 0;
        counts.same += node.differs() ? 0 : 1;
    }
    return counts;
}

} // namespace

bool NodeDifference::tensorsDiffer() const {
    return std::ranges::any_of(tensors, [](const TensorDifference& t) { return !t.equal; });
}

bool NetworkDifference::differs() const {
    return !facts.empty() || std::ranges::any_of(nodes, &NodeDifference::differs);
}

int NetworkDifference::begins() const {
    return firstBeyond(*this, 0);
}

int NetworkDifference::beginsBeyondRounding() const {
    return firstBeyond(*this, Rounding);
}

std::string leftName(const NetworkDifference& difference, const NodeDifference& node) {
    return nodeName(difference.left, node.left);
}

std::string rightName(const NetworkDifference& difference, const NodeDifference& node) {
    return nodeName(difference.right, node.right);
}

std::string stateText(const NodeDifference& node) {
    return node.isAdded()     ? "added"
           : node.isRemoved() ? "removed"
           : node.differs()   ? "changed"
                              : "same";
}

std::string structureText(const NetworkDifference& difference, const NodeDifference& node) {
    if (node.isAdded() || node.isRemoved())
        return stateText(node) + ", " + nodeOperation(difference, node);
    std::vector<std::string> parts;
    for (const StructureFact& fact : node.structure)
        parts.push_back(factText(fact));
    return join(parts, "; ");
}

std::string tensorsText(const NetworkDifference&, const NodeDifference& node) {
    std::vector<std::string> parts;
    for (const TensorDifference& tensor : node.tensors)
        if (!tensor.equal)
            parts.push_back(partOfTensor(tensor.left) + " by " + digitsText(tensor.maxAbs, 3)
                            + " (relative norm " + digitsText(tensor.relativeNorm, 3) + ")");
    return parts.empty() && !node.tensors.empty() ? "equal" : join(parts, "; ");
}

std::string outputText(const NodeDifference& node) {
    if (!node.output)
        return {};
    return node.outputDiffers() ? digitsText(node.output->relativeNorm, 3) : "equal";
}

std::vector<std::string> summaryLines(const NetworkDifference& difference) {
    std::vector<std::string> lines{"Left: " + outlineText(difference.left),
                                   "Right: " + outlineText(difference.right)};
    for (const StructureFact& fact : difference.facts)
        lines.push_back("They differ in their " + factText(fact));
    const NodeCounts counts = countsOf(difference);
    lines.push_back("Structure: " + std::to_string(counts.structure) + " nodes changed, "
                    + std::to_string(counts.added) + " added, " + std::to_string(counts.removed)
                    + " removed; " + std::to_string(counts.same) + " the same in all");
    lines.push_back(difference.noWeights.empty()
                        ? "Parameters: of " + std::to_string(counts.tensors) + " nodes they differ"
                        : "Parameters are not compared: " + difference.noWeights);
    if (!difference.noOutputs.empty()) {
        lines.push_back("Outputs are not compared: " + difference.noOutputs);
        return lines;
    }
    const int begins = difference.begins();
    const int beyond = difference.beginsBeyondRounding();
    lines.push_back(
        "Outputs, on " + difference.images + ": "
        + (begins < 0 ? "equal to the bit"
           : beyond < 0
               ? "they differ from " + eitherName(difference, begins) + " on, by rounding alone"
           : begins == beyond ? "they differ from " + eitherName(difference, begins) + " on"
                              : "they differ from " + eitherName(difference, begins)
                                    + " on, by more than rounding from "
                                    + eitherName(difference, beyond) + " on"));
    return lines;
}

std::string toText(const NetworkDifference& difference, bool all) {
    TableRows rows{{"left", "right", "structure", "parameters", "output"}};
    for (const NodeDifference& node : difference.nodes)
        if (all || node.differs())
            rows.push_back({leftName(difference, node), rightName(difference, node),
                            structureText(difference, node), tensorsText(difference, node),
                            outputText(node)});
    std::string text = join(summaryLines(difference), "\n") + "\n";
    return rows.size() > 1 ? text + "\n" + tableText(rows)
                           : text + (difference.differs() ? "" : "Nothing differs.\n");
}

Json toJson(const NetworkDifference& difference, bool all) {
    Json json = {{"left", outlineJson(difference.left)},
                 {"right", outlineJson(difference.right)},
                 {"differs", difference.differs()},
                 {"facts", factsJson(difference.facts)},
                 {"nodes", Json::array()}};
    for (const NodeDifference& node : difference.nodes)
        if (all || node.differs())
            json["nodes"].push_back(nodeJson(difference, node));
    const auto place = [&](int index) {
        return index < 0 ? Json() : Json(eitherName(difference, index));
    };
    json["weights"] = {{"compared", difference.noWeights.empty()},
                       {"reason", difference.noWeights}};
    json["outputs"] = {{"compared", difference.noOutputs.empty()},
                       {"reason", difference.noOutputs},
                       {"images", difference.images},
                       {"begins", place(difference.begins())},
                       {"begins_beyond_rounding", place(difference.beginsBeyondRounding())},
                       {"rounding", NetworkDifference::Rounding}};
    return json;
}

} // namespace concertina
