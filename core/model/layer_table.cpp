// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layer_table.h"

#include "core/model/costs.h"
#include "core/model/weight_owners.h"
#include "core/values/text.h"

#include <algorithm>
#include <set>
#include <utility>

namespace concertina {

namespace {

FeatureSize sizeOf(const Node& node) {
    return {node.channels, node.height, node.width};
}

std::string sizeText(const FeatureSize& size) {
    return std::to_string(size.channels) + " × " + std::to_string(size.height) + " × "
           + std::to_string(size.width);
}

std::string sharingText(const NetworkDesign& design, std::size_t layer) {
    const int task = design.backbone.layers[layer].task;
    if (task >= 0)
        return "head of " + design.plan.tasks[static_cast<std::size_t>(task)];
    const auto state = stateOf(design.plan.layers[layer], design.layers[layer].factors);
    return state ? std::string(stateName(*state)) : "other";
}

/// What a layer is, whatever its parametrization and the plan.
LayerRow plainRow(const NetworkDesign& design, const Node& node, const ReceptiveField& field) {
    const LayerGraph& graph = design.backbone;
    const Layer& layer = graph.layer(node.layer);
    const auto index = static_cast<std::size_t>(node.layer);
    return {.name = layer.name,
            .kernel = layer.kernel,
            .bias = layer.bias,
            .norm = layer.norm,
            .input = sizeOf(graph.node(node.inputs.front())),
            .output = sizeOf(node),
            .field = field,
            .sharing = sharingText(design, index),
            .method = design.layers[index].method.id,
            .parameters =
                static_cast<double>(layer.kernel.weights() + (layer.bias ? layer.kernel.out : 0)
                                    + (layer.norm ? 2 * layer.kernel.out : 0))};
}

/// By layer.
std::vector<int> shippedKernels(const NetworkDesign& design) {
    std::set<std::pair<int, TaskSet>> kernels;
    for (const ExecutedNode& executed : design.tree.nodes) {
        const Node& node = design.graph.node(executed.node);
        if (node.op == Op::Conv)
            kernels.emplace(node.layer,
                            design.becomesOneKernel(node) ? executed.tasks : executed.kernel);
    }
    std::vector<int> counts(design.layers.size(), 0);
    for (const auto& [layer, owner] : kernels)
        ++counts[static_cast<std::size_t>(layer)];
    return counts;
}

LayerRow totalOf(const std::vector<LayerRow>& rows) {
    LayerRow total{.name = "total"};
    for (const LayerRow& row : rows) {
        total.kernels += row.kernels;
        total.parameters += row.parameters;
        total.trained += row.trained;
        total.collapsed += row.collapsed;
        total.multiplyAdds += row.multiplyAdds;
    }
    return total;
}

} // namespace

std::string LayerRow::kind() const {
    if (kernel.isPointwise() && output.height == 1 && output.width == 1 && input.height == 1
        && input.width == 1)
        return "linear";
    const std::string size = std::to_string(kernel.height) + " × " + std::to_string(kernel.width);
    if (kernel.groups > 1 && kernel.groups == kernel.in)
        return size + ", depthwise";
    return kernel.groups > 1 ? size + ", " + std::to_string(kernel.groups) + " groups" : size;
}

LayerTable layerTable(const NetworkDesign& design) {
    const auto fields = receptiveFields(design.backbone);
    const auto multiplyAdds = multiplyAddsByLayer(design);
    const auto kernels = shippedKernels(design.runsStretches() ? composed(design) : design);
    std::vector<std::size_t> rowOf(design.layers.size(), 0);
    LayerTable table;
    for (std::size_t i = 0; i < design.backbone.nodes.size(); ++i) {
        const Node& node = design.backbone.nodes[i];
        if (node.op != Op::Conv)
            continue;
        const auto layer = static_cast<std::size_t>(node.layer);
        rowOf[layer] = table.rows.size();
        LayerRow row = plainRow(design, node, fields[i]);
        row.multiplyAdds = multiplyAdds[layer];
        row.kernels = kernels[layer];
        table.rows.push_back(std::move(row));
    }
    for (const OwnedWeights& weights : ownedWeights(design)) {
        LayerRow& row = table.rows[rowOf[static_cast<std::size_t>(weights.layer)]];
        row.trained += weights.count.expanded;
        row.collapsed += weights.count.collapsed;
    }
    table.total = totalOf(table.rows);
    return table;
}

const std::vector<LayerColumn>& layerColumns() {
    static const std::vector<LayerColumn> columns{
        {"Layer", "A convolution with its bias and its norm"},
        {"kernel", "Height × width, and its groups; linear: of what has one pixel"},
        {"stride", "Pixels of its input from one pixel of its output to the next", true},
        {"dilation", "Pixels from one weight of the kernel to the next", true},
        {"input", "Channels × height × width", true},
        {"output", "Channels × height × width", true},
        {"field",
         "Pixels of the image, along a side, that one pixel of its output is computed "
         "from; larger than the image: all of it",
         true},
        {"jump", "Pixels of the image from one pixel of its output to the next", true},
        {"sharing", "How the tasks share it, or whose head it belongs to"},
        {"made by", "What its kernel is made by in training"},
        {"kernels", "That ship: one for each group of tasks that run another", true},
        {"parameters", "Of one plain copy: kernel, bias, and two a channel of its norm", true},
        {"training", "Parameters in training: every copy of every factor, biases and norms", true},
        {"collapsed", "Parameters that ship", true},
        {"multiply–adds", "Of one image through what ships", true}};
    return columns;
}

std::vector<std::string> cellsOf(const LayerRow& row, bool exact) {
    const auto count = [exact](double value) {
        return exact ? numberText(value) : shortCount(value);
    };
    std::vector<std::string> cells{row.name};
    if (row.output.channels == 0) // the total
        cells.resize(10);
    else
        cells = {row.name,
                 row.kind(),
                 std::to_string(row.kernel.stride),
                 std::to_string(row.kernel.dilation),
                 sizeText(row.input),
                 sizeText(row.output),
                 row.field.wholeImage ? "whole image" : numberText(row.field.size),
                 row.field.wholeImage ? "–" : numberText(row.field.jump),
                 row.sharing,
                 row.method};
    cells.push_back(std::to_string(row.kernels));
    for (const double value : {row.parameters, row.trained, row.collapsed, row.multiplyAdds})
        cells.push_back(count(value));
    return cells;
}

TableRows tableRows(const LayerTable& table, bool exact) {
    TableRows rows(1);
    for (const LayerColumn& column : layerColumns())
        rows.front().push_back(column.title);
    for (const LayerRow& row : table.rows)
        rows.push_back(cellsOf(row, exact));
    rows.push_back(cellsOf(table.total, exact));
    return rows;
}

Json toJson(const LayerRow& row) {
    const auto sizeJson = [](const FeatureSize& size) {
        return Json::array({size.channels, size.height, size.width});
    };
    Json json = {{"name", row.name},
                 {"kernels", row.kernels},
                 {"parameters", row.parameters},
                 {"trained_parameters", row.trained},
                 {"collapsed_parameters", row.collapsed},
                 {"multiply_adds", row.multiplyAdds}};
    if (row.output.channels == 0)
        return json;
    json["kernel"] = {row.kernel.height, row.kernel.width};
    json["stride"] = row.kernel.stride;
    json["dilation"] = row.kernel.dilation;
    json["groups"] = row.kernel.groups;
    json["bias"] = row.bias;
    json["norm"] = row.norm;
    json["input"] = sizeJson(row.input);
    json["output"] = sizeJson(row.output);
    json["receptive_field"] = row.field.wholeImage ? Json() : Json(row.field.size);
    json["jump"] = row.field.wholeImage ? Json() : Json(row.field.jump);
    json["sharing"] = row.sharing;
    json["made_by"] = row.method;
    return json;
}

} // namespace concertina
