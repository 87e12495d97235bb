// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/mixture_map.h"

#include "widgets/qt_text.h"
#include "widgets/sharing/sharing_geometry.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr int mapHeaderHeight = 18;
constexpr int mapRowHeight = 22;
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

MixtureMap::MixtureMap(QWidget* parent) : CellMap(parent) {
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
    return between(color(ColorRole::Field, palette), color(ColorRole::Accent, palette),
                   std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0);
}

QSize MixtureMap::sizeHint() const {
    return {SharingGeometry::labelWidth + usualPartWidth * static_cast<int>(columnCount()),
            mapHeaderHeight + mapRowHeight * static_cast<int>(m_rows.size())};
}

QSize MixtureMap::minimumSizeHint() const {
    return {SharingGeometry::labelWidth + leastPartWidth * static_cast<int>(columnCount()),
            sizeHint().height()};
}

QRect MixtureMap::cellRect(std::size_t row, std::size_t part) const {
    const int count = std::max(1, static_cast<int>(columnCount()));
    const int room = std::clamp(width() - SharingGeometry::labelWidth, 0, widestPart * count);
    const int index = static_cast<int>(part);
    const int left = SharingGeometry::labelWidth + room * index / count;
    const int right = SharingGeometry::labelWidth + room * (index + 1) / count;
    return {left, mapHeaderHeight + static_cast<int>(row) * mapRowHeight, right - left - Gap,
            mapRowHeight - Gap};
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
    const QString longest = m_part + QLatin1Char(' ') + QString::number(columnCount());
    const int room = cellRect(0, 0).width();
    const bool whole = metrics.horizontalAdvance(longest) + 2 * textMargin <= room;
    painter.setPen(color(ColorRole::MutedText, palette()));
    if (!whole)
        painter.drawText(QRect(0, 0, SharingGeometry::labelWidth - 4, mapHeaderHeight),
                         Qt::AlignRight | Qt::AlignVCenter, m_part);
    int taken = 0;
    for (std::size_t part = 0; part < columnCount(); ++part) {
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
    if (columnCount() == 0)
        return;
    paintHeader(painter);
    const QFontMetrics metrics(font());
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        const QRect label(0, cellRect(row, 0).y(), SharingGeometry::labelWidth - 6, mapRowHeight);
        painter.setPen(taskColor(m_rows[row].task, palette()));
        painter.drawText(label, Qt::AlignVCenter,
                         metrics.elidedText(m_rows[row].name.label, Qt::ElideRight, label.width()));
        for (std::size_t part = 0; part < columnCount(); ++part)
            paintCell(painter, {row, part});
    }
    paintPointed(painter);
}

} // namespace concertina
