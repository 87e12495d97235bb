// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_painting.h"

#include "widgets/plots/label_layout.h"
#include "widgets/plots/pixel_layer.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPalette>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr double lineWidth = 1.8, undoneWidth = 1.1;
constexpr double dotRadius = 2.6;
constexpr int mostDots = 40;

/// From the top of the area to a crosshair's box.
constexpr double boxTop = 4;

/// How much of its colour an undone line keeps.
constexpr double undoneShare = 0.55;

/// How far outside of its area something may be painted.
constexpr double outside = 4000;

/// Where points are dense, columns of so many pixels make one corner of a thick line.
constexpr double narrowestCorner = 2, widestCorner = 16;

/// Pixels up and down for one along, beyond which a line through noise does not read as a line.
constexpr double mostTravel = 1.5;

QColor mixed(const QColor& a, const QColor& b, double share) {
    const auto part = [share](int x, int y) {
        return static_cast<int>(std::lround(x * share + y * (1 - share)));
    };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

QFont boldSmallFont() {
    QFont font = smallFont();
    font.setWeight(QFont::DemiBold);
    return font;
}

/// Each stretch without a gap, as pixels.
template <class Draw>
void forEachStretch(const std::vector<PlotPoint>& points, const PixelMap& map, Draw draw) {
    QPolygonF stretch;
    for (const PlotPoint& point : points) {
        if (std::isnan(point.y)) {
            if (!stretch.isEmpty())
                draw(stretch);
            stretch.clear();
        } else {
            stretch.append({map.toX(point.x), map.toY(point.y)});
        }
    }
    if (!stretch.isEmpty())
        draw(stretch);
}

/// The values of a stretch within one column of pixels, and on the way to it.
struct PixelColumn {
    double x = 0; ///< its left edge
    double top = 0;
    double bottom = 0;
};

std::vector<PixelColumn> columnsOf(const QPolygonF& points, double width) {
    // A call of std::floor for each point would cost more than all the rest.
    const auto columnOf = [columns = 1 / width](const QPointF& point) {
        const double column = point.x() * columns;
        const int towardsZero = static_cast<int>(column);
        return towardsZero - (towardsZero > column ? 1 : 0);
    };
    std::vector<PixelColumn> columns;
    columns.reserve(static_cast<std::size_t>(points.size()) / 2);
    int last = 0;
    for (const QPointF& point : points) {
        const int column = columnOf(point);
        if (columns.empty() || column != last)
            columns.push_back({column * width, point.y(), point.y()});
        last = column;
        columns.back().top = std::min(columns.back().top, point.y());
        columns.back().bottom = std::max(columns.back().bottom, point.y());
    }
    return columns;
}

/// Noise with many points a pixel: upright bars, each joined to the one before. As rectangles of
/// whole pixels they cost a thirteenth of the line with its hundreds of steep strokes.
void drawBars(QPainter& painter, PixelLayer* layer, const QPolygonF& stretch,
              const QColor& color) {
    QList<QRect> bars;
    double top = stretch[0].y(), bottom = top;
    for (const PixelColumn& column : columnsOf(stretch, 1)) {
        const int from = static_cast<int>(std::floor(std::min(column.top, bottom)));
        const int to = static_cast<int>(std::ceil(std::max(column.bottom, top)));
        const QRect bar(static_cast<int>(column.x), from, 1, std::max(1, to - from));
        if (layer != nullptr)
            layer->addBar(bar, color);
        else
            bars.append(bar);
        top = column.top;
        bottom = column.bottom;
    }
    if (layer != nullptr)
        return;
    const bool antialiased = painter.testRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRects(bars.constData(), static_cast<int>(bars.size()));
    painter.setRenderHint(QPainter::Antialiasing, antialiased);
}

/// Opaque: overlapping lines would darken each other.
void drawThin(QPainter& painter, PixelLayer* layer, const std::vector<PlotPoint>& points,
              const PixelMap& map, const QColor& color) {
    const bool dense = static_cast<double>(points.size()) > map.area.width();
    // One pixel wide at every scale: thicker antialiased lines through noise take 100 times as
    // long.
    QPen pen(color, 1);
    pen.setCosmetic(true);
    forEachStretch(points, map, [&](const QPolygonF& stretch) {
        painter.setPen(pen);
        if (dense)
            drawBars(painter, layer, stretch, color);
        else
            painter.drawPolyline(stretch);
    });
}

/// Many points in few pixels as a line that reads as one and that a thick pen can follow at no
/// great cost: through the middles of columns, which are widened while it goes up and down by more
/// than it goes along.
QPolygonF calmLine(const QPolygonF& points) {
    QPolygonF line;
    double width = narrowestCorner;
    for (double travel = INFINITY; travel > mostTravel && width <= widestCorner; width *= 2) {
        line.clear();
        line.append(points.front());
        double way = 0;
        for (const PixelColumn& column : columnsOf(points, width)) {
            const double x = column.x + width / 2;
            if (x <= points.front().x() || x >= points.back().x())
                continue;
            const double middle = (column.top + column.bottom) / 2;
            way += std::abs(middle - line.back().y());
            line.append({x, middle});
        }
        line.append(points.back());
        travel = way / std::max(1.0, points.back().x() - points.front().x());
    }
    return line;
}

/// Where points are dense, a calm line before all the values that it stands for.
void drawThick(QPainter& painter, PixelLayer* layer, const std::vector<PlotPoint>& points,
               const PixelMap& map, const QPen& pattern, const QColor& valuesColor) {
    QPen pen = pattern;
    pen.setCapStyle(Qt::FlatCap);
    const bool dense = static_cast<double>(points.size()) > map.area.width();
    pen.setJoinStyle(dense ? Qt::BevelJoin : Qt::RoundJoin);
    forEachStretch(points, map, [&](const QPolygonF& stretch) {
        if (stretch.size() == 1) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(pen.color());
            painter.drawEllipse(stretch[0], dotRadius, dotRadius);
            return;
        }
        if (dense)
            drawBars(painter, layer, stretch, valuesColor);
        if (dense && layer != nullptr) {
            const auto dashes = pen.dashPattern();
            layer->addLine(calmLine(stretch), pen.widthF(), dashes.value(0) * pen.widthF(),
                           dashes.value(1) * pen.widthF(), pen.color());
            return;
        }
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(dense ? calmLine(stretch) : stretch);
    });
}

