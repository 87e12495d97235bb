// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/network.h"
#include "core/tensor/torch.h"
#include "core/values/text_hash.h"

#include <algorithm>

namespace concertina {

namespace {

bool isAmong(std::optional<std::span<const std::size_t>> layers, std::size_t layer) {
    return !layers || std::ranges::find(*layers, layer) != layers->end();
}

} // namespace

int Network::startImages(std::optional<std::span<const std::size_t>> layers) const {
    int most = 0;
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        if (isAmong(layers, i))
            most = std::max(most, m_design.layers[i].startImages);
    return most;
}

/// Every layer still computes what it did, so that one pass shows what all of them read.
void Network::initializeBy(const torch::Tensor& images, std::uint64_t seed,
                           std::optional<std::span<const std::size_t>> layers) {
    const torch::NoGradGuard noGrad;
    std::map<int, std::vector<std::size_t>> readers; // layers by the instruction that they read
    std::vector<bool> found(m_layers.size());
    for (std::size_t i = 0; i < m_design.tree.nodes.size(); ++i) {
        const Node& node = m_design.graph.node(m_design.tree.nodes[i].node);
        const auto layer = static_cast<std::size_t>(std::max(node.layer, 0));
        if (node.op != Op::Conv || m_design.layers[layer].startImages == 0 || found[layer]
            || !isAmong(layers, layer))
            continue;
        found[layer] = true;
        readers[m_program.instructions[i].inputs.front()].push_back(layer);
    }
    struct Made {
        std::size_t layer = 0;
        TaskSet tasks = 0;
        std::vector<torch::Tensor> factors;
    };
    std::vector<Made> made;
    const auto makeReaders = [&](int at, const torch::Tensor& output) {
        const auto reading = readers.find(at);
        if (reading == readers.end())
            return;
        for (const std::size_t layer : reading->second) {
            const LayerPlan plan = m_design.layerPlan(layer);
            const auto count =
                std::min<std::int64_t>(m_design.layers[layer].startImages, output.size(0));
            for (const TaskSet tasks : plan.joined().groups) {
                const Partition kernels = plan.kernels();
                const auto group = static_cast<std::size_t>(groupOf(kernels, firstTask(tasks)));
                const torch::Tensor kernel =
                    kernelFor(layer, plan, kernels.groups[group],
                              m_design.layers[layer].fragment.mainConvolution(), {});
                made.push_back({layer, tasks,
                                m_layers[layer].parametrization->initialize(
                                    kernel, {.seed = seed ^ textHash(plan.layer),
                                             .inputs = output.narrow(0, 0, count)})});
            }
        }
    };
    // A new network has no other statistics than those of the images.
    forward(compose(false), images,
            {.training = !layers, .followStatistics = false, .look = makeReaders});
    makeReaders(0, images);
    for (const Made& one : made)
        takeFactors(one.layer, one.factors, one.tasks);
}

} // namespace concertina
