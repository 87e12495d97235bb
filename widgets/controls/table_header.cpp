// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/table_header.h"

#include "widgets/controls/icon.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

namespace concertina {

namespace {

constexpr int tableHeaderHeight = 28;
constexpr int headerPadding = 8;
constexpr int arrow = 10;

} // namespace

TableHeader::TableHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setFont(smallFont());
    setSectionsClickable(true);
    setHighlightSections(false);
    setMinimumSectionSize(40);
}

QSize TableHeader::sizeHint() const {
    return {QHeaderView::sizeHint().width(), tableHeaderHeight};
}

QSize TableHeader::sectionSizeFromContents(int section) const {
    const QString label = model()->headerData(section, Qt::Horizontal).toString();
    return {fontMetrics().horizontalAdvance(label) + 2 * headerPadding + arrow + 2,
            tableHeaderHeight};
}

void TableHeader::paintEvent(QPaintEvent* event) {
    {
        QPainter painter(viewport());
        painter.fillRect(viewport()->rect(), color(ColorRole::Card, palette()));
        painter.fillRect(QRect(0, viewport()->height() - 1, viewport()->width(), 1),
                         color(ColorRole::Border, palette()));
    }
    QHeaderView::paintEvent(event);
}

void TableHeader::paintSection(QPainter* painter, const QRect& area, int section) const {
    painter->save();
    painter->fillRect(area, color(ColorRole::Card, palette()));
    painter->fillRect(QRect(area.left(), area.bottom(), area.width(), 1),
                      color(ColorRole::Border, palette()));
    const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == section;
    const auto alignment = static_cast<Qt::Alignment>(
        model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole).toInt());
    const bool right = (alignment & Qt::AlignRight) != 0;
    QRect text = area.adjusted(headerPadding, 0, -headerPadding, 0);
    if (sorted)
        text.adjust(0, 0, right ? -(arrow + 2) : -arrow, 0);
    const ColorRole role = sorted ? ColorRole::Text : ColorRole::MutedText;
    const QString label = painter->fontMetrics().elidedText(
        model()->headerData(section, Qt::Horizontal, Qt::DisplayRole).toString(), Qt::ElideRight,
        text.width());
    painter->setPen(color(role, palette()));
    painter->drawText(text,
                      static_cast<int>(right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter
                          | Qt::TextSingleLine,
                      label);
    if (sorted) {
        const int after = right ? text.right() + 3
                                : text.left() + painter->fontMetrics().horizontalAdvance(label) + 3;
        const QRectF place(after, area.center().y() - arrow / 2.0 + 1, arrow, arrow);
        if (sortIndicatorOrder() == Qt::AscendingOrder) {
            painter->translate(place.center());
            painter->rotate(180);
            painter->translate(-place.center());
        }
        drawIcon(*painter, place, QStringLiteral("chevron-down"), color(role, palette()));
    }
    painter->restore();
}

} // namespace concertina
