// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/curve_canvas.h"

#include "core/values/text.h"
#include "widgets/plots/axis_tickers.h"
#include "widgets/plots/curve_plot.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace concertina {

namespace {

constexpr int leftRoom = 50, topRoom = 20, bottomRoom = 24;
constexpr int titleRoom = 24, axisNameRoom = 18; // of a saved picture
constexpr double outlierShare = 0.05;
constexpr double largestValue = 1e200;

/// Something of ours in a layer of a plot.
class Painted : public QCPLayerable {
public:
    Painted(QCustomPlot* plot, const QString& layer, bool clipped,
            std::function<void(QPainter&)> paint)
        : QCPLayerable(plot, layer), m_clipped(clipped), m_paint(std::move(paint)) {}

protected:
    QRect clipRect() const override {
        return m_clipped ? mParentPlot->axisRect()->rect() : QCPLayerable::clipRect();
    }
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
        painter->setAntialiasing(true);
    }
    void draw(QCPPainter* painter) override { m_paint(*painter); }

private:
    bool m_clipped;
    std::function<void(QPainter&)> m_paint;
};

QString axisName(CurveAxis axis) {
    switch (axis) {
    case CurveAxis::Step: return QStringLiteral("step");
    case CurveAxis::Epoch: return QStringLiteral("epoch");
    case CurveAxis::Time: return QStringLiteral("time trained");
    }
    return {};
}

/// With room at both ends, and never empty.
PlotSpan padded(PlotSpan span, bool logarithmic) {
    if (logarithmic) {
        const double room = std::max(std::pow(span.high / span.low, 0.06), 1.02);
        return {span.low / room, span.high * room};
    }
    const double size = span.high - span.low;
    const double magnitude = std::max(std::abs(span.low), std::abs(span.high));
    // A constant curve differs from itself by rounding alone.
    const double room = size > 1e-9 * magnitude ? 0.06 * size
                        : magnitude > 0         ? 0.1 * magnitude
                                                : 1.0;
    const double low = span.low - room;
    return {span.low >= 0 && low < 0 ? 0 : low, span.high + room};
}

} // namespace

CurveCanvas::CurveCanvas(const PlotContents& contents, const PlotGroup& group,
                         const CurvePlot* plot, QWidget* parent)
    : QCustomPlot(parent), m_contents(contents), m_group(group), m_plot(plot) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::NoFocus);
    setPlottingHint(QCP::phCacheLabels, true);
    axisRect()->setAutoMargins(QCP::msNone);
    axisRect()->setMinimumSize(10, 10);
    plotLayout()->setRowSpacing(0);
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setTickLength(0);
        axis->setSubTicks(false);
        axis->grid()->setSubGridVisible(false);
        axis->setTickLabelPadding(6);
    }
    xAxis->grid()->setVisible(false);
    xAxis->setTickLabelPadding(4);
    new Painted(this, QStringLiteral("main"), true, [this](QPainter& p) { drawCurves(p); });
    new Painted(this, QStringLiteral("axes"), false, [this](QPainter& p) { drawDecoration(p); });
    adoptAxes();
    adoptColors();
}

void CurveCanvas::adoptColors() {
    const auto of = [this](ColorRole role) { return color(role, palette()); };
    setBackground(QBrush(of(ColorRole::Card)));
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setBasePen(Qt::NoPen);
        axis->setTickPen(Qt::NoPen); // one without length is a dot
        axis->setTickLabelFont(smallFont());
        axis->setTickLabelColor(of(ColorRole::MutedText));
        axis->setLabelFont(smallFont());
        axis->setLabelColor(of(ColorRole::MutedText));
        axis->grid()->setPen(QPen(of(ColorRole::Grid), 1));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    yAxis->grid()->setZeroLinePen(QPen(of(ColorRole::Border), 1));
}

