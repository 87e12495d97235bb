// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/scalar_adam.h"

#include <cmath>

namespace concertina {

namespace {

constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

} // namespace

ScalarAdam::ScalarAdam(BalancingState& state, std::string name, std::vector<double> start)
    : m_name(std::move(name)) {
    for (const char* beside : {".m", ".v", ".t"})
        state[m_name + beside].assign(start.size(), 0.0);
    state[m_name] = std::move(start);
}

void ScalarAdam::update(BalancingState& state, std::size_t index, double gradient, double rate,
                        double decay) const {
    double& value = state.at(m_name)[index];
    double& m = state.at(m_name + ".m")[index];
    double& v = state.at(m_name + ".v")[index];
    double& t = state.at(m_name + ".t")[index];
    const double slope = gradient + decay * value;
    t += 1;
    m = beta1 * m + (1 - beta1) * slope;
    v = beta2 * v + (1 - beta2) * slope * slope;
    const double denominator = std::sqrt(v) / std::sqrt(1 - std::pow(beta2, t)) + epsilon;
    value -= rate / (1 - std::pow(beta1, t)) * m / denominator;
}

} // namespace concertina
