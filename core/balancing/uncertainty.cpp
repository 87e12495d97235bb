// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/scalar_adam.h"

#include <cmath>

namespace concertina {

namespace {

/// Σ L_t / (2 e^{s_t}) + s_t / 2, of which s_t = log σ_t² is learned as the network is.
class Uncertainty : public Balancing {
public:
    Uncertainty(const Json& options, const BalancingSetting& setting)
        : m_adam(m_state, "s", std::vector<double>(setting.tasks, options["start"].get<double>())),
          m_rate(options["rate"].get<double>()) {}

    BalancingResult weights(const BalancingInput& input) override {
        BalancingResult result;
        for (std::size_t t = 0; t < input.losses.size(); ++t) {
            const double weight = 1 / (2 * std::exp(m_state.at("s")[t]));
            result.weights.push_back(weight);
            if (!std::isnan(input.losses[t]))
                m_adam.update(m_state, t, 0.5 - input.losses[t] * weight, input.rate * m_rate);
        }
        return result;
    }

private:
    ScalarAdam m_adam;
    double m_rate;
};

} // namespace

const BalancingEntry& uncertaintyBalancing() {
    static const BalancingEntry entry{
        {{.id = "uw",
          .label = "uncertainty weighting",
          .help = "Σ L ÷ (2 eˢ) + s ÷ 2, with a learned s for each task: its weight goes towards "
                  "½ ÷ L, so that a loss counts by its own size.",
          .source = "Kendall, Gal & Cipolla 2018, arXiv 1705.07115; as LibMTL",
          .cost = costText(Consumes::Losses),
          .options = {{.path = "start",
                       .type = FieldType::Real,
                       .defaultValue = -0.5,
                       .minimum = -20,
                       .maximum = 20,
                       .label = "s at the start",
                       .help = "Of each task; the weight is ½ e⁻ˢ, and 0.82 at −0.5."},
                      {.path = "rate",
                       .type = FieldType::Real,
                       .defaultValue = 1.0,
                       .minimum = 0,
                       .maximum = 1e4,
                       .label = "Rate of s ÷ train.lr",
                       .help =
                           "s is learned with Adam at the learning rate of the step times this. "
                           "0: the weights stay.",
                       .advanced = true}}},
         Consumes::Losses},
        [](const Json& options, const BalancingSetting& setting) {
            return std::make_unique<Uncertainty>(options, setting);
        }};
    return entry;
}

} // namespace concertina
