// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/graph_builder.h"

#include <cassert>
#include <utility>

namespace concertina {

GraphBuilder::GraphBuilder(int channels, int height, int width) {
    m_graph.nodes.push_back(
        {.op = Op::Input, .name = "image", .channels = channels, .height = height, .width = width});
}

GraphBuilder::GraphBuilder(LayerGraph graph) : m_graph(std::move(graph)) {}

int GraphBuilder::add(Node node) {
    node.task = m_task;
    return m_graph.add(std::move(node));
}

/// A node whose output has the shape of another one's.
int GraphBuilder::addLike(int input, Op op, const std::string& name, std::vector<int> inputs) {
    const Node& from = m_graph.node(input);
    return add({.op = op,
                .name = name,
                .inputs = std::move(inputs),
                .channels = from.channels,
                .height = from.height,
                .width = from.width});
}

int GraphBuilder::conv(const std::string& layer, int input, const LayerForm& form) {
    const Node& from = m_graph.node(input);
    const KernelShape kernel{.out = form.channels,
                             .in = from.channels,
                             .height = form.kernel,
                             .width = form.kernel,
                             .stride = form.stride,
                             .padding = form.dilation * (form.kernel / 2),
                             .dilation = form.dilation,
                             .groups = form.groups};
    m_graph.layers.push_back(
        {.name = layer, .kernel = kernel, .norm = false, .task = m_task, .bias = form.bias});
    return add({.op = Op::Conv,
                .name = layer + ".conv",
                .inputs = {input},
                .layer = static_cast<int>(m_graph.layers.size()) - 1,
                .channels = form.channels,
                .height = sideBehind(from.height, form.kernel, kernel.applied()),
                .width = sideBehind(from.width, form.kernel, kernel.applied())});
}

int GraphBuilder::convNorm(const std::string& layer, int input, const LayerForm& form) {
    const int at = conv(layer, input, form);
    m_graph.layers.back().norm = true;
    const int norm = addLike(at, Op::Norm, layer + ".norm", {at});
    m_graph.nodes.back().layer = m_graph.node(at).layer;
    return norm;
}

int GraphBuilder::convNormRelu(const std::string& layer, int input, const LayerForm& form) {
    const int at = convNorm(layer, input, form);
    return activation(Op::Relu, layer + ".relu", at);
}

int GraphBuilder::conv(const std::string& layer, int input, int channels, int kernel) {
    return conv(layer, input, {.channels = channels, .kernel = kernel});
}

int GraphBuilder::convNormRelu(const std::string& layer, int input, int channels, int kernel) {
    return convNormRelu(layer, input, {.channels = channels, .kernel = kernel});
}

int GraphBuilder::linear(const std::string& layer, int input, int channels) {
    assert(m_graph.node(input).height == 1 && m_graph.node(input).width == 1);
    return conv(layer, input, {.channels = channels});
}

int GraphBuilder::activation(Op op, const std::string& name, int input) {
    return addLike(input, op, name, {input});
}

int GraphBuilder::addPooled(Op op, const std::string& name, int input, const Pooling& window) {
    const int at = addLike(input, op, name, {input});
    Node& node = m_graph.nodes.back();
    node.attributes = window;
    node.height = sideBehind(node.height, window);
    node.width = sideBehind(node.width, window);
    return at;
}

int GraphBuilder::maxPool(const std::string& name, int input, const Pooling& window) {
    return addPooled(Op::MaxPool, name, input, window);
}

int GraphBuilder::averagePool(const std::string& name, int input, const Pooling& window) {
    return addPooled(Op::AveragePool, name, input, window);
}

int GraphBuilder::globalPool(const std::string& name, int input) {
    const int at = addLike(input, Op::GlobalPool, name, {input});
    m_graph.nodes.back().height = m_graph.nodes.back().width = 1;
    return at;
}

int GraphBuilder::maxUnpool(const std::string& name, int input, int pool) {
    const int at = addLike(m_graph.node(pool).inputs.front(), Op::MaxUnpool, name, {input, pool});
    m_graph.nodes.back().channels = m_graph.node(input).channels;
    return at;
}

int GraphBuilder::upsample(const std::string& name, int input, int like, Interpolation by) {
    const int at = addLike(like, Op::Upsample, name, {input, like});
    m_graph.nodes.back().channels = m_graph.node(input).channels;
    m_graph.nodes.back().attributes = by;
    return at;
}

int GraphBuilder::concat(const std::string& name, const std::vector<int>& inputs) {
    const int at = addLike(inputs.front(), Op::Concat, name, inputs);
    for (std::size_t i = 1; i < inputs.size(); ++i)
        m_graph.nodes.back().channels += m_graph.node(inputs[i]).channels;
    return at;
}

int GraphBuilder::sum(const std::string& name, const std::vector<int>& inputs) {
    return addLike(inputs.front(), Op::Add, name, inputs);
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
