// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"

#include <string>
#include <vector>

namespace concertina {

/// A layer as a backbone or a head writes it. It is padded so that stride 1 keeps the size.
struct LayerForm {
    int channels = 0; ///< of its output
    int kernel = 1;   ///< odd
    int stride = 1;
    int dilation = 1;
    int groups = 1; ///< a divisor of the channels on both sides
    bool bias = true;
};

/// Writes a graph node by node; each call returns the new node's index. Of several inputs all have
/// one size.
class GraphBuilder {
public:
    /// Starts with the image, [channels, height, width].
    GraphBuilder(int channels, int height, int width);

    /// Goes on with a graph.
    explicit GraphBuilder(LayerGraph graph);

    int conv(const std::string& layer, int input, const LayerForm& form);
    /// Convolution, batch norm.
    int convNorm(const std::string& layer, int input, const LayerForm& form);
    /// Convolution, batch norm, ReLU.
    int convNormRelu(const std::string& layer, int input, const LayerForm& form);

    /// The same of a kernel with stride 1 and a bias.
    int conv(const std::string& layer, int input, int channels, int kernel);
    int convNormRelu(const std::string& layer, int input, int channels, int kernel);

    /// A linear layer: a 1 × 1 kernel on what has one pixel. With a bias.
    int linear(const std::string& layer, int input, int channels);

    /// Relu, Relu6, HardSwish, Sigmoid.
    int activation(Op op, const std::string& name, int input);

    int maxPool(const std::string& name, int input, const Pooling& window = {});
    int averagePool(const std::string& name, int input, const Pooling& window);
    int globalPool(const std::string& name, int input);
    int maxUnpool(const std::string& name, int input, int pool);
    int upsample(const std::string& name, int input, int like,
                 Interpolation by = Interpolation::Bilinear);
    int concat(const std::string& name, const std::vector<int>& inputs);
    int sum(const std::string& name, const std::vector<int>& inputs);

    /// Everything added from here on belongs to the head of `task`.
    void startHead(int task);
    void output(int node);

    LayerGraph take();
    const LayerGraph& graph() const { return m_graph; }

private:
    int add(Node node);
    int addLike(int input, Op op, const std::string& name, std::vector<int> inputs);
    int addPooled(Op op, const std::string& name, int input, const Pooling& window);

    LayerGraph m_graph;
    int m_task = -1;
};

} // namespace concertina
