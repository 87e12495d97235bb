// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/series.h"

#include <QObject>

#include <map>
#include <optional>
#include <vector>

namespace concertina {

class CurvePlot;

struct PlotSpan {
    double low = 0;
    double high = 1;

    bool operator==(const PlotSpan&) const = default;
};

/// What plots beside each other share: what x is, the stretch of x that they show, the crosshair,
/// and the way back from zooming. A plot has its own stretch of y. None: as far as the data goes.
class PlotGroup : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    CurveAxis axis() const { return m_axis; }
    void setAxis(CurveAxis axis); ///< shows everything anew, and forgets the way back

    std::optional<PlotSpan> x() const { return m_view.x; }
    std::optional<PlotSpan> y(const CurvePlot* plot) const;

    enum class Move {
        Step,    ///< `zoomOut` comes back to what was before
        Gliding, ///< a step where the last one is older than half a second: wheel and keys
        Silent,  ///< part of a step that was begun: dragging
    };
    void show(const CurvePlot* plot, std::optional<PlotSpan> x, std::optional<PlotSpan> y,
              Move move);

    bool canZoomOut() const { return !m_before.empty(); }
    void zoomOut(); ///< one step
    void fit();     ///< everything, of all plots

    std::optional<double> crosshair() const { return m_crosshair; }
    /// The plot that the pointer is over; null where the crosshair is moved by something else.
    const CurvePlot* pointed() const { return m_pointed; }
    void setCrosshair(std::optional<double> x, const CurvePlot* plot);

    void forget(const CurvePlot* plot); ///< it goes away

Q_SIGNALS:
    void viewChanged();
    void crosshairChanged();

private:
    struct View {
        std::optional<PlotSpan> x;
        std::map<const CurvePlot*, PlotSpan> y;

        bool operator==(const View&) const = default;
    };

    CurveAxis m_axis = CurveAxis::Step;
    View m_view;
    std::vector<View> m_before;
    qint64 m_lastStep = 0; ///< ms
    std::optional<double> m_crosshair;
    const CurvePlot* m_pointed = nullptr;
};

} // namespace concertina
