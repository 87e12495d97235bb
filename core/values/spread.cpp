// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/spread.h"

#include "core/values/text.h"

#include <cmath>
#include <numeric>

namespace concertina {

Spread spreadOf(std::span<const double> values) {
    Spread spread{.count = static_cast<int>(values.size())};
    if (values.empty())
        return spread;
    spread.mean = std::accumulate(values.begin(), values.end(), 0.0) / spread.count;
    double squares = 0;
    for (const double value : values)
        squares += (value - spread.mean) * (value - spread.mean);
    if (spread.count > 1)
        spread.deviation = std::sqrt(squares / (spread.count - 1));
    return spread;
}

std::string metricText(const MetricInfo& info, const Spread& spread) {
    return spread.count < 2 ? metricText(info, spread.mean)
                            : fixedText(spread.mean, info.digits) + " ± "
                                  + metricText(info, spread.deviation);
}

} // namespace concertina
