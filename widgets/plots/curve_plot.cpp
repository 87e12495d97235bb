// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/curve_plot.h"

#include "core/values/text.h"
#include "widgets/plots/curve_canvas.h"
#include "widgets/save_file.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr double wheelFactor = 1.2; // a notch
constexpr double shortestDrag = 4;
constexpr double thinFrame = 10;

/// `span` made `factor` times as long; the value `fixed` stays where it is.
PlotSpan scaled(const PlotSpan& span, double factor, double fixed, bool logarithmic) {
    if (logarithmic)
        return {fixed * std::pow(span.low / fixed, factor),
                fixed * std::pow(span.high / fixed, factor)};
    return {fixed + (span.low - fixed) * factor, fixed + (span.high - fixed) * factor};
}

/// Not narrower than doubles can distinguish, nor wider than they can hold.
bool isUsable(const PlotSpan& span) {
    const double magnitude = std::max(std::abs(span.low), std::abs(span.high));
    return span.high - span.low > 1e-9 * magnitude && magnitude < 1e15;
}

} // namespace

CurvePlot::CurvePlot(const QString& title, PlotGroup& group, QWidget* parent)
    : QWidget(parent),
      m_title(title),
      m_group(group),
      m_contents(std::make_unique<PlotContents>()),
      m_canvas(new CurveCanvas(*m_contents, group, this, this)),
      m_axis(group.axis()) {
    setAccessibleName(title);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    connect(&group, &PlotGroup::viewChanged, this, [this] {
        if (std::exchange(m_axis, m_group.axis()) != m_group.axis())
            m_canvas->adoptAxes();
        dataChanged();
    });
    connect(&group, &PlotGroup::crosshairChanged, this, [this] {
        if (isVisible() && !m_isStale)
            m_canvas->update();
    });
}

CurvePlot::~CurvePlot() {
    m_group.forget(this);
}

void CurvePlot::setCurves(std::vector<PlotCurve> curves) {
    m_contents->curves = std::move(curves);
    m_canvas->adoptCurves();
    dataChanged();
}

const std::vector<PlotCurve>& CurvePlot::curves() const {
    return m_contents->curves;
}

void CurvePlot::setMarks(std::vector<PlotMark> marks) {
    if (marks == m_contents->marks)
        return;
    m_contents->marks = std::move(marks);
    dataChanged();
}

const std::vector<PlotMark>& CurvePlot::marks() const {
    return m_contents->marks;
}

void CurvePlot::setLogY(bool on) {
    m_contents->logY = on;
    m_canvas->adoptAxes();
    dataChanged();
}

void CurvePlot::setOutliersIgnored(bool ignored) {
    m_contents->ignoresOutliers = ignored;
    dataChanged();
}

void CurvePlot::setEmptyText(const QString& text) {
    m_contents->emptyText = text;
    dataChanged();
}

void CurvePlot::dataChanged() {
    if (isVisible())
        m_canvas->replotSoon();
    else
        m_isStale = true;
}

void CurvePlot::replotNow() {
    m_isStale = false;
    m_canvas->replotNow();
}

PlotSpan CurvePlot::shownX() const {
    return m_canvas->map().x;
}

PlotSpan CurvePlot::shownY() const {
    return m_canvas->map().y;
}

QRectF CurvePlot::plotArea() const {
    return m_canvas->map().area;
}

QStringList CurvePlot::endLabels() const {
    QStringList texts;
    for (const PlotLabel& label : m_canvas->labels())
        texts << label.text;
    return texts;
}

QStringList CurvePlot::readout() const {
    QStringList texts;
    if (const auto x = m_group.crosshair())
        for (const ReadoutLine& line : m_canvas->readout(*x))
            texts << line.text;
    return texts;
}

std::string CurvePlot::csv() const {
    std::string text = "curve,step,epoch,seconds,value,smoothed\n";
    for (const PlotCurve& curve : m_contents->curves) {
        std::string label = curve.name().toStdString();
        for (std::size_t quote = 0; (quote = label.find('"', quote)) != std::string::npos;
             quote += 2)
            label.insert(quote, 1, '"');
        for (std::size_t i = 0; i < curve.series->size(); ++i) {
            const CurvePoint point = curve.series->at(i);
            text += '"' + label + "\"," + std::to_string(point.step);
            for (const double number : {point.epoch, point.seconds, point.value,
                                        curve.series->y(CurveValues::Smoothed, i)})
                text += ',' + numberText(number);
            text += '\n';
        }
    }
    return text;
}

