// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/sharing_map.h"

#include "widgets/qt_text.h"
#include "widgets/sharing/map_words.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyle>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr int MoveTime = 140; ///< milliseconds
constexpr double LegendMargin = 10;

} // namespace

SharingMap::SharingMap(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Map of what runs together, from the image to the heads"));
    m_animation.setDuration(MoveTime);
    m_animation.setStartValue(0.0);
    m_animation.setEndValue(1.0);
    m_animation.setEasingCurve(QEasingCurve::InOutQuad);
    connect(&m_animation, &QVariantAnimation::valueChanged, this,
            [this](const QVariant& share) { place(share.toDouble()); });
}

void SharingMap::setNetwork(const NetworkDesign& network, std::vector<SharingTask> tasks) {
    setNetwork(std::make_shared<const NetworkDesign>(network), std::move(tasks));
}

void SharingMap::setNetwork(SharedDesign network, std::vector<SharingTask> tasks) {
    const bool same = tasks == m_tasks;
    m_network = std::move(network);
    m_tasks = std::move(tasks);
    showMap(mapLayout(*m_network, m_unfolded, same ? m_map.order : std::vector<int>()), same);
}

void SharingMap::setOverlay(PlanOverlay overlay) {
    m_overlay = std::move(overlay);
    viewport()->update();
}

void SharingMap::clear() {
    m_network.reset();
    m_tasks.clear();
    m_selected.clear();
    m_place = {};
    showMap({}, false);
}

void SharingMap::setUnfolded(const std::string& stage, bool unfolded) {
    if (unfolded ? !m_unfolded.insert(stage).second : m_unfolded.erase(stage) == 0)
        return;
    if (m_network)
        showMap(mapLayout(*m_network, m_unfolded, m_map.order), true);
}

void SharingMap::showMap(MapLayout map, bool animated) {
    const auto focused = focusedStation();
    const std::size_t layer =
        focused ? m_map.columns[m_map.stations[*focused].column].layers.front() : 0;
    animated = animated && isVisible() && !m_map.lines.empty()
               && style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) > 0;
    m_animation.stop();
    m_before = std::move(m_map);
    m_start = std::move(m_shown);
    m_map = std::move(map);
    m_ghost.reset();
    m_pressed.reset();
    m_draggedTrunk.reset();
    if (m_place.task >= static_cast<int>(m_map.lines.size()))
        m_place = {};
    if (!m_map.lines.empty()) { // the keyboard stays at its layer
        const auto& line = m_map.lines[static_cast<std::size_t>(m_place.task)].stations;
        m_place.step = std::min(m_place.step, line.size());
        for (std::size_t step = 0; focused && step < line.size(); ++step)
            if (m_map.stations[line[step]].column == m_map.columnOf(layer))
                m_place.step = step;
    }
    if (m_marks.column) { // what is pointed at stays so, where it is still there
        const std::size_t pointed =
            m_map.columnOf(m_before.columns[*m_marks.column].layers.front());
        m_marks.column = pointed < m_map.columns.size() ? std::optional(pointed) : std::nullopt;
        m_marks.tasks = m_marks.column ? m_marks.tasks : 0;
    }
    fit();
    if (animated) {
        place(0);
        m_animation.start();
    } else {
        place(1);
    }
    markSelected();
    showFocus();
}

/// Lays the map out in the viewport, and lets it be scrolled where it is larger.
void SharingMap::fit() {
    const QSizeF least = leastMapSize(m_map);
    const double legend =
        paintMapLegend(nullptr, m_map, {}, viewport()->width() - 2 * LegendMargin, palette());
    // A map that has little room keeps it for itself.
    m_legend = legend > 0 && viewport()->height() > 4 * legend + 120 ? legend + LegendMargin : 0;
    const QSizeF room(viewport()->width(), viewport()->height() - m_legend);
    m_target = mapGeometry(m_map, m_tasks, (room * m_zoom).expandedTo(least));
    const auto set = [](QScrollBar* bar, double size, double page) {
        bar->setPageStep(static_cast<int>(page));
        bar->setSingleStep(24);
        bar->setRange(0, std::max(0, static_cast<int>(std::ceil(size - page))));
    };
    set(horizontalScrollBar(), m_target.size.width(), room.width());
    set(verticalScrollBar(), m_target.size.height(), room.height());
}