int columnsOf(const PixelMap& map) {
    return std::max(1, static_cast<int>(map.area.width()));
}

void drawDots(QPainter& painter, const std::vector<PlotPoint>& points, const PixelMap& map,
              const QColor& color) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    for (const PlotPoint& point : points)
        if (!std::isnan(point.y))
            painter.drawEllipse(QPointF(map.toX(point.x), map.toY(point.y)), dotRadius, dotRadius);
}

} // namespace

double PixelMap::toX(double value) const {
    const double pixel = area.left() + (value - x.low) / (x.high - x.low) * area.width();
    return std::clamp(pixel, area.left() - outside, area.right() + outside);
}

double PixelMap::toY(double value) const {
    const double share = !logY        ? (value - y.low) / (y.high - y.low)
                         : value <= 0 ? -outside
                                      : std::log(value / y.low) / std::log(y.high / y.low);
    return std::clamp(area.bottom() - share * area.height(), area.top() - outside,
                      area.bottom() + outside);
}

double PixelMap::xAt(double pixel) const {
    return x.low + (pixel - area.left()) / area.width() * (x.high - x.low);
}

double PixelMap::yAt(double pixel) const {
    const double share = (area.bottom() - pixel) / area.height();
    return logY ? y.low * std::pow(y.high / y.low, share) : y.low + share * (y.high - y.low);
}

