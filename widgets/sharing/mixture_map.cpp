// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/mixture_map.h"

#include "widgets/qt_text.h"
#include "widgets/sharing/sharing_geometry.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr int mapHeaderHeight = 18;
constexpr int mapRowHeight = 22;
constexpr int partGap = 1;
constexpr int leastPartWidth = 6;
constexpr int usualPartWidth = 40;
constexpr int widestPart = 96;
constexpr int textMargin = 3;

QString percent(double share) {
    return toQt(shareText(share));
}

/// What can be read on a colour.
QColor inkOn(const QColor& background, const QPalette& palette) {
    const QColor text = color(ColorRole::Text, palette), field = color(ColorRole::Field, palette);
    const auto distance = [&](const QColor& ink) {
        return std::abs(qGray(ink.rgb()) - qGray(background.rgb()));
    };
    return distance(text) >= distance(field) ? text : field;
}

} // namespace

MixtureMap::MixtureMap(QWidget* parent) : QWidget(parent) {
    setFont(smallFont());
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void MixtureMap::setRows(std::vector<Row> rows, QString part) {
    m_rows = std::move(rows);
    m_part = std::move(part);
    setAccessibleName(tr("Shares of %1s: tasks down, %1s across").arg(m_part));
    point(std::nullopt);
    updateGeometry();
    update();
}

double MixtureMap::largest() const {
    double most = 0;
    for (const Row& row : m_rows)
        for (const double share : row.shares)
            if (std::isfinite(share))
                most = std::max(most, share);
    return most > 0 ? most : 1;
}

QColor MixtureMap::colorOf(double share, const QPalette& palette) {
    const QColor none = color(ColorRole::Field, palette), full = color(ColorRole::Accent, palette);
    const double part = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0;
    const auto between = [part](int from, int to) {
        return static_cast<int>(std::lround(from + part * (to - from)));
    };
    return {between(none.red(), full.red()), between(none.green(), full.green()),
            between(none.blue(), full.blue())};
}

QSize MixtureMap::sizeHint() const {
    return {SharingGeometry::labelWidth + usualPartWidth * static_cast<int>(parts()),
            mapHeaderHeight + mapRowHeight * static_cast<int>(m_rows.size())};
}

QSize MixtureMap::minimumSizeHint() const {
    return {SharingGeometry::labelWidth + leastPartWidth * static_cast<int>(parts()),
            sizeHint().height()};
}

QRect MixtureMap::cellRect(std::size_t row, std::size_t part) const {
    const int count = std::max(1, static_cast<int>(parts()));
    const int room = std::clamp(width() - SharingGeometry::labelWidth, 0, widestPart * count);
    const int index = static_cast<int>(part);
    const int left = SharingGeometry::labelWidth + room * index / count;
    const int right = SharingGeometry::labelWidth + room * (index + 1) / count;
    return {left, mapHeaderHeight + static_cast<int>(row) * mapRowHeight, right - left - partGap,
            mapRowHeight - partGap};
}

std::optional<MixtureMap::Cell> MixtureMap::cellAt(const QPoint& position) const {
    for (std::size_t row = 0; row < m_rows.size(); ++row)
        for (std::size_t part = 0; part < parts(); ++part)
            if (cellRect(row, part).adjusted(0, 0, partGap, partGap).contains(position))
                return Cell{row, part};
    return std::nullopt;
}

QString MixtureMap::words(const Cell& cell) const {
    const Row& row = m_rows[cell.first];
    return tr("%1: %2 of %3 %4")
        .arg(row.name.label, percent(row.shares[cell.second]), m_part)
        .arg(cell.second + 1);
}

/// "skill 1", or the number alone where there is no room.
void MixtureMap::paintHeader(QPainter& painter) const {
    const QFontMetrics metrics(font());
    const QString longest = m_part + QLatin1Char(' ') + QString::number(parts());
    const int room = cellRect(0, 0).width();
    const bool whole = metrics.horizontalAdvance(longest) + 2 * textMargin <= room;
    painter.setPen(color(ColorRole::MutedText, palette()));
    if (!whole)
        painter.drawText(QRect(0, 0, SharingGeometry::labelWidth - 4, mapHeaderHeight),
                         Qt::AlignRight | Qt::AlignVCenter, m_part);
    int taken = 0;
    for (std::size_t part = 0; part < parts(); ++part) {
        const QString number = QString::number(part + 1);
        const QString text = whole ? m_part + QLatin1Char(' ') + number : number;
        const QRect cell = cellRect(0, part);
        const int wide = metrics.horizontalAdvance(text);
        const int left = cell.center().x() - wide / 2;
        if (left < taken)
            continue;
        painter.drawText(QRect(left, 0, wide + 1, mapHeaderHeight), Qt::AlignVCenter, text);
        taken = left + wide + 4;
    }
}

void MixtureMap::paintCell(QPainter& painter, const Cell& cell) const {
    const QRect where = cellRect(cell.first, cell.second);
    const double share = m_rows[cell.first].shares[cell.second];
    const QColor background = colorOf(share / largest(), palette());
    painter.fillRect(where, background);
    const QString text = percent(share);
    if (QFontMetrics(font()).horizontalAdvance(text) + 2 * textMargin > where.width())
        return;
    painter.setPen(inkOn(background, palette()));
    painter.drawText(where, Qt::AlignCenter, text);
}

void MixtureMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (parts() == 0)
        return;
    paintHeader(painter);
    const QFontMetrics metrics(font());
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        const QRect label(0, cellRect(row, 0).y(), SharingGeometry::labelWidth - 6, mapRowHeight);
        painter.setPen(taskColor(m_rows[row].task, palette()));
        painter.drawText(label, Qt::AlignVCenter,
                         metrics.elidedText(m_rows[row].name.label, Qt::ElideRight, label.width()));
        for (std::size_t part = 0; part < parts(); ++part)
            paintCell(painter, {row, part});
    }
    if (m_pointed) {
        painter.setPen(color(ColorRole::Text, palette()));
        painter.drawRect(cellRect(m_pointed->first, m_pointed->second).adjusted(0, 0, -1, -1));
    }
}

