// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/metric.h"
#include "widgets/plots/series.h"

#include <QString>

#include <cstdint>
#include <memory>

namespace concertina {

/// One line of a plot.
struct PlotCurve {
    QString label; ///< at the line's end, before its value: "train", "val"
    std::shared_ptr<const Series> series;
    int task = -1;         ///< whose colour; -1: the text's
    bool training = false; ///< noisy: raw faint, smoothed dashed
    MetricInfo metric;     ///< unit and decimals
};

/// Something that happened at a step and shows in every curve: a resume, a change of the plan.
struct PlotMark {
    std::int64_t step = 0;
    QString caption;

    bool operator==(const PlotMark&) const = default;
};

} // namespace concertina
