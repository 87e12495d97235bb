// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace onnx {
class GraphProto;
class NodeProto;
} // namespace onnx

namespace concertina {

/// Writes a graph of ONNX node by node, in the order in which they run.
class OnnxGraph {
public:
    using Integers = std::vector<std::pair<const char*, std::vector<std::int64_t>>>;

    explicit OnnxGraph(onnx::GraphProto& graph) : m_graph(graph) {}

    /// A constant of these values; those of float64 become float32. Returns `name`.
    std::string constant(const std::string& name, const torch::Tensor& values);

    /// A constant of one float without dimensions, the same for equal values.
    std::string scalar(float value);

    /// A node with one output of its own name, which it returns. Its further outputs, where an
    /// operation has some, are called "NAME.1" and so on.
    std::string node(const char* operation, const std::string& name,
                     const std::vector<std::string>& inputs, const Integers& integers = {},
                     int outputs = 1);

    /// An attribute of the node that was written last.
    void setText(const char* attribute, const std::string& text);
    void setFloat(const char* attribute, float value);
    void setInteger(const char* attribute, std::int64_t value);

    /// The image, [N, channels, height, width], N of any number.
    void setInput(const std::string& name, std::int64_t channels, std::int64_t height,
                  std::int64_t width);

    /// A node's output that is one of the graph: float32, or int64; `shape` behind N.
    void addOutput(const std::string& name, const std::vector<std::int64_t>& shape, bool isInteger);

private:
    onnx::GraphProto& m_graph;
};

} // namespace concertina