void SharingMap::place(double share) {
    m_shown = share < 1 ? between(m_before, m_start, m_map, m_target, share) : m_target;
    viewport()->update();
}

void SharingMap::resizeEvent(QResizeEvent*) {
    fit();
    if (!isMoving())
        place(1);
}

void SharingMap::scrollContentsBy(int, int) {
    viewport()->update();
}

void SharingMap::setZoom(double zoom) {
    zoom = std::clamp(zoom, 1.0, 4.0);
    if (zoom == m_zoom)
        return;
    m_zoom = zoom;
    fit();
    place(1);
}

QPointF SharingMap::scrolled() const {
    return QPointF(horizontalScrollBar()->value(), verticalScrollBar()->value());
}

void SharingMap::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.fillRect(event->rect(), color(ColorRole::Card, palette()));
    if (m_map.lines.empty()) {
        painter.setPen(color(ColorRole::FaintText, palette()));
        painter.drawText(viewport()->rect(), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Here the tasks' ways through the network will be shown."));
        return;
    }
    const QRectF room = QRectF(viewport()->rect()).adjusted(0, 0, 0, -m_legend);
    painter.save();
    painter.setClipRect(room);
    painter.translate(-scrolled());
    MapMarks marks = m_marks;
    if (hasFocus()) {
        marks.focused = focusedStation();
        marks.focusedHead = marks.focused ? -1 : m_place.task;
    }
    paintMap(painter, m_map, m_shown, m_tasks, marks, palette(), room.translated(scrolled()),
             &m_pictures);
    paintMapOverlay(painter, m_map, m_shown, m_overlay, palette(), room.translated(scrolled()));
    paintTrunk(painter);
    if (m_ghost)
        paintMapGhost(painter, m_map, m_shown, *m_ghost, palette());
    painter.restore();
    if (m_legend > 0)
        m_pictures.drawCard(
            painter, room.toRect().adjusted(0, room.toRect().height(), 0, qRound(m_legend)),
            mapLegendLook(m_map, palette()), palette(), [this](QPainter& onto, const QRect& area) {
                onto.setRenderHint(QPainter::Antialiasing);
                paintMapLegend(&onto, m_map, area.topLeft() + QPointF(LegendMargin, 0),
                               area.width() - 2 * LegendMargin, palette());
            });
}

/// The diamond that says how far all tasks run together, and where it would go.
void SharingMap::paintTrunk(QPainter& painter) const {
    const QRectF handle = trunkHandle();
    if (handle.isEmpty() || isMoving())
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor accent = color(ColorRole::Accent, palette());
    QPointF middle = handle.center();
    if (m_draggedTrunk) {
        const std::size_t columns = *m_draggedTrunk;
        middle.setX(columns == 0 ? m_shown.image.right() + 14
                                 : m_shown.places.columnX[columns - 1] + 17);
        QPen pen(accent, 1.4);
        pen.setDashPattern({4, 3});
        painter.setPen(pen);
        painter.drawLine(QPointF(middle.x(), 6), QPointF(middle.x(), m_shown.size.height() - 6));
        const QString words =
            columns == 0 ? tr("no trunk")
                         : tr("trunk up to %1").arg(toQt(m_map.columns[columns - 1].label));
        painter.setFont(smallFont());
        const double width = painter.fontMetrics().horizontalAdvance(words) + 12;
        const double left = std::clamp(middle.x() + 6, scrolled().x(),
                                       scrolled().x() + viewport()->width() - width);
        const QRectF tag(left, scrolled().y() + 6, width, 18);
        painter.setPen(Qt::NoPen);
        painter.setBrush(accent);
        painter.drawRoundedRect(tag, 4, 4);
        painter.setPen(color(ColorRole::OnAccent, palette()));
        painter.drawText(tag, Qt::AlignCenter, words);
    }
    painter.setPen(QPen(accent, 1.6));
    painter.setBrush(m_draggedTrunk ? accent : color(ColorRole::Card, palette()));
    painter.drawPolygon(QPolygonF{middle + QPointF(-5, 0), middle + QPointF(0, -6),
                                  middle + QPointF(5, 0), middle + QPointF(0, 6)});
}

