// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"
#include "core/values/random.h"

#include <numeric>
#include <utility>

namespace concertina {

namespace {

/// Each projected gradient is a combination Σ_k c_k g_k, so that all of it happens in the Gramian.
class PcGrad : public Balancing {
public:
    explicit PcGrad(const BalancingSetting& setting) : m_seed(setting.seed) {}

    BalancingResult weights(const BalancingInput& input) override {
        const Gramian& gramian = *input.gramian;
        std::vector<double> sum(gramian.size(), 0.0);
        for (std::size_t i = 0; i < gramian.size(); ++i) {
            const auto own = projected(gramian, i, input.step);
            for (std::size_t k = 0; k < own.size(); ++k)
                sum[k] += own[k];
        }
        BalancingResult result{std::vector<double>(input.losses.size(), 0.0)};
        for (std::size_t k = 0; k < sum.size(); ++k)
            result.weights[static_cast<std::size_t>(gramian.tasks[k])] = sum[k];
        return result;
    }

private:
    std::vector<double> projected(const Gramian& gramian, std::size_t i, std::int64_t step) const {
        std::vector<double> own(gramian.size(), 0.0);
        own[i] = 1;
        for (const std::size_t j : order(gramian, i, step)) {
            double product = 0; // with the other's gradient as it was
            for (std::size_t k = 0; k < own.size(); ++k)
                product += own[k] * gramian.at(k, j);
            if (product < 0 && gramian.at(j, j) > 0)
                own[j] -= product / gramian.at(j, j);
        }
        return own;
    }

    /// The others, in an order that seed, step and task decide.
    std::vector<std::size_t> order(const Gramian& gramian, std::size_t i, std::int64_t step) const {
        std::vector<std::size_t> others(gramian.size());
        std::iota(others.begin(), others.end(), std::size_t{0});
        std::erase(others, i);
        Random random({m_seed, static_cast<std::uint64_t>(step),
                       static_cast<std::uint64_t>(gramian.tasks[i])});
        for (std::size_t left = others.size(); left > 1; --left)
            std::swap(others[left - 1],
                      others[static_cast<std::size_t>(random.below(static_cast<int>(left)))]);
        return others;
    }

    std::uint64_t m_seed;
};

} // namespace

const BalancingEntry& pcgradBalancing() {
    static const BalancingEntry entry{
        {{.id = "pcgrad",
          .label = "PCGrad",
          .help =
              "Gradient surgery: of each task's gradient on what tasks share, the part that "
              "points against another task's is taken away, one task after the other in a random "
              "order; then they are added. Without conflict that is the plain sum. What one task "
              "alone owns learns from its own loss as it is.",
          .source = "Yu et al. 2020, arXiv 2001.06782",
          .cost = costText(Consumes::Gramian)},
         Consumes::Gramian},
        [](const Json&, const BalancingSetting& setting) {
            return std::make_unique<PcGrad>(setting);
        }};
    return entry;
}

} // namespace concertina