void MixtureMap::point(std::optional<Cell> cell) {
    m_pointed = cell;
    update();
    const QString said = cell ? words(*cell) : QString();
    setAccessibleDescription(said);
    Q_EMIT pointedAt(said);
}

void MixtureMap::mouseMoveEvent(QMouseEvent* event) {
    if (const auto cell = cellAt(event->pos()); cell != m_pointed)
        point(cell);
}

void MixtureMap::leaveEvent(QEvent*) {
    point(std::nullopt);
}

void MixtureMap::keyPressEvent(QKeyEvent* event) {
    if (parts() == 0)
        return QWidget::keyPressEvent(event);
    auto [row, part] = m_pointed.value_or(Cell{0, 0});
    switch (event->key()) {
    case Qt::Key_Left: part -= part > 0 ? 1 : 0; break;
    case Qt::Key_Right: part += part + 1 < parts() ? 1 : 0; break;
    case Qt::Key_Up: row -= row > 0 ? 1 : 0; break;
    case Qt::Key_Down: row += row + 1 < m_rows.size() ? 1 : 0; break;
    case Qt::Key_Home: part = 0; break;
    case Qt::Key_End: part = parts() - 1; break;
    default: return QWidget::keyPressEvent(event);
    }
    point(Cell{row, part});
}

void MixtureMap::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    if (event->reason() != Qt::MouseFocusReason && parts() > 0)
        point(m_pointed.value_or(Cell{0, 0}));
}

void MixtureMap::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    point(std::nullopt);
}

bool MixtureMap::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto cell = cellAt(help->pos()))
            QToolTip::showText(help->globalPos(), words(*cell), this,
                               cellRect(cell->first, cell->second));
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace concertina