QRectF SharingMap::trunkHandle() const {
    if (m_map.lines.size() < 2 || m_map.columns.empty() || m_shown.places.columnX.empty())
        return {};
    const std::size_t columns = m_map.trunk();
    const double x =
        columns == 0 ? m_shown.image.right() + 14 : m_shown.places.columnX[columns - 1] + 17;
    const double y = columns == 0 ? m_shown.image.center().y()
                                  : m_shown.stations[m_map.columns[columns - 1].first].center().y();
    return {x - 7, y - 8, 14, 16};
}

void SharingMap::showPointed(std::optional<std::size_t> layer, TaskSet tasks) {
    std::optional<std::size_t> column;
    if (layer && m_map.columnOf(*layer) < m_map.columns.size())
        column = m_map.columnOf(*layer);
    if (m_marks.column == column && m_marks.tasks == tasks)
        return;
    m_marks.column = column;
    m_marks.tasks = tasks;
    viewport()->update();
}

void SharingMap::point(std::optional<std::size_t> layer, TaskSet tasks) {
    const auto column = m_marks.column;
    const TaskSet before = m_marks.tasks;
    showPointed(layer, tasks);
    if (m_marks.column != column || m_marks.tasks != before)
        Q_EMIT pointedAt(layer, tasks);
}

void SharingMap::showSelected(const std::vector<std::size_t>& layers) {
    m_selected = layers;
    std::ranges::sort(m_selected);
    markSelected();
}

void SharingMap::select(std::vector<std::size_t> layers) {
    std::ranges::sort(layers);
    if (layers == m_selected)
        return;
    showSelected(layers);
    Q_EMIT selectionChanged(m_selected);
}

void SharingMap::markSelected() {
    m_marks.selected.clear();
    for (std::size_t c = 0; c < m_map.columns.size(); ++c)
        if (std::ranges::any_of(m_map.columns[c].layers, [this](std::size_t layer) {
                return std::ranges::binary_search(m_selected, layer);
            }))
            m_marks.selected.push_back(c);
    viewport()->update();
}

std::optional<std::size_t> SharingMap::focusedStation() const {
    if (m_map.lines.empty())
        return std::nullopt;
    const auto& line = m_map.lines[static_cast<std::size_t>(m_place.task)].stations;
    return m_place.step < line.size() ? std::optional(line[m_place.step]) : std::nullopt;
}

QString SharingMap::reading() const {
    if (m_map.lines.empty())
        return {};
    const auto station = focusedStation();
    return station ? mapStationText(m_map, *station, m_tasks)
                   : mapHeadText(m_map, m_place.task, m_tasks);
}

void SharingMap::showFocus() {
    if (const QString words = reading(); words != accessibleDescription()) {
        setAccessibleDescription(words);
        QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&changed);
    }
    viewport()->update();
}

bool SharingMap::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave && !m_ghost)
        point(std::nullopt, 0);
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const MapHit hit = mapHit(m_map, m_shown, QPointF(help->pos()) + scrolled());
    QString words;
    if (hit.station)
        words = mapStationText(m_map, *hit.station, m_tasks);
    else if (hit.label && m_map.columns[*hit.label].count > 0)
        words = mapStationText(m_map, m_map.columns[*hit.label].first, m_tasks);
    else if (hit.line)
        words = mapHeadText(m_map, *hit.line, m_tasks);
    else if (trunkHandle().contains(QPointF(help->pos()) + scrolled()))
        words = tr("Drag it to say how far all tasks run together.");
    if (words.isEmpty())
        QToolTip::hideText();
    else // rich text is wrapped
        QToolTip::showText(help->globalPos(),
                           QStringLiteral("<p>%1</p>").arg(words.toHtmlEscaped()), viewport());
    return true;
}

} // namespace concertina
