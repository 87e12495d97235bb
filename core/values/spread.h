// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/metric.h"

#include <limits>
#include <span>
#include <string>

namespace concertina {

/// What the values of one metric have in common over runs that differ in their seeds.
struct Spread {
    double mean = std::numeric_limits<double>::quiet_NaN();      ///< NaN where there are none
    double deviation = std::numeric_limits<double>::quiet_NaN(); ///< of a sample, ÷ (n − 1); NaN for one
    int count = 0;
};

/// A value that is not finite makes the whole so: a seed that ran away does not vanish in a mean.
Spread spreadOf(std::span<const double> values);

/// "0.412 ± 0.003 m"; a single value as it is.
std::string metricText(const MetricInfo& info, const Spread& spread);

} // namespace concertina
