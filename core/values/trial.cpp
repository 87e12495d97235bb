// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/trial.h"

#include <algorithm>
#include <cmath>

namespace concertina {

std::optional<double> lastMean(const TriedPlan& plan, const std::string& task,
                               const std::string& name, std::size_t count) {
    double sum = 0;
    int finite = 0;
    const std::size_t first = plan.steps.size() - std::min(count, plan.steps.size());
    for (std::size_t i = first; i < plan.steps.size(); ++i)
        for (const MetricValue& value : plan.steps[i].values)
            if (value.task == task && value.name == name && std::isfinite(value.value)) {
                sum += value.value;
                ++finite;
            }
    return finite > 0 ? std::optional(sum / finite) : std::nullopt;
}

double stepSeconds(const TriedPlan& plan) {
    std::vector<double> seconds;
    for (const StepEvent& step : plan.steps)
        seconds.push_back(step.stepSeconds);
    if (seconds.empty())
        return 0;
    const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
    std::ranges::nth_element(seconds, middle);
    return *middle;
}

} // namespace concertina
