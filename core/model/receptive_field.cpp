// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/receptive_field.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

/// Behind a window of `size` pixels.
ReceptiveField behindWindow(ReceptiveField field, int size, int dilation, int stride) {
    field.size += (size - 1.0) * dilation * field.jump;
    field.jump *= stride;
    return field;
}

/// What reads all of them; the jump is that of the one that sees most.
ReceptiveField togetherOf(const std::vector<ReceptiveField>& fields) {
    return *std::ranges::max_element(fields, [](const auto& a, const auto& b) {
        return std::pair(a.wholeImage, a.size) < std::pair(b.wholeImage, b.size);
    });
}

ReceptiveField fieldBehind(const LayerGraph& graph, const Node& node,
                           const std::vector<ReceptiveField>& inputs) {
    switch (node.op) {
    case Op::Input: return {};
    case Op::Conv: {
        const KernelShape& kernel = graph.layer(node.layer).kernel;
        return behindWindow(inputs.front(), std::max(kernel.height, kernel.width), kernel.dilation,
                            kernel.stride);
    }
    case Op::MaxPool:
    case Op::AveragePool: {
        const auto pooling = attributesAs<Pooling>(node.attributes);
        return behindWindow(inputs.front(), pooling.size, 1, pooling.stride);
    }
    case Op::GlobalPool: return {.wholeImage = true};
    case Op::MaxUnpool: {
        // Where a value is put hangs on the window that the pooling looked at.
        ReceptiveField field = togetherOf(inputs);
        const Node& pool = graph.node(node.inputs[1]);
        field.jump = inputs[1].jump / attributesAs<Pooling>(pool.attributes).stride;
        return field;
    }
    case Op::Upsample: {
        const Node& read = graph.node(node.inputs.front());
        const bool mixes = attributesAs<Interpolation>(node.attributes) == Interpolation::Bilinear
                           && (node.height != read.height || node.width != read.width);
        ReceptiveField field = behindWindow(inputs.front(), mixes ? 2 : 1, 1, 1);
        field.jump = inputs[1].jump; // of the second its size alone is read
        return field;
    }
    case Op::Norm:
    case Op::ScaleShift:
    case Op::Relu:
    case Op::Relu6:
    case Op::HardSwish:
    case Op::Sigmoid:
    case Op::Concat:
    case Op::Add: return togetherOf(inputs);
    }
    return {};
}

} // namespace

std::vector<ReceptiveField> receptiveFields(const LayerGraph& graph) {
    std::vector<ReceptiveField> fields;
    for (const Node& node : graph.nodes) {
        std::vector<ReceptiveField> inputs;
        for (const int input : node.inputs)
            inputs.push_back(fields[static_cast<std::size_t>(input)]);
        fields.push_back(fieldBehind(graph, node, inputs));
    }
    return fields;
}

} // namespace concertina
