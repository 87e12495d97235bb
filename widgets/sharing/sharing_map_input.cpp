// SPDX-License-Identifier: GPL-3.0-or-later
// How the map is worked by mouse and keys.
#include "widgets/sharing/sharing_map.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr double AwayDistance = 12; ///< from its station, where a dragged line splits off
constexpr double JoinReach = 9;     ///< around a station

/// How many layers the first columns have.
std::size_t layersIn(const MapLayout& map, std::size_t columns) {
    std::size_t layers = 0;
    for (std::size_t c = 0; c < columns; ++c)
        layers += map.columns[c].layers.size();
    return layers;
}

} // namespace

void SharingMap::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_map.lines.empty())
        return QAbstractScrollArea::mousePressEvent(event);
    m_pressedAt = event->position() + scrolled();
    m_hasToggled = false;
    if (trunkHandle().contains(m_pressedAt)) {
        m_draggedTrunk = m_map.trunk();
        viewport()->update();
        return;
    }
    m_pressed = mapHit(m_map, m_shown, m_pressedAt);
}

void SharingMap::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position() + scrolled();
    if (m_draggedTrunk) {
        m_draggedTrunk = trunkAt(at.x());
        viewport()->update();
        return;
    }
    if (m_pressed && m_pressed->line && (event->buttons() & Qt::LeftButton) != 0
        && (m_ghost || (at - m_pressedAt).manhattanLength() >= QApplication::startDragDistance())) {
        dragLine(at);
        return;
    }
    const MapHit hit = mapHit(m_map, m_shown, at);
    const bool handle = trunkHandle().contains(at);
    viewport()->setCursor(handle                     ? Qt::SizeHorCursor
                          : hit.station || hit.label ? Qt::PointingHandCursor
                                                     : Qt::ArrowCursor);
    pointTo(hit);
}

void SharingMap::pointTo(const MapHit& hit) {
    if (hit.station)
        point(m_map.columns[*hit.column].layers.front(), m_map.stations[*hit.station].tasks);
    else if (hit.label)
        point(m_map.columns[*hit.label].layers.front(),
              allTasks(static_cast<int>(m_map.lines.size())));
    else
        point(std::nullopt, hit.line ? taskBit(*hit.line) : 0);
}

void SharingMap::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return QAbstractScrollArea::mouseReleaseEvent(event);
    if (m_draggedTrunk) {
        const std::size_t columns = *m_draggedTrunk;
        m_draggedTrunk.reset();
        viewport()->update();
        if (columns != m_map.trunk())
            Q_EMIT trunkWanted(layersIn(m_map, columns));
        return;
    }
    if (m_ghost)
        return dropLine(event->modifiers());
    if (const auto pressed = std::exchange(m_pressed, std::nullopt)) {
        const MapHit hit = mapHit(m_map, m_shown, event->position() + scrolled());
        if (hit.station == pressed->station && hit.label == pressed->label)
            click(hit, event->modifiers());
    }
}

void SharingMap::mouseDoubleClickEvent(QMouseEvent* event) {
    const MapHit hit = mapHit(m_map, m_shown, event->position() + scrolled());
    // Its first click may have opened what it is on.
    if (event->button() == Qt::LeftButton && !m_hasToggled && hit.station
        && m_map.columns[*hit.column].canFold)
        toggle(*hit.column);
}

void SharingMap::click(const MapHit& hit, Qt::KeyboardModifiers modifiers) {
    if (hit.isEmpty() || (hit.line && !hit.station)) {
        if (hit.line) // of a line: where the keyboard goes on
            goTo({*hit.line, m_place.step});
        else if ((modifiers & (Qt::ShiftModifier | Qt::ControlModifier)) == 0)
            select({});
        return;
    }
    const std::size_t column = *hit.column;
    if (hit.station) {
        const int task = hit.line.value_or(firstTask(m_map.stations[*hit.station].tasks));
        const auto& line = m_map.lines[static_cast<std::size_t>(task)].stations;
        m_place = {task,
                   static_cast<std::size_t>(std::ranges::find(line, *hit.station) - line.begin())};
        showFocus();
    }
    selectColumn(column, modifiers);
    const bool plain = (modifiers & (Qt::ShiftModifier | Qt::ControlModifier)) == 0;
    if (plain && (hit.label || m_map.columns[column].canUnfold))
        toggle(column);
}

