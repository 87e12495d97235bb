// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/metric.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace concertina {

std::string metricKey(const std::string& task, const std::string& name) {
    return task.empty() ? name : task + "/" + name;
}

std::string metricText(const MetricInfo& info, double value) {
    if (!std::isfinite(value))
        return "–";
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.*f", info.digits, value);
    std::string text = buffer.data();
    if (!info.unit.empty())
        text += (info.unit == "°" ? "" : " ") + info.unit;
    return text;
}

} // namespace concertina
