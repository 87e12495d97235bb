// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/metric.h"

#include "core/values/text.h"

#include <cmath>
#include <map>
#include <utility>

namespace concertina {

double multitaskGain(const std::vector<ComparedMetric>& metrics) {
    std::map<std::string, std::pair<double, int>> tasks; // sum and count
    for (const ComparedMetric& metric : metrics) {
        const double change = (metric.value - metric.single) / metric.single;
        auto& [sum, count] = tasks[metric.task];
        sum += metric.higherIsBetter ? change : -change;
        ++count;
    }
    double total = 0;
    for (const auto& [task, entry] : tasks)
        total += entry.first / entry.second;
    return 100 * total / static_cast<double>(tasks.size());
}

std::string metricKey(const std::string& task, const std::string& name) {
    return task.empty() ? name : task + "/" + name;
}

std::string metricText(const MetricInfo& info, double value) {
    if (!std::isfinite(value))
        return "–";
    // Decimals of what has run away mean nothing.
    std::string text = std::abs(value) < 1e6 ? fixedText(value, info.digits) : digitsText(value, 4);
    if (!info.unit.empty())
        text += (info.unit == "°" ? "" : " ") + info.unit;
    return text;
}

} // namespace concertina