Expected<void> CurvePlot::savePicture(const QString& file) {
    const bool vector = file.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive);
    return saveFile(file, m_canvas->picture(vector, m_title));
}

void CurvePlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_canvas->setGeometry(rect());
}

void CurvePlot::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (std::exchange(m_isStale, false))
        m_canvas->replotSoon();
}

void CurvePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        m_canvas->setPalette(palette());
        m_canvas->adoptColors();
        dataChanged();
    }
}

/// The crosshair stands on a point of the densest curve, so that it is at a step that there is.
void CurvePlot::pointAt(double pixel) {
    const QRectF area = plotArea();
    const double x = m_canvas->map().xAt(pixel);
    const Series* series = densestAt(m_contents->curves, m_axis, x);
    if (series == nullptr || pixel < area.left() - 2 || pixel > area.right() + 2) {
        m_group.setCrosshair(std::nullopt, nullptr);
        return;
    }
    const auto nearest = series->nearest(m_axis, x);
    m_group.setCrosshair(series->x(m_axis, *nearest), this);
}

void CurvePlot::stepCrosshair(int by) {
    const double from = m_group.crosshair().value_or(shownX().high);
    const auto next = nextPoint(m_contents->curves, m_axis, from, m_group.crosshair() ? by : -1);
    if (!next)
        return;
    // A pixel at least, where many points share one.
    const double pixel = m_canvas->map().toX(from);
    if (std::abs(m_canvas->map().toX(*next) - pixel) < 1)
        pointAt(pixel + by);
    else
        m_group.setCrosshair(next, this);
}

void CurvePlot::zoom(double factor, QPointF around, bool alongY) {
    const PixelMap& map = m_canvas->map();
    auto x = m_group.x();
    auto y = m_group.y(this);
    if (alongY)
        y = scaled(map.y, factor, map.yAt(around.y()), map.logY);
    else
        x = scaled(map.x, factor, map.xAt(around.x()), false);
    if ((x && !isUsable(*x)) || (y && !isUsable(*y)))
        return;
    m_group.show(this, x, y, PlotGroup::Move::Gliding);
}

void CurvePlot::pan(QPointF by, PlotGroup::Move move) {
    PixelMap map = m_canvas->map();
    const PlotSpan x{map.xAt(map.area.left() - by.x()), map.xAt(map.area.right() - by.x())};
    auto y = m_group.y(this);
    // A plot whose y follows the data goes on doing so.
    if (y)
        y = {map.yAt(map.area.bottom() - by.y()), map.yAt(map.area.top() - by.y())};
    m_group.show(this, x, y, move);
}

void CurvePlot::zoomInto(const QRectF& frame) {
    const PixelMap& map = m_canvas->map();
    const QRectF inside = frame.intersected(map.area);
    auto x = m_group.x();
    auto y = m_group.y(this);
    if (inside.width() >= thinFrame)
        x = {map.xAt(inside.left()), map.xAt(inside.right())};
    if (inside.height() >= thinFrame)
        y = {map.yAt(inside.bottom()), map.yAt(inside.top())};
    if ((!x || isUsable(*x)) && (!y || isUsable(*y)))
        m_group.show(this, x, y, PlotGroup::Move::Step);
}

void CurvePlot::mousePressEvent(QMouseEvent* event) {
    if (!m_canvas->hasPoints() || event->button() == Qt::RightButton)
        return;
    m_dragFrom = event->position();
    m_panBegun = false;
    const bool pans =
        event->button() == Qt::MiddleButton || event->modifiers().testFlag(Qt::ShiftModifier);
    m_drag = pans ? Drag::Pan : Drag::Frame;
    if (pans)
        setCursor(Qt::ClosedHandCursor);
}

