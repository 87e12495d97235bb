// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runs_delegate.h"

#include "ui/runs/runs_model.h"
#include "ui/window/page.h"
#include "widgets/controls/sparkline.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

constexpr int rowHeight = 32;
constexpr int padding = 8;
constexpr int gap = 8;
constexpr int shortestLine = 42, longestLine = 260;
constexpr int lineMargin = 7;
constexpr int dot = 7;

QFont boldOf(QFont font) {
    font.setWeight(QFont::DemiBold);
    return font;
}

int widthOf(const QFont& font, const QString& text) {
    return QFontMetrics(font).horizontalAdvance(text) + 1;
}

ColorRole roleOf(PageHeader::Tone tone) {
    switch (tone) {
    case PageHeader::Tone::Busy: return ColorRole::Good;
    case PageHeader::Tone::Bad: return ColorRole::Bad;
    case PageHeader::Tone::Warning: return ColorRole::Warning;
    case PageHeader::Tone::Good: return ColorRole::Text;
    case PageHeader::Tone::Neutral: return ColorRole::MutedText;
    }
    return ColorRole::Text;
}

void drawText(QPainter& painter, const QRect& area, Qt::Alignment side, const QString& text) {
    painter.drawText(area, static_cast<int>(side | Qt::AlignVCenter) | Qt::TextSingleLine,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, area.width()));
}

void paintName(QPainter& painter, const QRect& area, const QStyleOptionViewItem& option,
               const QModelIndex& index) {
    const QString note = index.data(NoteRole).toString();
    const int noteWidth = QFontMetrics(smallFont()).horizontalAdvance(note);
    // Runs are distinguished by how their names end: "nyuv2-compact-merged", "nyuv2-compact-tied".
    const QString name = painter.fontMetrics().elidedText(
        index.data().toString(), Qt::ElideMiddle, std::max(40, area.width() - noteWidth - gap));
    painter.setPen(color(ColorRole::Text, option.palette));
    drawText(painter, area, Qt::AlignLeft, name);
    const int after = painter.fontMetrics().horizontalAdvance(name) + gap;
    painter.setFont(smallFont());
    painter.setPen(color(ColorRole::MutedText, option.palette));
    drawText(painter, area.adjusted(after, 1, 0, 1), Qt::AlignLeft, note);
}

void paintState(QPainter& painter, QRect area, const QStyleOptionViewItem& option,
                const QModelIndex& index) {
    const auto tone = static_cast<PageHeader::Tone>(index.data(ToneRole).toInt());
    const QColor ink = color(roleOf(tone), option.palette);
    if (tone == PageHeader::Tone::Busy) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(ink);
        painter.drawEllipse(QRectF(area.left(), area.center().y() - dot / 2.0 + 0.5, dot, dot));
        area.setLeft(area.left() + dot + 5);
    }
    painter.setPen(ink);
    drawText(painter, area, Qt::AlignLeft, index.data().toString());
}

void paintMetric(QPainter& painter, const QRect& area, const RunsDelegate::Room& room,
                 const QStyleOptionViewItem& option, const QModelIndex& index) {
    const int lineWidth = std::clamp(area.width() - room.last - room.best - 2 * gap, shortestLine,
                                     longestLine);
    const QRect line(area.left(), area.top() + lineMargin, lineWidth,
                     area.height() - 2 * lineMargin);
    drawSparklines(painter, line, index.data(LinesRole).value<QList<QList<double>>>(),
                   taskColor(index.data(TaskRole).toInt(), option.palette));
    painter.setFont(smallFont());
    painter.setPen(color(ColorRole::FaintText, option.palette));
    const QRect last(area.right() + 1 - room.best - gap - room.last, area.top() + 1, room.last,
                     area.height());
    drawText(painter, last, Qt::AlignRight, index.data(LastRole).toString());
    const bool champion = index.data(ChampionRole).toBool();
    painter.setFont(champion ? boldOf(option.font) : option.font);
    painter.setPen(color(ColorRole::Text, option.palette));
    drawText(painter, QRect(QPoint(last.right() + 1, area.top()), area.bottomRight()),
             Qt::AlignRight, index.data(BestRole).toString());
}

} // namespace

void RunsDelegate::widen(Room& room, const QFont& font, const QModelIndex& index) {
    const auto* model = qobject_cast<const RunsModel*>(index.model());
    int width = widthOf(font, index.data().toString());
    if (index.column() == RunsModel::NameColumn) {
        width += gap + widthOf(smallFont(), index.data(NoteRole).toString());
    } else if (index.column() == RunsModel::StateColumn) {
        const auto tone = static_cast<PageHeader::Tone>(index.data(ToneRole).toInt());
        width += tone == PageHeader::Tone::Busy ? dot + 5 : 0;
    } else if (model != nullptr && model->isMetric(index.column())) {
        const QFont& best = index.data(ChampionRole).toBool() ? boldOf(font) : font;
        room.best = std::max(room.best, widthOf(best, index.data(BestRole).toString()));
        room.last = std::max(room.last, widthOf(smallFont(), index.data(LastRole).toString()));
        width = shortestLine + 2 * gap + room.last + room.best;
    }
    room.width = std::max(room.width, width + 2 * padding);
}

QSize RunsDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    Room room;
    widen(room, option.font, index);
    return {room.width, rowHeight};
}

void RunsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
    painter->save();
    if ((option.state & QStyle::State_Selected) != 0)
        painter->fillRect(option.rect, color(ColorRole::Field, option.palette));
    else if ((option.state & QStyle::State_MouseOver) != 0)
        painter->fillRect(option.rect, color(ColorRole::Window, option.palette));
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
                      color(ColorRole::Grid, option.palette));
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(option.font);
    const QRect area = option.rect.adjusted(padding, 0, -padding, -1);
    const auto* model = qobject_cast<const RunsModel*>(index.model());
    if (index.column() == RunsModel::NameColumn) {
        paintName(*painter, area, option, index);
    } else if (index.column() == RunsModel::StateColumn) {
        paintState(*painter, area, option, index);
    } else if (model != nullptr && model->isMetric(index.column())) {
        const auto room = m_rooms.find(index.column());
        paintMetric(*painter, area, room == m_rooms.end() ? Room() : room->second, option, index);
    } else {
        painter->setPen(color(ColorRole::MutedText, option.palette));
        drawText(*painter, area, Qt::AlignRight, index.data().toString());
    }
    painter->restore();
}

} // namespace concertina
