// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layer_graph.h"

#include <array>
#include <utility>

namespace concertina {

namespace {

constexpr std::array<std::pair<Op, const char*>, 10> opNames{{
    {Op::Input, "input"},
    {Op::Conv, "conv"},
    {Op::Norm, "norm"},
    {Op::ScaleShift, "scale_shift"},
    {Op::Relu, "relu"},
    {Op::MaxPool, "max_pool"},
    {Op::MaxUnpool, "max_unpool"},
    {Op::Upsample, "upsample"},
    {Op::Concat, "concat"},
    {Op::Add, "add"},
}};

} // namespace

const char* opName(Op op) {
    for (const auto& [candidate, name] : opNames)
        if (candidate == op)
            return name;
    return "";
}

std::optional<Op> opFromName(const std::string& name) {
    for (const auto& [op, candidate] : opNames)
        if (name == candidate)
            return op;
    return std::nullopt;
}

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

GraphBuilder::GraphBuilder(int channels, int height, int width) {
    m_graph.nodes.push_back({.op = Op::Input,
                             .name = "image",
                             .channels = channels,
                             .height = height,
                             .width = width});
}

GraphBuilder::GraphBuilder(LayerGraph graph) : m_graph(std::move(graph)) {}

int GraphBuilder::add(Node node) {
    node.task = m_task;
    return m_graph.add(std::move(node));
}

int GraphBuilder::conv(const std::string& layer, int input, int channels, int kernel) {
    const Node& from = m_graph.node(input);
    m_graph.layers.push_back({.name = layer,
                              .kernel = {.out = channels,
                                         .in = from.channels,
                                         .height = kernel,
                                         .width = kernel,
                                         .padding = kernel / 2},
                              .norm = false,
                              .task = m_task});
    return add({.op = Op::Conv,
                .name = layer + ".conv",
                .inputs = {input},
                .layer = static_cast<int>(m_graph.layers.size()) - 1,
                .channels = channels,
                .height = from.height,
                .width = from.width});
}

int GraphBuilder::convNormRelu(const std::string& layer, int input, int channels, int kernel) {
    int at = conv(layer, input, channels, kernel);
    m_graph.layers.back().norm = true;
    Node shape = m_graph.node(at);
    shape.inputs = {at};
    shape.op = Op::Norm;
    shape.name = layer + ".norm";
    at = add(shape);
    shape.inputs = {at};
    shape.op = Op::Relu;
    shape.name = layer + ".relu";
    shape.layer = -1;
    return add(shape);
}

int GraphBuilder::maxPool(const std::string& name, int input) {
    const Node& from = m_graph.node(input);
    return add({.op = Op::MaxPool,
                .name = name,
                .inputs = {input},
                .channels = from.channels,
                .height = from.height / 2,
                .width = from.width / 2});
}

int GraphBuilder::maxUnpool(const std::string& name, int input, int pool) {
    const Node& pooled = m_graph.node(m_graph.node(pool).inputs.front());
    return add({.op = Op::MaxUnpool,
                .name = name,
                .inputs = {input, pool},
                .channels = m_graph.node(input).channels,
                .height = pooled.height,
                .width = pooled.width});
}

int GraphBuilder::upsample(const std::string& name, int input, int like) {
    return add({.op = Op::Upsample,
                .name = name,
                .inputs = {input, like},
                .channels = m_graph.node(input).channels,
                .height = m_graph.node(like).height,
                .width = m_graph.node(like).width});
}

int GraphBuilder::concat(const std::string& name, const std::vector<int>& inputs) {
    Node node{.op = Op::Concat, .name = name, .inputs = inputs};
    for (const int input : inputs)
        node.channels += m_graph.node(input).channels;
    node.height = m_graph.node(inputs.front()).height;
    node.width = m_graph.node(inputs.front()).width;
    return add(std::move(node));
}

void GraphBuilder::startHead(int task) {
    m_task = task;
}

void GraphBuilder::output(int node) {
    m_graph.outputs.push_back(node);
}

LayerGraph GraphBuilder::take() {
    return std::move(m_graph);
}

} // namespace concertina