QColor curveColor(const PlotCurve& curve, const QPalette& palette) {
    const QColor main =
        curve.task < 0 ? color(ColorRole::Text, palette) : taskColor(curve.task, palette);
    return curve.undone > 0 ? mixed(main, color(ColorRole::Card, palette), undoneShare) : main;
}

void drawNoise(QPainter& painter, PixelLayer* layer, const PlotCurve& curve, CurveAxis axis,
               const PixelMap& map, const QPalette& palette) {
    if (!curve.isSmoothed() || curve.undone > 0)
        return;
    std::vector<PlotPoint> points;
    curve.series->reduce(CurveValues::Raw, axis, map.x.low, map.x.high, columnsOf(map), points);
    drawThin(painter, layer, points, map,
             mixed(curveColor(curve, palette), color(ColorRole::Card, palette), 0.35));
}

void drawLine(QPainter& painter, PixelLayer* layer, const PlotCurve& curve, const Series* left,
              CurveAxis axis, const PixelMap& map, const QPalette& palette) {
    const Series& series = *curve.series;
    const CurveValues values = curve.isSmoothed() ? CurveValues::Smoothed : CurveValues::Raw;
    std::vector<PlotPoint> points;
    series.reduce(values, axis, map.x.low, map.x.high, columnsOf(map), points);
    if (left != nullptr && !points.empty() && points.front().x == series.x(axis, 0)) {
        const auto step = static_cast<double>(series.at(0).step);
        const std::size_t last = left->firstFrom(CurveAxis::Step, step) - 1;
        points.insert(points.begin(), {left->x(axis, last), left->y(values, last)});
    }
    // Opaque again: what is translucent Qt hands to its pool of threads span by span, which costs
    // the window as much as all of the drawing.
    const QColor main = curveColor(curve, palette);
    QPen pen(main, curve.undone > 0 ? undoneWidth : lineWidth);
    if (curve.training)
        pen.setDashPattern({4, 2});
    drawThick(painter, layer, points, map, pen, mixed(main, color(ColorRole::Card, palette), 0.6));
    if (!curve.training && curve.undone == 0 && points.size() <= mostDots)
        drawDots(painter, points, map, main);
}

void drawMarks(QPainter& painter, const std::vector<std::pair<double, QString>>& marks,
               const PixelMap& map, const QPalette& palette) {
    painter.setFont(smallFont());
    const QFontMetricsF metrics(painter.font());
    double free = map.area.left() - 1;
    for (const auto& [at, caption] : marks) {
        if (at < map.x.low || at > map.x.high)
            continue;
        const double x = std::round(map.toX(at)) + 0.5;
        painter.setPen(QPen(color(ColorRole::FaintText, palette), 1, Qt::DashLine));
        painter.drawLine(QPointF(x, map.area.top() - metrics.height()),
                         QPointF(x, map.area.bottom()));
        const double width = metrics.horizontalAdvance(caption);
        const bool fits = x + 4 + width <= map.area.right();
        const double left = fits ? x + 4 : x - 4 - width;
        if (left < free)
            continue;
        painter.setPen(color(ColorRole::MutedText, palette));
        painter.drawText(QPointF(left, map.area.top() - metrics.descent() - 1), caption);
        free = std::max(x, left + width) + 6;
    }
}