void CurveCanvas::adoptAxes() {
    xAxis->setTicker(xTicker(m_group.axis()));
    yAxis->setScaleType(m_contents.logY ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    yAxis->setTicker(m_contents.logY ? logTicker() : yTicker());
}

bool CurveCanvas::hasPoints() const {
    return std::ranges::any_of(m_contents.curves,
                               [](const PlotCurve& curve) { return !curve.series->empty(); });
}

QRectF CurveCanvas::area() const {
    const bool saved = !m_title.isEmpty();
    return QRectF(viewport())
        .adjusted(leftRoom, topRoom + (saved ? titleRoom : 0), -m_labelRoom,
                  -bottomRoom - (saved ? axisNameRoom : 0));
}

PlotSpan CurveCanvas::fittingX() const {
    PlotSpan span{INFINITY, -INFINITY};
    const CurveAxis axis = m_group.axis();
    for (const PlotCurve& curve : m_contents.curves)
        if (!curve.series->empty()) {
            span.low = std::min(span.low, curve.series->x(axis, 0));
            span.high = std::max(span.high, curve.series->x(axis, curve.series->size() - 1));
        }
    if (span.low > span.high)
        return {0, 1};
    // Training begins at 1 or a little later: that is 0 to people.
    if (span.low < 0.1 * span.high)
        span.low = 0;
    if (span.low == span.high)
        return {span.low - 1, span.high + 1};
    return span;
}

/// Some points more hardly move where most values lie, so it is found anew when there are a hundredth
/// more: it costs as much as painting does, and y keeps still.
Extent CurveCanvas::bulk(const Series& series, CurveValues values, std::size_t from,
                         std::size_t to) {
    Bulk& known = m_bulks[{&series, values}];
    const bool holds = known.revision == series.revision() && known.from == from && known.to > from
                       && known.to <= to && to - known.to <= (known.to - from) / 100;
    if (!holds)
        known = {series.revision(), from, to, series.bulk(values, from, to, outlierShare)};
    return known.extent;
}

PlotSpan CurveCanvas::fittingY(const PlotSpan& x) {
    Extent extent;
    const CurveAxis axis = m_group.axis();
    for (const PlotCurve& curve : m_contents.curves) {
        const Series& series = *curve.series;
        const std::size_t from = series.firstFrom(axis, x.low);
        const std::size_t to = series.firstFrom(axis, std::nextafter(x.high, INFINITY));
        // Curve by curve: a few values of a validation count as much as thousands of steps.
        for (const CurveValues values : {CurveValues::Raw, CurveValues::Smoothed})
            if (values == CurveValues::Raw ? !curve.isSmoothed() || curve.undone == 0
                                           : curve.training)
                extent.add(m_contents.ignoresOutliers ? bulk(series, values, from, to)
                                                      : series.extent(values, from, to));
    }
    // Beyond what an axis can be divided into.
    extent.low = std::max(extent.low, -largestValue);
    extent.high = std::min(extent.high, largestValue);
    if (m_contents.logY && std::isfinite(extent.lowPositive))
        return padded({extent.lowPositive, extent.high}, true);
    if (m_contents.logY)
        return {0.1, 1};
    return extent.empty() ? PlotSpan{0, 1} : padded({extent.low, extent.high}, false);
}

void CurveCanvas::prepare() {
    m_map.logY = m_contents.logY;
    m_map.x = m_group.x().value_or(fittingX());
    m_map.y = m_group.y(m_plot).value_or(fittingY(m_map.x));
    if (m_map.logY && m_map.y.low <= 0)
        m_map.y = fittingY(m_map.x);
    m_map.area = area();
    placeLabels();
    m_map.area = area();
    const QRectF outer = viewport();
    axisRect()->setMargins({leftRoom, static_cast<int>(m_map.area.top()), m_labelRoom,
                            static_cast<int>(outer.bottom() - m_map.area.bottom())});
    xAxis->setRange(m_map.x.low, m_map.x.high);
    yAxis->setRange(m_map.y.low, m_map.y.high);
    xAxis->ticker()->setTickCount(std::clamp(static_cast<int>(m_map.area.width() / 80), 2, 10));
    yAxis->ticker()->setTickCount(std::clamp(static_cast<int>(m_map.area.height() / 34), 2, 8));
    const bool shown = hasPoints();
    xAxis->setTickLabels(shown);
    yAxis->setTickLabels(shown);
    yAxis->grid()->setVisible(shown);
    xAxis->setLabel(m_title.isEmpty() ? QString() : axisName(m_group.axis()));
}

/// The room for labels grows at once and shrinks only by much, so that lines don't jump while
/// values change.
void CurveCanvas::placeLabels() {
    m_labels = endLabels(m_contents.curves, m_group.axis(), m_map, palette());
    QFont font = smallFont();
    font.setWeight(QFont::DemiBold);
    const QFontMetrics metrics(font);
    int needed = 24;
    for (const PlotLabel& label : m_labels)
        needed = std::max(needed, metrics.horizontalAdvance(label.text) + 16);
    needed = std::min(needed, viewport().width() / 2);
    if (needed > m_labelRoom || needed < m_labelRoom - 30)
        m_labelRoom = needed;
}

void CurveCanvas::drawCurves(QPainter& painter) {
    const auto& curves = m_contents.curves;
    PixelLayer* layer = m_layer.begin(painter, m_map.area) ? &m_layer : nullptr;
    for (const PlotCurve& curve : curves)
        drawNoise(painter, layer, curve, m_group.axis(), m_map, palette());
    // What counts is drawn last: the run's own line, and of that validation.
    for (const bool undone : {true, false})
        for (const bool training : {true, false})
            for (const PlotCurve& curve : curves)
                if ((curve.undone > 0) == undone && curve.training == training)
                    drawLine(painter, layer, curve, lineLeftBy(curve, curves), m_group.axis(),
                             m_map, palette());
}

void CurveCanvas::drawDecoration(QPainter& painter) const {
    if (!m_title.isEmpty()) {
        painter.setFont(textFont());
        painter.setPen(color(ColorRole::Text, palette()));
        painter.drawText(QPointF(8, 18), m_title);
    }
    if (!hasPoints()) {
        painter.setFont(textFont());
        painter.setPen(color(ColorRole::MutedText, palette()));
        painter.drawText(QRectF(viewport()).adjusted(16, 8, -16, -8),
                         Qt::AlignCenter | Qt::TextWordWrap, m_contents.emptyText);
        return;
    }
    std::vector<std::pair<double, QString>> marks;
    for (const PlotMark& mark : m_contents.marks) {
        // A mark knows its step alone; where that is by epoch or time its curves know.
        if (m_group.axis() == CurveAxis::Step) {
            marks.emplace_back(static_cast<double>(mark.step), mark.caption);
            continue;
        }
        const auto longest =
            std::ranges::max_element(m_contents.curves, {}, [](const PlotCurve& curve) {
                return curve.undone > 0 ? 0 : curve.series->size();
            });
        const Series& series = *longest->series;
        if (const auto i = series.nearest(CurveAxis::Step, static_cast<double>(mark.step)))
            marks.emplace_back(series.x(m_group.axis(), *i), mark.caption);
    }
    drawMarks(painter, marks, m_map, palette());
    drawLabels(painter, m_labels, m_map.area.right() + 8);
}

std::vector<ReadoutLine> CurveCanvas::readout(double x) const {
    const CurveAxis axis = m_group.axis();
    std::vector<ReadoutLine> lines, beside; // the run's own values first
    std::optional<CurvePoint> at;
    double distance = INFINITY;
    for (const PlotCurve& curve : m_contents.curves) {
        const Series& series = *curve.series;
        const auto nearest = series.nearest(axis, x);
        if (!nearest)
            continue;
        const double ownX = series.x(axis, *nearest);
        // The nearest of a curve with few points may be far away.
        const bool far = std::abs(m_map.toX(ownX) - m_map.toX(x)) > 4;
        const bool outside = x < series.x(axis, 0) || x > series.x(axis, series.size() - 1);
        const bool undone = curve.undone > 0;
        if (undone && far && outside)
            continue;
        const double raw = series.y(CurveValues::Raw, *nearest);
        const double value = curve.isSmoothed() ? series.y(CurveValues::Smoothed, *nearest) : raw;
        QString text = curve.name() + (undone ? QStringLiteral(": ") : QStringLiteral(" "))
                       + valueWords(curve.metric, value);
        if (curve.isSmoothed())
            text += QStringLiteral("  (raw %1)").arg(valueWords(curve.metric, raw));
        if (far)
            text += QStringLiteral("  at step %1").arg(series.at(*nearest).step);
        if (std::abs(ownX - x) < distance) {
            distance = std::abs(ownX - x);
            at = series.at(*nearest);
        }
        const QColor own = curveColor(curve, palette());
        (undone ? beside : lines)
            .push_back({text, undone ? color(ColorRole::MutedText, palette()) : own,
                        QPointF(m_map.toX(ownX), m_map.toY(value)), own});
    }
    for (auto* each : {&lines, &beside})
        std::ranges::stable_sort(*each, {}, [](const ReadoutLine& line) { return line.dot->y(); });
    lines.insert(lines.end(), beside.begin(), beside.end());
    if (at && m_group.pointed() == m_plot)
        lines.insert(lines.begin(),
                     {QStringLiteral("step %1 · epoch %2 · %3")
                          .arg(at->step)
                          .arg(toQt(fixedText(at->epoch, 2)), toQt(durationText(at->seconds))),
                      color(ColorRole::Text, palette()),
                      std::nullopt,
                      {}});
    return lines;
}

void CurveCanvas::drawOverlay(QPainter& painter) const {
    if (!m_title.isEmpty())
        return;
    if (!m_band.isEmpty()) {
        QColor fill = color(ColorRole::Accent, palette());
        painter.setPen(QPen(fill, 1));
        fill.setAlphaF(0.15F);
        painter.setBrush(fill);
        painter.drawRect(m_band);
    }
    const auto x = m_group.crosshair();
    if (x && m_band.isEmpty() && hasPoints() && *x >= m_map.x.low && *x <= m_map.x.high)
        drawCrosshair(painter, *x, readout(*x), m_map, palette());
    if (m_showsFocus) {
        painter.setPen(QPen(color(ColorRole::Accent, palette()), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(viewport()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
}

void CurveCanvas::setRubberBand(const QRectF& band) {
    m_band = band;
    update();
}

void CurveCanvas::setFocusShown(bool shown) {
    m_showsFocus = shown;
    update();
}

} // namespace concertina
