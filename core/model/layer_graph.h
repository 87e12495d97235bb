// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/operation.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace concertina {

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

    Convolving applied() const {
        return {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups};
    }
};

/// A convolution that carries a name, with its bias and the norm behind it, where it has them.
/// Kernels, biases and norms are what plans share and parametrizations expand.
struct Layer {
    std::string name; ///< "dec4.2"; the part before the last dot is its stage
    KernelShape kernel;
    bool norm = true;
    int task = -1; ///< the task whose head it belongs to; −1: shared
    bool bias = true;
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
    Attributes attributes{}; ///< of a MaxPool, an AveragePool or an Upsample; a layer's are its
                             ///< kernel's
};

/// A network as names, shapes and edges, in the order of execution: what a backbone yields.
/// Tasks put their heads behind it (heads.h). No weights, no tasks' data.
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

/// What heads can be put on.
struct Feature {
    std::string name; ///< "layer3"; the backbone's last is "out"
    int node = 0;
    int stride = 1; ///< pixels of the image from one of its pixels to the next
};

/// What a backbone yields: a graph, and what heads can be put on, "out" at the end.
struct FeatureGraph {
    LayerGraph graph;
    std::vector<Feature> features;
};

} // namespace concertina
