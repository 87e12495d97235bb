// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/curve.h"
#include "widgets/plots/plot_group.h"

#include <QColor>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <optional>
#include <vector>

class QPainter;
class QPalette;

namespace concertina {

class PixelLayer;

/// Where values lie in pixels.
struct PixelMap {
    QRectF area;
    PlotSpan x;
    PlotSpan y;
    bool logY = false;

    double toX(double value) const;
    double toY(double value) const; ///< not far outside of the area, so that painting is safe
    double xAt(double pixel) const;
    double yAt(double pixel) const;
};

/// A piece of text at a place of its own, in a colour.
struct PlotLabel {
    QString text;
    QColor color;
    double y = 0; ///< its middle

    bool operator==(const PlotLabel&) const = default;
};

/// One line of a crosshair's box and the dot that it is about.
struct ReadoutLine {
    QString text;
    QColor color;               ///< of the text
    std::optional<QPointF> dot; ///< none for a heading
    QColor dotColor;
};

QColor curveColor(const PlotCurve& curve, const QPalette& palette);

/// The raw values of a curve that is smoothed, faint; nothing of others. As below, what is dense is
/// written into the layer, where there is one.
void drawNoise(QPainter& painter, PixelLayer* layer, const PlotCurve& curve, CurveAxis axis,
               const PixelMap& map, const QPalette& palette);

/// A training curve dashed, smoothed where it is. Others as measured, solid, with dots where they
/// are few. An undone line begins at the last point of the line `left`.
void drawLine(QPainter& painter, PixelLayer* layer, const PlotCurve& curve, const Series* left,
              CurveAxis axis, const PixelMap& map, const QPalette& palette);

/// A vertical line at each x with its caption at the top, where there is room.
void drawMarks(QPainter& painter, const std::vector<std::pair<double, QString>>& marks,
               const PixelMap& map, const QPalette& palette);

/// Each curve's last value within sight, spread so that none covers another; of validations alone
/// where there is no room for all.
std::vector<PlotLabel> endLabels(const std::vector<PlotCurve>& curves, CurveAxis axis,
                                 const PixelMap& map, const QPalette& palette);
void drawLabels(QPainter& painter, const std::vector<PlotLabel>& labels, double left);

/// With a box of the lines, as many as there is room for.
void drawCrosshair(QPainter& painter, double x, std::vector<ReadoutLine> lines, const PixelMap& map,
                   const QPalette& palette);

/// The words of a value: "0.412 m"; "NaN" and "∞" as they are.
QString valueWords(const MetricInfo& metric, double value);

} // namespace concertina