/// With Shift from where the selection began, with Ctrl one more or less.
void SharingMap::selectColumn(std::size_t column, Qt::KeyboardModifiers modifiers) {
    const std::vector<std::size_t>& own = m_map.columns[column].layers;
    std::vector<std::size_t> layers = own;
    if ((modifiers & Qt::ShiftModifier) != 0 && m_anchor) {
        const std::size_t from = std::min(m_map.columnOf(*m_anchor), m_map.columns.size() - 1);
        layers.clear();
        for (std::size_t c = std::min(from, column); c <= std::max(from, column); ++c)
            layers.insert(layers.end(), m_map.columns[c].layers.begin(),
                          m_map.columns[c].layers.end());
    } else if ((modifiers & Qt::ControlModifier) != 0) {
        const bool chosen = std::ranges::binary_search(m_selected, own.front());
        layers = m_selected;
        std::erase_if(
            layers, [&](std::size_t layer) { return std::ranges::find(own, layer) != own.end(); });
        if (!chosen)
            layers.insert(layers.end(), own.begin(), own.end());
        m_anchor = own.front();
    } else {
        m_anchor = own.front();
    }
    select(std::move(layers));
}

void SharingMap::toggle(std::size_t column) {
    const MapColumn& shown = m_map.columns[column];
    m_hasToggled = shown.canUnfold || shown.canFold;
    if (!m_hasToggled)
        return;
    const std::string stage = shown.stage; // the column goes
    const bool unfold = shown.canUnfold;
    setUnfolded(stage, unfold);
    Q_EMIT foldingChanged(stage, unfold);
}

std::optional<std::size_t> SharingMap::stationOn(int task, std::size_t column) const {
    for (const std::size_t station : m_map.lines[static_cast<std::size_t>(task)].stations)
        if (m_map.stations[station].column == column)
            return station;
    return std::nullopt;
}

/// A ghost at the column that was pressed, or the last one where that was at the heads.
void SharingMap::dragLine(const QPointF& at) {
    const int task = *m_pressed->line;
    const auto& line = m_map.lines[static_cast<std::size_t>(task)].stations;
    if (m_map.lines.size() < 2 || line.empty())
        return;
    std::size_t column = m_pressed->column.value_or(m_map.columns.size());
    if (!stationOn(task, column))
        column = m_map.stations[line.back()].column;
    m_ghost = MapGhost{task, column, at, {}};
    const MapColumn& shown = m_map.columns[column];
    for (std::size_t i = shown.first; i < shown.first + shown.count; ++i)
        if ((m_map.stations[i].tasks & taskBit(task)) == 0
            && std::abs(m_shown.stations[i].center().y() - at.y())
                   <= m_shown.stations[i].height() / 2 + JoinReach)
            m_ghost->station = i;
    viewport()->setCursor(Qt::ClosedHandCursor);
    viewport()->update();
}

/// The lines that go with a dragged one: with Shift all on the side to which it goes.
TaskSet SharingMap::taken(const MapStation& from, int task, bool upward, bool more) const {
    TaskSet set = taskBit(task);
    bool passed = false;
    for (const int other : m_map.order) {
        passed = passed || other == task;
        if (more && (from.tasks & taskBit(other)) != 0 && (upward ? !passed : passed))
            set |= taskBit(other);
    }
    return set;
}

void SharingMap::dropLine(Qt::KeyboardModifiers modifiers) {
    const MapGhost ghost = *std::exchange(m_ghost, std::nullopt);
    m_pressed.reset();
    viewport()->unsetCursor();
    viewport()->update();
    const auto home = stationOn(ghost.task, ghost.column);
    if (!home)
        return;
    const MapStation& from = m_map.stations[*home];
    const QRectF& capsule = m_shown.stations[*home];
    const bool more = (modifiers & Qt::ShiftModifier) != 0;
    const TaskSet set = taken(from, ghost.task, ghost.at.y() < capsule.center().y(), more);
    const std::size_t layer = m_map.columns[ghost.column].layers.front();
    if (ghost.station)
        Q_EMIT joinWanted(layer, set, m_map.stations[*ghost.station].tasks);
    else if (set != from.tasks
             && (ghost.at.y() < capsule.top() - AwayDistance
                 || ghost.at.y() > capsule.bottom() + AwayDistance))
        Q_EMIT splitWanted(layer, set);
}

std::size_t SharingMap::trunkAt(double x) const {
    std::size_t columns = 0;
    for (std::size_t c = 0; c < m_map.columns.size(); ++c)
        if (m_shown.places.columnX[c] <= x)
            columns = c + 1;
    return columns;
}

void SharingMap::wheelEvent(QWheelEvent* event) {
    if ((event->modifiers() & Qt::ControlModifier) == 0)
        return QAbstractScrollArea::wheelEvent(event);
    const double factor = std::pow(1.2, event->angleDelta().y() / 120.0);
    const double share = (event->position().x() + scrolled().x()) / m_shown.size.width();
    setZoom(m_zoom * factor);
    horizontalScrollBar()->setValue(
        static_cast<int>(share * m_shown.size.width() - event->position().x()));
    event->accept();
}

