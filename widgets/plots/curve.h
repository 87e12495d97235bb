// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/metric.h"
#include "widgets/plots/series.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace concertina {

/// One line of a plot. An undone one is drawn thin and faded beside that of the same label, task
/// and kind, from where it left it, and has no label at its end.
struct PlotCurve {
    QString label; ///< at the line's end, before its value: "train", "val"
    std::shared_ptr<const Series> series;
    int task = -1;         ///< whose colour; -1: the text's
    bool training = false; ///< noisy: raw faint, smoothed dashed
    MetricInfo metric;     ///< unit and decimals
    int undone = 0;        ///< n: what came after a change that was taken back, the n-th time

    /// As a line on its own: "train, undone line 1".
    QString name() const;
    bool isSmoothed() const { return training && series->smoothing() > 0; }
};

/// The line that an undone one left; null where there is nothing of it before.
const Series* lineLeftBy(const PlotCurve& curve, const std::vector<PlotCurve>& curves);

/// The run's own series with the most points; where that does not reach as far as `x`, of undone
/// ones that do. Null where there is none with a point.
const Series* densestAt(const std::vector<PlotCurve>& curves, CurveAxis axis, double x);

/// The x of the next point to the right of `from` (`by` > 0) or to the left: of the densest series,
/// beyond its end of any.
std::optional<double> nextPoint(const std::vector<PlotCurve>& curves, CurveAxis axis, double from,
                                int by);

/// Something that happened at a step and shows in every curve: a resume, a change of the plan.
struct PlotMark {
    std::int64_t step = 0;
    QString caption;

    bool operator==(const PlotMark&) const = default;
};

} // namespace concertina
