// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/network.h"
#include "core/tensor/torch.h"
#include "core/values/text_hash.h"

#include <algorithm>

namespace concertina {

int Network::startImages() const {
    int most = 0;
    for (const LayerDesign& layer : m_design.layers)
        most = std::max(most, layer.startImages);
    return most;
}

/// Every layer still computes what it did, so that one pass shows what all of them read.
void Network::initializeBy(const torch::Tensor& images, std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    std::map<int, std::vector<std::size_t>> readers; // layers by the instruction that they read
    std::vector<bool> found(m_layers.size());
    for (std::size_t i = 0; i < m_design.tree.nodes.size(); ++i) {
        const Node& node = m_design.graph.node(m_design.tree.nodes[i].node);
        if (node.op != Op::Conv || m_design.layers[static_cast<std::size_t>(node.layer)].startImages == 0
            || found[static_cast<std::size_t>(node.layer)])
            continue;
        found[static_cast<std::size_t>(node.layer)] = true;
        readers[m_program.instructions[i].inputs.front()].push_back(
            static_cast<std::size_t>(node.layer));
    }
    std::vector<std::pair<std::size_t, std::vector<torch::Tensor>>> made;
    const auto makeReaders = [&](int at, const torch::Tensor& output) {
        const auto reading = readers.find(at);
        if (reading == readers.end())
            return;
        for (const std::size_t layer : reading->second) {
            const LayerPlan plan = m_design.layerPlan(layer);
            const torch::Tensor kernel =
                kernelFor(layer, plan, plan.kernels().groups.front(),
                          m_design.layers[layer].fragment.mainConvolution(), {});
            const auto count = std::min<std::int64_t>(m_design.layers[layer].startImages,
                                                      output.size(0));
            made.emplace_back(layer, m_layers[layer].parametrization->initialize(
                                         kernel, {.seed = seed ^ textHash(plan.layer),
                                                  .inputs = output.narrow(0, 0, count)}));
        }
    };
    // By the images' own statistics: a new network has no others yet.
    forward(compose(false), images,
            {.training = true, .followStatistics = false, .look = makeReaders});
    makeReaders(0, images);
    for (const auto& [layer, factors] : made)
        takeFactors(layer, factors);
}

} // namespace concertina