void SharingMap::keyPressEvent(QKeyEvent* event) {
    if (m_map.lines.empty())
        return QAbstractScrollArea::keyPressEvent(event);
    const auto station = focusedStation();
    switch (event->key()) {
    case Qt::Key_Escape:
        if (!m_ghost && !m_draggedTrunk)
            return QAbstractScrollArea::keyPressEvent(event);
        m_ghost.reset();
        m_pressed.reset();
        m_draggedTrunk.reset();
        viewport()->unsetCursor();
        viewport()->update();
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (station)
            toggle(m_map.stations[*station].column);
        return;
    case Qt::Key_Space:
        if (station)
            selectColumn(m_map.stations[*station].column, event->modifiers());
        return;
    case Qt::Key_Plus: return setZoom(m_zoom * 1.25);
    case Qt::Key_Minus: return setZoom(m_zoom / 1.25);
    case Qt::Key_0: return setZoom(1);
    default:
        if (!walk(event))
            QAbstractScrollArea::keyPressEvent(event);
    }
}

bool SharingMap::walk(QKeyEvent* event) {
    const int key = event->key();
    const bool along = key == Qt::Key_Left || key == Qt::Key_Right;
    const bool across = key == Qt::Key_Up || key == Qt::Key_Down;
    const int by = key == Qt::Key_Left || key == Qt::Key_Up ? -1 : 1;
    const bool shift = (event->modifiers() & Qt::ShiftModifier) != 0;
    if ((event->modifiers() & Qt::AltModifier) != 0)
        return across && moveLine(by, shift);
    if ((event->modifiers() & Qt::ControlModifier) != 0) {
        const std::size_t trunk = m_map.trunk();
        if (!along || m_map.lines.size() < 2)
            return false;
        if (by < 0 ? trunk > 0 : trunk < m_map.columns.size())
            Q_EMIT trunkWanted(layersIn(m_map, by < 0 ? trunk - 1 : trunk + 1));
        return true;
    }
    Place to = m_place;
    const auto& line = m_map.lines[static_cast<std::size_t>(to.task)].stations;
    if (key == Qt::Key_Home) {
        to.step = 0;
    } else if (key == Qt::Key_End) {
        to.step = line.size();
    } else if (along) {
        to.step = by < 0 ? to.step - (to.step > 0 ? 1 : 0) : std::min(to.step + 1, line.size());
    } else if (across) {
        const auto place = std::ranges::find(m_map.order, to.task) - m_map.order.begin() + by;
        if (place >= 0 && place < std::ssize(m_map.order))
            to.task = m_map.order[static_cast<std::size_t>(place)];
    } else {
        return false;
    }
    goTo(to);
    if (const auto station = focusedStation(); station && shift && along)
        selectColumn(m_map.stations[*station].column, Qt::ShiftModifier);
    return true;
}

/// Splits the line off its station, or joins it with the station above or below.
bool SharingMap::moveLine(int by, bool more) {
    const auto home = focusedStation();
    if (!home)
        return false;
    const MapStation& from = m_map.stations[*home];
    const MapColumn& column = m_map.columns[from.column];
    const TaskSet set = taken(from, m_place.task, by < 0, more);
    if (set != from.tasks) {
        Q_EMIT splitWanted(column.layers.front(), set);
        return true;
    }
    const std::size_t with = *home + static_cast<std::size_t>(by);
    if (with >= column.first && with < column.first + column.count)
        Q_EMIT joinWanted(column.layers.front(), set, m_map.stations[with].tasks);
    return true;
}

void SharingMap::goTo(Place place) {
    const auto& line = m_map.lines[static_cast<std::size_t>(place.task)].stations;
    place.step = std::min(place.step, line.size());
    m_place = place;
    const auto station = focusedStation();
    const QRectF seen = station ? m_target.stations[*station]
                                : m_target.heads[static_cast<std::size_t>(place.task)];
    const auto reveal = [](QScrollBar* bar, double from, double to) {
        if (from - 40 < bar->value())
            bar->setValue(static_cast<int>(from - 40));
        else if (to + 40 > bar->value() + bar->pageStep())
            bar->setValue(static_cast<int>(to + 40) - bar->pageStep());
    };
    reveal(horizontalScrollBar(), seen.left(), seen.right());
    reveal(verticalScrollBar(), seen.top(), seen.bottom());
    if (station)
        point(m_map.columns[m_map.stations[*station].column].layers.front(),
              m_map.stations[*station].tasks);
    else
        point(std::nullopt, taskBit(place.task));
    showFocus();
}

void SharingMap::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    showFocus();
}

void SharingMap::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

} // namespace concertina
