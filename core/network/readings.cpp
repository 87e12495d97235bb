// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/network.h"
#include "core/tensor/torch.h"

#include <set>

namespace concertina {

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

} // namespace concertina
