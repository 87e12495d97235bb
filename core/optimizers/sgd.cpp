// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimizers/optimizer.h"

#include "core/tensor/torch.h"

namespace concertina {

namespace {

/// b ← μ b + g (b = g at first), θ ← θ − η b; Nesterov: θ ← θ − η (g + μ b). As torch.optim.SGD
/// without dampening.
class Sgd : public Optimizer {
public:
    Sgd(double momentum, bool nesterov) : m_momentum(momentum), m_nesterov(nesterov) {}

    void update(Parameter& parameter, double rate) const override {
        torch::Tensor step = parameter.grad;
        if (m_momentum != 0) {
            torch::Tensor& buffer = parameter.state["sgd.b"];
            if (buffer.defined())
                buffer.mul_(m_momentum).add_(parameter.grad);
            else
                buffer = parameter.grad.clone();
            step = m_nesterov ? parameter.grad.add(buffer, m_momentum) : buffer;
        }
        parameter.value.add_(step, -rate);
    }

private:
    double m_momentum;
    bool m_nesterov;
};

} // namespace

const OptimizerEntry& sgdOptimizer() {
    static const OptimizerEntry entry{
        {{.id = "sgd",
          .label = "SGD",
          .help = "Steps against the gradient, with momentum where asked. Weight decay is coupled.",
          .source = "as torch.optim.SGD",
          .options = {{.path = "momentum",
                       .type = FieldType::Real,
                       .defaultValue = 0.9,
                       .minimum = 0,
                       .maximum = 0.9999,
                       .label = "Momentum",
                       .help = "Share of the last step that is kept. 0: none."},
                      {.path = "nesterov",
                       .type = FieldType::Boolean,
                       .defaultValue = false,
                       .label = "Nesterov",
                       .help = "Look ahead along the momentum.",
                       .advanced = true}}},
         {"sgd.b"},
         false},
        [](const Json& options) {
            return std::make_unique<Sgd>(options["momentum"].get<double>(),
                                         options["nesterov"].get<bool>());
        }};
    return entry;
}

} // namespace concertina