void CurvePlot::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    if (m_drag == Drag::None) {
        pointAt(at.x());
        return;
    }
    const QPointF way = at - m_dragFrom;
    if (m_drag == Drag::Frame) {
        QRectF frame = QRectF(m_dragFrom, at).normalized().intersected(plotArea());
        if (std::abs(way.y()) < thinFrame)
            frame = {frame.left(), plotArea().top(), frame.width(), plotArea().height()};
        else if (std::abs(way.x()) < thinFrame)
            frame = {plotArea().left(), frame.top(), plotArea().width(), frame.height()};
        m_canvas->setRubberBand(way.manhattanLength() < shortestDrag ? QRectF() : frame);
    } else if (m_panBegun || way.manhattanLength() >= shortestDrag) {
        pan(way, std::exchange(m_panBegun, true) ? PlotGroup::Move::Silent : PlotGroup::Move::Step);
        m_dragFrom = at;
        // Where the pointer goes next is counted from what is shown then.
        replotNow();
    }
}

void CurvePlot::mouseReleaseEvent(QMouseEvent* event) {
    const Drag drag = std::exchange(m_drag, Drag::None);
    unsetCursor();
    if (drag != Drag::Frame)
        return;
    m_canvas->setRubberBand({});
    const QPointF way = event->position() - m_dragFrom;
    if (way.manhattanLength() >= shortestDrag)
        zoomInto(QRectF(m_dragFrom, event->position()).normalized());
}

void CurvePlot::mouseDoubleClickEvent(QMouseEvent*) {
    m_group.fit();
}

void CurvePlot::leaveEvent(QEvent*) {
    if (m_group.pointed() == this)
        m_group.setCrosshair(std::nullopt, nullptr);
}

void CurvePlot::wheelEvent(QWheelEvent* event) {
    // Shift turns the wheel sideways on some systems.
    const QPoint delta = event->angleDelta();
    const int turned = delta.y() != 0 ? delta.y() : delta.x();
    if (!m_canvas->hasPoints() || turned == 0) {
        event->ignore();
        return;
    }
    zoom(std::pow(wheelFactor, -turned / 120.0), event->position(),
         event->modifiers().testFlag(Qt::ShiftModifier));
    event->accept();
}

void CurvePlot::keyPressEvent(QKeyEvent* event) {
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    const QPointF middle = m_group.crosshair() ? QPointF(m_canvas->map().toX(*m_group.crosshair()),
                                                         plotArea().center().y())
                                               : plotArea().center();
    const double tenth = plotArea().width() / 10;
    switch (event->key()) {
    case Qt::Key_Left:
        control ? pan({tenth, 0}, PlotGroup::Move::Gliding) : stepCrosshair(-1);
        return;
    case Qt::Key_Right:
        control ? pan({-tenth, 0}, PlotGroup::Move::Gliding) : stepCrosshair(1);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoom(1 / wheelFactor, middle, false); return;
    case Qt::Key_Minus: zoom(wheelFactor, middle, false); return;
    case Qt::Key_Backspace: m_group.zoomOut(); return;
    case Qt::Key_F: m_group.fit(); return;
    case Qt::Key_Escape:
        if (!m_group.crosshair())
            break;
        m_group.setCrosshair(std::nullopt, nullptr);
        return;
    default: break;
    }
    QWidget::keyPressEvent(event);
}

/// A frame is for who came by the keyboard; a click says itself where it went.
void CurvePlot::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    m_canvas->setFocusShown(event->reason() == Qt::TabFocusReason
                            || event->reason() == Qt::BacktabFocusReason
                            || event->reason() == Qt::ShortcutFocusReason);
}

void CurvePlot::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    m_canvas->setFocusShown(false);
}

void CurvePlot::contextMenuEvent(QContextMenuEvent* event) {
    // Not modal: it is gone with the plot or when something else is clicked.
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Show everything\tF"), this, [this] { m_group.fit(); });
    menu->addAction(tr("Zoom out one step\tBackspace"), this, [this] { m_group.zoomOut(); })
        ->setEnabled(m_group.canZoomOut());
    menu->addSeparator();
    menu->addAction(tr("Save picture…"), this, &CurvePlot::savePictureWanted)
        ->setEnabled(m_canvas->hasPoints());
    menu->addAction(tr("Save all points as CSV…"), this, &CurvePlot::saveDataWanted)
        ->setEnabled(m_canvas->hasPoints());
    menu->popup(event->globalPos());
}

} // namespace concertina