std::vector<PlotLabel> endLabels(const std::vector<PlotCurve>& curves, CurveAxis axis,
                                 const PixelMap& map, const QPalette& palette) {
    struct End {
        PlotLabel label;
        double wanted = 0;
        bool isTraining = false;
    };
    std::vector<End> ends;
    for (const PlotCurve& curve : curves) {
        if (curve.undone > 0)
            continue;
        const Series& series = *curve.series;
        std::size_t last = series.firstFrom(axis, std::nextafter(map.x.high, INFINITY));
        while (last > 0 && !std::isfinite(series.y(CurveValues::Raw, last - 1))
               && series.x(axis, last - 1) >= map.x.low)
            --last;
        if (last == 0 || series.x(axis, last - 1) < map.x.low)
            continue;
        const double value =
            series.y(curve.training ? CurveValues::Smoothed : CurveValues::Raw, last - 1);
        ends.push_back({{curve.label + QLatin1Char(' ') + valueWords(curve.metric, value),
                         curveColor(curve, palette), 0},
                        std::clamp(map.toY(value), map.area.top(), map.area.bottom()),
                        curve.training});
    }
    const double height = QFontMetricsF(boldSmallFont()).height();
    const double low = map.area.top() - 6, high = map.area.bottom() + 6;
    // Where there is no room for all, those of training go: the crosshair has them.
    if (static_cast<double>(ends.size()) * height > high - low
        && !std::ranges::all_of(ends, &End::isTraining))
        std::erase_if(ends, [](const End& end) { return end.isTraining; });
    std::vector<double> wanted;
    for (const End& end : ends)
        wanted.push_back(end.wanted);
    const auto places = spreadLabels(wanted, height, low, high);
    std::vector<PlotLabel> labels;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        labels.push_back(std::move(ends[i].label));
        labels.back().y = places[i];
    }
    return labels;
}

void drawLabels(QPainter& painter, const std::vector<PlotLabel>& labels, double left) {
    painter.setFont(boldSmallFont());
    const QFontMetricsF metrics(painter.font());
    for (const PlotLabel& label : labels) {
        painter.setPen(label.color);
        painter.drawText(QPointF(left, label.y + metrics.ascent() / 2 - 1), label.text);
    }
}

void drawCrosshair(QPainter& painter, double x, std::vector<ReadoutLine> lines, const PixelMap& map,
                   const QPalette& palette) {
    const double pixel = std::round(map.toX(x)) + 0.5;
    painter.setPen(QPen(color(ColorRole::Accent, palette), 1));
    painter.drawLine(QPointF(pixel, map.area.top()), QPointF(pixel, map.area.bottom()));
    for (const ReadoutLine& line : lines)
        if (line.dot && map.area.adjusted(-1, -1, 1, 1).contains(*line.dot)) {
            painter.setPen(QPen(color(ColorRole::Card, palette), 1.5));
            painter.setBrush(line.dotColor);
            painter.drawEllipse(*line.dot, 3.5, 3.5);
        }
    if (lines.empty())
        return;

    painter.setFont(smallFont());
    const QFontMetricsF metrics(painter.font());
    const double lineHeight = metrics.height() + 1;
    const auto room = static_cast<std::size_t>(
        std::max(2.0, (map.area.bottom() - map.area.top() - boxTop - 10) / lineHeight));
    if (lines.size() > room) {
        const std::size_t left = lines.size() - room + 1;
        lines.resize(room - 1);
        lines.push_back({QStringLiteral("and %1 more").arg(left),
                         color(ColorRole::MutedText, palette),
                         std::nullopt,
                         {}});
    }
    double width = 0;
    for (const ReadoutLine& line : lines)
        width = std::max(width, metrics.horizontalAdvance(line.text));
    QRectF box(0, 0, width + 16, static_cast<double>(lines.size()) * lineHeight + 10);
    const bool right = pixel + 10 + box.width() <= map.area.right() + 60;
    box.moveTopLeft({right ? pixel + 10 : pixel - 10 - box.width(), map.area.top() + boxTop});
    if (box.left() < 0)
        box.moveLeft(2);
    painter.setPen(QPen(color(ColorRole::Border, palette), 1));
    painter.setBrush(color(ColorRole::Field, palette));
    painter.drawRoundedRect(box, 4, 4);
    double y = box.top() + 5 + metrics.ascent();
    for (const ReadoutLine& line : lines) {
        painter.setPen(line.color);
        painter.drawText(QPointF(box.left() + 8, y), line.text);
        y += lineHeight;
    }
}

QString valueWords(const MetricInfo& metric, double value) {
    if (std::isnan(value))
        return QStringLiteral("NaN");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    return toQt(metricText(metric, value));
}

} // namespace concertina
