// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/metric.h"

#include "core/values/text.h"

#include <cmath>

namespace concertina {

std::string metricKey(const std::string& task, const std::string& name) {
    return task.empty() ? name : task + "/" + name;
}

std::string metricText(const MetricInfo& info, double value) {
    if (!std::isfinite(value))
        return "–";
    std::string text = fixedText(value, info.digits);
    if (!info.unit.empty())
        text += (info.unit == "°" ? "" : " ") + info.unit;
    return text;
}

} // namespace concertina
