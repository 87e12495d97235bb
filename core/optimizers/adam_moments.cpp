// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimizers/adam_moments.h"

#include "core/tensor/torch.h"

#include <cmath>

namespace concertina {

AdamMoments::AdamMoments(const Json& options)
    : m_beta1(options["beta1"].get<double>()), m_beta2(options["beta2"].get<double>()),
      m_epsilon(options["epsilon"].get<double>()) {}

void AdamMoments::update(Parameter& parameter, double rate) const {
    torch::Tensor& m = parameter.state["adam.m"];
    torch::Tensor& v = parameter.state["adam.v"];
    torch::Tensor& t = parameter.state["adam.t"];
    if (!m.defined()) {
        m = torch::zeros_like(parameter.grad);
        v = torch::zeros_like(parameter.grad);
        t = torch::zeros({}, torch::kInt64);
    }
    t.add_(1);
    const auto steps = static_cast<double>(t.item<std::int64_t>());
    m.mul_(m_beta1).add_(parameter.grad, 1 - m_beta1);
    v.mul_(m_beta2).addcmul_(parameter.grad, parameter.grad, 1 - m_beta2);
    const torch::Tensor denominator =
        (v.sqrt() / std::sqrt(1 - std::pow(m_beta2, steps))).add_(m_epsilon);
    parameter.value.addcdiv_(m, denominator, -rate / (1 - std::pow(m_beta1, steps)));
}

std::vector<FieldInfo> AdamMoments::options() {
    return {{.path = "beta1",
             .type = FieldType::Real,
             .defaultValue = 0.9,
             .minimum = 0,
             .maximum = 0.9999,
             .label = "β₁",
             .help = "Memory of the mean of the gradient.",
             .advanced = true},
            {.path = "beta2",
             .type = FieldType::Real,
             .defaultValue = 0.999,
             .minimum = 0,
             .maximum = 0.999999,
             .label = "β₂",
             .help = "Memory of the mean of its square.",
             .advanced = true},
            {.path = "epsilon",
             .type = FieldType::Real,
             .defaultValue = 1e-8,
             .minimum = 1e-16,
             .maximum = 1,
             .label = "ε",
             .help = "Keeps the division finite.",
             .advanced = true}};
}

} // namespace concertina
