// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/network.h"
#include "core/tensor/torch.h"

#include <limits>
#include <set>

namespace concertina {

namespace {

/// The kernels of one layer, part by part, of the task at `task`.
std::vector<torch::Tensor> kernelsOf(const ComposedNetwork& composed, std::size_t layer,
                                     std::size_t task) {
    std::vector<torch::Tensor> kernels;
    for (const ComposedNetwork::Kernel& kernel : composed.kernels)
        if (kernel.layer == layer && (kernel.tasks & taskBit(static_cast<int>(task))) != 0)
            kernels.push_back(kernel.kernel.flatten());
    return kernels;
}

} // namespace

std::vector<FactorReading> Network::readings() const {
    const torch::NoGradGuard noGrad;
    std::vector<FactorReading> all;
    std::set<std::size_t> seen; // what is the network's stands in many layers
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const auto& factors = m_design.layers[i].factors.factors;
        for (std::size_t k = 0; k < factors.size(); ++k) {
            if (factors[k].meaning == FactorMeaning::None)
                continue;
            for (const std::size_t copy : m_layers[i].factors[k]) {
                if (!seen.insert(copy).second)
                    continue;
                FactorReading& reading = all.emplace_back(
                    m_layers[i].parametrization->read(k, m_parameters[copy].value.detach().cpu()));
                reading.meaning = factors[k].meaning;
                reading.factor = factors[k].name;
                if (!factors[k].network)
                    reading.layer = m_design.graph.layers[i].name;
                for (const int task : tasksOf(m_parameters[copy].owners))
                    reading.tasks.push_back(m_design.plan.tasks[static_cast<std::size_t>(task)]);
            }
        }
    }
    return all;
}

std::vector<std::vector<double>> Network::kernelDistances() const {
    const torch::NoGradGuard noGrad;
    const Network wide = convertedTo(torch::kFloat64, Contraction::Compose);
    const ComposedNetwork composed = wide.compose(false);
    const auto tasks = static_cast<std::size_t>(m_design.taskCount());
    std::vector<std::vector<double>> all;
    for (std::size_t layer = 0; layer < m_design.plan.layers.size(); ++layer) {
        auto& distances = all.emplace_back(tasks, std::numeric_limits<double>::quiet_NaN());
        if (m_design.plan.layers[layer].kernels().groups.size() < 2)
            continue;
        std::vector<torch::Tensor> rows;
        for (std::size_t task = 0; task < tasks; ++task)
            rows.push_back(torch::cat(kernelsOf(composed, layer, task)));
        const torch::Tensor kernels = torch::stack(rows);
        const torch::Tensor mean = kernels.mean(0);
        const torch::Tensor apart = (kernels - mean).norm(2, 1) / mean.norm();
        for (std::size_t task = 0; task < tasks; ++task)
            distances[task] = apart[static_cast<std::int64_t>(task)].item<double>();
    }
    return all;
}

} // namespace concertina
