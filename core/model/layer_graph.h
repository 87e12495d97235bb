// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

enum class Op {
    Input,
    Conv,
    Norm,       ///< batch normalization, eps 1e-5, momentum 0.1
    ScaleShift, ///< y = x · scale + shift a channel; what is left of a norm that could not be folded
    Relu,
    MaxPool,   ///< 2 × 2 windows, stride 2, odd borders dropped
    MaxUnpool, ///< inputs: features, the MaxPool node whose indices and input size it takes
    Upsample,  ///< bilinear, corners not aligned; inputs: features, a node whose size it takes
    Concat,    ///< along channels
    Add,       ///< the sum of two inputs or more
};

/// "conv", "max_unpool": the name in files.
const char* opName(Op op);

/// None where no op has this name.
std::optional<Op> opFromName(const std::string& name);

/// A convolution's kernel [out, in / groups, height, width] and how it is applied.
struct KernelShape {
    int out = 0;
    int in = 0;
    int height = 1;
    int width = 1;
    int stride = 1;
    int padding = 0;
    int dilation = 1;
    int groups = 1;

    bool operator==(const KernelShape&) const = default;

    /// Whether it mixes channels alone: pixels stay where they are.
    bool isPointwise() const {
        return height == 1 && width == 1 && stride == 1 && padding == 0;
    }
    /// Whether it is one factor a channel.
    bool isDiagonal() const {
        return isPointwise() && groups > 1 && groups == in && groups == out;
    }

    std::int64_t weights() const {
        return std::int64_t{out} * (in / groups) * height * width;
    }
};

/// A convolution that carries a name, with its bias and, where it has one, the norm behind it.
/// Kernels, biases and norms are what plans share and parametrizations expand.
struct Layer {
    std::string name; ///< "dec4.2"; the part before the last dot is its stage
    KernelShape kernel;
    bool norm = true;
    int task = -1; ///< the task whose head it belongs to; −1: shared
};

/// The stage of a layer's name; of a name without a dot, all of it.
inline std::string stageOf(const std::string& layer) {
    return layer.substr(0, layer.rfind('.'));
}

struct Node {
    Op op = Op::Input;
    std::string name;
    std::vector<int> inputs; ///< earlier nodes
    int layer = -1;          ///< for Conv, Norm and Add
    int part = 0;            ///< of the layer's fragment
    std::size_t firstFactor = 0; ///< Conv: the factors that its kernel is made of
    std::size_t factorCount = 0; ///< 0: all of them
    int task = -1;           ///< the task whose head it belongs to; −1: shared
    int channels = 0;        ///< of the output, as are height and width
    int height = 0;
    int width = 0;
};

/// A network as names, shapes and edges, in the order of execution: what a backbone yields.
/// Heads are appended to it by `appendHead` (network_design.h). No weights, no tasks' data.
struct LayerGraph {
    std::vector<Node> nodes; ///< nodes[0] is the image
    std::vector<Layer> layers;
    std::vector<int> outputs; ///< a node a task, once heads are there

    const Node& node(int index) const {
        return nodes[static_cast<std::size_t>(index)];
    }
    const Layer& layer(int index) const {
        return layers[static_cast<std::size_t>(index)];
    }

    /// The norm that sees the fewest pixels of an image; null where there is none.
    const Node* smallestNorm() const;

    /// The new node's index.
    int add(Node node);
};

/// A graph in which each node is replaced by one or more. `write` is given each node in turn, with
/// its inputs as they are numbered in the result, adds to that what stands for it, and returns the
/// node of the result that has its output.
LayerGraph rewritten(const LayerGraph& graph,
                     const std::function<int(LayerGraph& result, Node node)>& write);

/// Writes a graph node by node; each call returns the new node's index.
class GraphBuilder {
public:
    /// Starts with the image, [channels, height, width].
    GraphBuilder(int channels, int height, int width);

    /// Goes on with a graph.
    explicit GraphBuilder(LayerGraph graph);

    /// A layer: a convolution with bias, padded so that stride 1 keeps the size.
    int conv(const std::string& layer, int input, int channels, int kernel);
    /// Convolution, batch norm, ReLU.
    int convNormRelu(const std::string& layer, int input, int channels, int kernel);
    int maxPool(const std::string& name, int input);
    int maxUnpool(const std::string& name, int input, int pool);
    int upsample(const std::string& name, int input, int like);
    int concat(const std::string& name, const std::vector<int>& inputs);

    /// Everything added from here on belongs to the head of `task`.
    void startHead(int task);
    void output(int node);

    LayerGraph take();
    const LayerGraph& graph() const { return m_graph; }

private:
    int add(Node node);

    LayerGraph m_graph;
    int m_task = -1;
};

} // namespace concertina
