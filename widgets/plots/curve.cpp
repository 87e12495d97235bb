// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/curve.h"

#include <cmath>
#include <limits>

namespace concertina {

QString PlotCurve::name() const {
    const QString line = QStringLiteral("undone line %1").arg(undone);
    return undone == 0 ? label : label.isEmpty() ? line : label + QStringLiteral(", ") + line;
}

const Series* lineLeftBy(const PlotCurve& curve, const std::vector<PlotCurve>& curves) {
    if (curve.undone == 0 || curve.series->empty())
        return nullptr;
    // What was the run's line then may have been undone since: by the first that reaches so far
    // back.
    const auto order = [](const PlotCurve& other) {
        return other.undone == 0 ? std::numeric_limits<int>::max() : other.undone;
    };
    const PlotCurve* left = nullptr;
    for (const PlotCurve& other : curves)
        if (order(other) > curve.undone && other.label == curve.label && other.task == curve.task
            && other.training == curve.training && !other.series->empty()
            && other.series->at(0).step < curve.series->at(0).step
            && (left == nullptr || order(other) < order(*left)))
            left = &other;
    return left != nullptr ? left->series.get() : nullptr;
}

const Series* densestAt(const std::vector<PlotCurve>& curves, CurveAxis axis, double x) {
    const auto reaches = [&](const Series& series) {
        return !series.empty() && series.x(axis, 0) <= x && x <= series.x(axis, series.size() - 1);
    };
    const Series* own = nullptr;
    const Series* beyond = nullptr;
    for (const PlotCurve& curve : curves) {
        const Series& series = *curve.series;
        const Series*& densest = curve.undone > 0 ? beyond : own;
        if (series.size() > (densest != nullptr ? densest->size() : 0)
            && (curve.undone == 0 || reaches(series)))
            densest = &series;
    }
    return beyond != nullptr && (own == nullptr || !reaches(*own)) ? beyond : own;
}

std::optional<double> nextPoint(const std::vector<PlotCurve>& curves, CurveAxis axis, double from,
                                int by) {
    std::optional<double> next;
    const auto look = [&](const Series& series) {
        // Before the first this is the largest number there is, which is no point either.
        const std::size_t i = by > 0 ? series.firstFrom(axis, std::nextafter(from, INFINITY))
                                     : series.firstFrom(axis, from) - 1;
        if (i >= series.size())
            return;
        const double x = series.x(axis, i);
        if (!next || std::abs(x - from) < std::abs(*next - from))
            next = x;
    };
    if (const Series* series = densestAt(curves, axis, from))
        look(*series);
    if (!next)
        for (const PlotCurve& curve : curves)
            look(*curve.series);
    return next;
}

} // namespace concertina
