// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_group.h"

#include <QDateTime>

namespace concertina {

namespace {

constexpr qint64 glideMs = 500;
constexpr std::size_t longestWayBack = 100;

} // namespace

void PlotGroup::setAxis(CurveAxis axis) {
    if (axis == m_axis)
        return;
    m_axis = axis;
    // What was shown stands in another unit now; stretches of y would hold, but for what x?
    m_view = {};
    m_before.clear();
    m_crosshair.reset();
    Q_EMIT viewChanged();
    Q_EMIT crosshairChanged();
}

std::optional<PlotSpan> PlotGroup::y(const CurvePlot* plot) const {
    const auto found = m_view.y.find(plot);
    return found == m_view.y.end() ? std::nullopt : std::optional(found->second);
}

void PlotGroup::show(const CurvePlot* plot, std::optional<PlotSpan> x, std::optional<PlotSpan> y,
                     Move move) {
    View next = m_view;
    next.x = x;
    if (y)
        next.y[plot] = *y;
    else
        next.y.erase(plot);
    if (next == m_view)
        return;
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    const bool glides = move == Move::Gliding && now - m_lastStep < glideMs && !m_before.empty();
    if (move != Move::Silent && !glides) {
        m_before.push_back(m_view);
        if (m_before.size() > longestWayBack)
            m_before.erase(m_before.begin());
    }
    m_lastStep = now;
    m_view = std::move(next);
    Q_EMIT viewChanged();
}

void PlotGroup::zoomOut() {
    if (m_before.empty())
        return;
    m_view = std::move(m_before.back());
    m_before.pop_back();
    Q_EMIT viewChanged();
}

void PlotGroup::fit() {
    if (m_view == View{})
        return;
    m_before.push_back(std::exchange(m_view, {}));
    m_lastStep = 0;
    Q_EMIT viewChanged();
}

void PlotGroup::setCrosshair(std::optional<double> x, const CurvePlot* plot) {
    if (x == m_crosshair && plot == m_pointed)
        return;
    m_crosshair = x;
    m_pointed = plot;
    Q_EMIT crosshairChanged();
}

void PlotGroup::forget(const CurvePlot* plot) {
    m_view.y.erase(plot);
    for (View& view : m_before)
        view.y.erase(plot);
    if (m_pointed == plot)
        m_pointed = nullptr;
}

} // namespace concertina
