// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concertina {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double smallestMean = 1e-12; ///< a mean loss, so that a ratio of two is a number

/// w = K · softmax((L(e−1) / L(e−2)) / temperature) over the K tasks that have both means.
class Dwa : public Balancing {
public:
    Dwa(const Json& options, const BalancingSetting& setting)
        : m_temperature(options["temperature"].get<double>()),
          m_stepsPerEpoch(setting.stepsPerEpoch) {
        m_state["epoch"] = {0};
        for (const char* name : {"sum", "count"}) // of the epoch that goes on
            m_state[name].assign(setting.tasks, 0.0);
        for (const char* name : {"last", "before"}) // means of the two epochs before
            m_state[name].assign(setting.tasks, unknown);
    }

    BalancingResult weights(const BalancingInput& input) override {
        const auto epoch = static_cast<double>(input.step / m_stepsPerEpoch);
        if (epoch != m_state.at("epoch")[0])
            startEpoch(epoch);
        for (std::size_t t = 0; t < input.losses.size(); ++t) {
            if (std::isnan(input.losses[t]))
                continue;
            m_state.at("sum")[t] += input.losses[t];
            m_state.at("count")[t] += 1;
        }
        return {weightsOf(m_state.at("last"), m_state.at("before"))};
    }

private:
    void startEpoch(double epoch) {
        m_state.at("epoch")[0] = epoch;
        m_state.at("before") = m_state.at("last");
        for (std::size_t t = 0; t < m_state.at("sum").size(); ++t) {
            double& sum = m_state.at("sum")[t];
            double& count = m_state.at("count")[t];
            m_state.at("last")[t] = count > 0 ? sum / count : unknown;
            sum = count = 0;
        }
    }

    std::vector<double> weightsOf(const std::vector<double>& last,
                                  const std::vector<double>& before) const {
        std::vector<double> weights(last.size(), 1.0);
        std::vector<std::size_t> known;
        std::vector<double> ratios(last.size());
        double largest = 0, sum = 0;
        for (std::size_t t = 0; t < last.size(); ++t)
            if (!std::isnan(last[t]) && !std::isnan(before[t])) {
                known.push_back(t);
                ratios[t] = std::max(last[t], smallestMean) / std::max(before[t], smallestMean)
                            / m_temperature;
                largest = std::max(largest, ratios[t]);
            }
        for (const std::size_t t : known)
            sum += weights[t] = std::exp(ratios[t] - largest);
        for (const std::size_t t : known)
            weights[t] *= static_cast<double>(known.size()) / sum;
        return weights;
    }

    double m_temperature;
    std::int64_t m_stepsPerEpoch;
};

} // namespace

const BalancingEntry& dwaBalancing() {
    static const BalancingEntry entry{
        {{.id = "dwa",
          .label = "dynamic weight average",
          .help =
              "Tasks whose mean training loss fell least from one epoch to the next count more; "
              "weights sum to the number of tasks, and are 1 in the first two epochs. A task "
              "without a loss in one of both epochs has 1.",
          .source = "Liu, Johns & Davison 2019 (MTAN), arXiv 1803.10704",
          .cost = costText(Consumes::Losses),
          .options = {{.path = "temperature",
                       .type = FieldType::Real,
                       .defaultValue = 2.0,
                       .minimum = 1e-3,
                       .maximum = 1e6,
                       .label = "Temperature",
                       .help = "The larger, the more equal the weights."}}},
         Consumes::Losses},
        [](const Json& options, const BalancingSetting& setting) {
            return std::make_unique<Dwa>(options, setting);
        }};
    return entry;
}

} // namespace concertina
