// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/scalar_adam.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr double smallest =
    1e-8; ///< added to a loss, as the authors' code does: its logarithm is taken

double shifted(double loss) {
    return std::max(loss, 0.0) + smallest;
}

/// Descends on Σ z_t log L_t / c, z = softmax(w), c = Σ z_t / L_t; then w on how each log L_t fell.
class Famo : public Balancing {
public:
    Famo(const Json& options, const BalancingSetting& setting)
        : m_adam(m_state, "w", std::vector<double>(setting.tasks, 0.0)),
          m_rate(options["rate"].get<double>()),
          m_decay(options["decay"].get<double>()) {}

    BalancingResult weights(const BalancingInput& input) override {
        m_before.assign(input.losses.begin(), input.losses.end());
        BalancingResult result{softmax(m_before)};
        double sum = 0;
        for (std::size_t t = 0; t < m_before.size(); ++t)
            if (std::isfinite(m_before[t]))
                sum += result.weights[t] /= shifted(m_before[t]);
        for (double& weight : result.weights)
            weight = sum > 0 ? weight / sum : 0;
        return result;
    }

    void stepped(std::span<const double> losses) override {
        std::vector<double> fall;
        for (std::size_t t = 0; t < losses.size(); ++t)
            fall.push_back(std::log(shifted(m_before[t])) - std::log(shifted(losses[t])));
        for (std::size_t t = 0; t < losses.size(); ++t)
            if (!std::isfinite(m_before[t]) || !std::isfinite(losses[t]))
                fall[t] = std::nan("");
        const std::vector<double> z = softmax(fall);
        double mean = 0;
        for (std::size_t t = 0; t < fall.size(); ++t)
            mean += std::isfinite(fall[t]) ? z[t] * fall[t] : 0;
        for (std::size_t t = 0; t < fall.size(); ++t)
            if (std::isfinite(fall[t]))
                m_adam.update(m_state, t, z[t] * (fall[t] - mean), m_rate, m_decay);
    }

private:
    /// Of w, over the tasks that have a finite value in `present`; 0 for the others.
    std::vector<double> softmax(const std::vector<double>& present) const {
        const std::vector<double>& w = m_state.at("w");
        const double largest = *std::ranges::max_element(w);
        std::vector<double> z(w.size(), 0.0);
        double sum = 0;
        for (std::size_t t = 0; t < w.size(); ++t)
            if (std::isfinite(present[t]))
                sum += z[t] = std::exp(w[t] - largest);
        for (double& share : z)
            share = sum > 0 ? share / sum : 0;
        return z;
    }

    ScalarAdam m_adam;
    double m_rate;
    double m_decay;
    std::vector<double> m_before; ///< losses of the step that goes on
};

} // namespace

const BalancingEntry& famoBalancing() {
    static const BalancingEntry entry{
        {{.id = "famo",
          .label = "FAMO",
          .help = "All losses are to fall at the same relative rate: the step descends on the "
                  "logarithms of the losses by weights that are learned from how much each "
                  "fell on the same batch.",
          .source = "Liu, Feng, Stone & Liu 2023, arXiv 2306.03792; Cranial-XIX/FAMO",
          .cost = costText(Consumes::LossesAfterStep),
          .options = {{.path = "rate",
                       .type = FieldType::Real,
                       .defaultValue = 0.025,
                       .minimum = 0,
                       .maximum = 100,
                       .label = "Rate of the weights",
                       .help = "Of Adam on the weights' logits; FAMO's γ."},
                      {.path = "decay",
                       .type = FieldType::Real,
                       .defaultValue = 1e-3,
                       .minimum = 0,
                       .maximum = 100,
                       .label = "Decay of the weights",
                       .help = "Pulls the logits to 0, where all weights are equal.",
                       .advanced = true}}},
         Consumes::LossesAfterStep},
        [](const Json& options, const BalancingSetting& setting) {
            return std::make_unique<Famo>(options, setting);
        }};
    return entry;
}

} // namespace concertina
