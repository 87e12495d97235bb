// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"
#include "core/balancing/min_norm.h"

#include <cmath>

namespace concertina {

namespace {

constexpr const char* byNorm = "norm";
constexpr const char* byLoss = "loss";
constexpr const char* byBoth = "loss-norm";

/// d = Σ w_t g_t / n_t with w = argmin ‖d‖² over the simplex.
class Mgda : public Balancing {
public:
    explicit Mgda(const std::string& normalizer)
        : m_loss(normalizer == byLoss || normalizer == byBoth),
          m_norm(normalizer == byNorm || normalizer == byBoth) {}

    BalancingResult weights(const BalancingInput& input) override {
        Gramian gramian = *input.gramian;
        std::vector<double> divisors;
        for (std::size_t i = 0; i < gramian.size(); ++i) {
            double divisor = m_norm ? std::sqrt(gramian.at(i, i)) : 1;
            if (m_loss)
                divisor *= input.losses[static_cast<std::size_t>(gramian.tasks[i])];
            divisors.push_back(divisor > 0 ? divisor : 1); // a gradient or a loss of 0 stays
        }
        for (std::size_t i = 0, at = 0; i < gramian.size(); ++i)
            for (std::size_t j = 0; j < gramian.size(); ++j, ++at)
                gramian.products[at] /= divisors[i] * divisors[j];
        const MinNorm found = minNorm(gramian);
        BalancingResult result{std::vector<double>(input.losses.size(), 0.0)};
        for (std::size_t i = 0; i < gramian.size(); ++i)
            result.weights[static_cast<std::size_t>(gramian.tasks[i])] =
                found.weights[i] / divisors[i];
        if (!found.converged)
            result.problem =
                Problem{"balancing.not_converged", "train.balancing",
                        "no gradient of least norm in step " + std::to_string(input.step + 1),
                        "one that is found to rounding",
                        "the nearest that was found took its place, in this step and wherever else "
                        "that happens"};
        return result;
    }

private:
    bool m_loss;
    bool m_norm;
};

} // namespace

const BalancingEntry& mgdaBalancing() {
    static const BalancingEntry entry{
        {{.id = "mgda",
          .label = "MGDA",
          .help =
              "On what tasks share, the step is the shortest mean of their gradients: no task's "
              "loss rises along it, to first order. What one task alone owns learns from its own "
              "loss as it is.",
          .source = "Désidéri 2012; Sener & Koltun 2018, arXiv 1810.04650; normalized as LibMTL",
          .cost = costText(Consumes::Gramian),
          .options =
              {{.path = "normalizer",
                .type = FieldType::Choice,
                .defaultValue = "none",
                .choices = {"none", byNorm, byLoss, byBoth},
                .label = "Divided by",
                .help = "What each task's gradient is divided by, for the mean and for the step: "
                        "its norm, its loss, or both. The shorter gradient counts more, so "
                        "none favours tasks of small gradients."}}},
         Consumes::Gramian},
        [](const Json& options, const BalancingSetting&) {
            return std::make_unique<Mgda>(options["normalizer"].get<std::string>());
        }};
    return entry;
}

} // namespace concertina
