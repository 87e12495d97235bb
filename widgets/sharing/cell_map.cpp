// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/cell_map.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>

namespace concertina {

CellMap::CellMap(QWidget* parent) : QWidget(parent) {
    setFont(smallFont());
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
}

std::optional<CellMap::Cell> CellMap::cellAt(const QPoint& position) const {
    for (std::size_t row = 0; row < rowCount(); ++row)
        for (std::size_t column = 0; column < columnCount(); ++column)
            if (cellRect(row, column).adjusted(0, 0, Gap, Gap).contains(position))
                return Cell{row, column};
    return std::nullopt;
}

QRect CellMap::pointedRect() const {
    return m_pointed ? cellRect(m_pointed->first, m_pointed->second) : QRect();
}

void CellMap::point(std::optional<Cell> cell) {
    m_pointed = cell;
    update();
    const QString said = cell ? words(*cell) : QString();
    setAccessibleDescription(said);
    Q_EMIT pointedAt(said);
}

void CellMap::paintPointed(QPainter& painter) const {
    if (!m_pointed)
        return;
    painter.setPen(color(ColorRole::Text, palette()));
    painter.drawRect(pointedRect().adjusted(0, 0, -1, -1));
}

QColor CellMap::between(const QColor& none, const QColor& full, double share) {
    const auto channel = [share](int from, int to) {
        return static_cast<int>(std::lround(from + share * (to - from)));
    };
    return {channel(none.red(), full.red()), channel(none.green(), full.green()),
            channel(none.blue(), full.blue())};
}

void CellMap::mouseMoveEvent(QMouseEvent* event) {
    if (const auto cell = cellAt(event->pos()); cell != m_pointed)
        point(cell);
}

void CellMap::leaveEvent(QEvent*) {
    point(std::nullopt);
}

void CellMap::keyPressEvent(QKeyEvent* event) {
    if (isEmpty())
        return QWidget::keyPressEvent(event);
    auto [row, column] = m_pointed.value_or(Cell{0, 0});
    switch (event->key()) {
    case Qt::Key_Left: column -= column > 0 ? 1 : 0; break;
    case Qt::Key_Right: column += column + 1 < columnCount() ? 1 : 0; break;
    case Qt::Key_Up: row -= row > 0 ? 1 : 0; break;
    case Qt::Key_Down: row += row + 1 < rowCount() ? 1 : 0; break;
    case Qt::Key_Home: column = 0; break;
    case Qt::Key_End: column = columnCount() - 1; break;
    default: return QWidget::keyPressEvent(event);
    }
    point(Cell{row, column});
}

void CellMap::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    if (event->reason() != Qt::MouseFocusReason && !isEmpty())
        point(m_pointed.value_or(Cell{0, 0}));
}

void CellMap::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    point(std::nullopt);
}

bool CellMap::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto cell = cellAt(help->pos()))
        QToolTip::showText(help->globalPos(), words(*cell), this,
                           cellRect(cell->first, cell->second));
    else
        QToolTip::hideText();
    return true;
}

} // namespace concertina
