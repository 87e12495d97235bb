// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/runs_model.h"
#include "widgets/controls/card.h"
#include "widgets/controls/toned_label.h"

#include <QAbstractButton>
#include <QAbstractItemDelegate>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>

namespace concertina::testing {

// What a window does not show whole, each in words.

/// From a card's border to a text on it.
inline constexpr int leastMargin = 6;

inline QString sized(const QString& text, QSize needed, QSize had) {
    return QStringLiteral("“%1” needs %2 × %3, has %4 × %5")
        .arg(text)
        .arg(needed.width())
        .arg(needed.height())
        .arg(had.width())
        .arg(had.height());
}

/// Labels that end in "…", need more lines than they have room for, or touch the border of the card
/// that they stand in.
inline QStringList cutLabels(const QWidget& window) {
    QStringList cut;
    for (const auto* label : window.findChildren<QLabel*>()) {
        if (!label->isVisible() || label->text().isEmpty())
            continue;
        QSize needed = label->minimumSizeHint();
        if (label->wordWrap())
            needed = QSize(0, label->heightForWidth(label->width()));
        const auto* toned = qobject_cast<const TonedLabel*>(label);
        if (label->width() < needed.width() || label->height() < needed.height())
            cut << sized(label->text(), needed, label->size());
        else if (toned != nullptr && toned->isCut())
            cut << QStringLiteral("“%1” is elided at %2").arg(label->text()).arg(label->width());
        for (const QWidget* above = label->parentWidget(); above != nullptr;
             above = above->parentWidget())
            if (const auto* card = qobject_cast<const Card*>(above)) {
                const int room = label->margin() + (label->wordWrap() ? 0 : label->indent());
                const int left = label->mapTo(card, QPoint(0, 0)).x() + std::max(0, room);
                const int right = card->width() - left - label->width() + 2 * std::max(0, room);
                if (left < leastMargin || right < leastMargin)
                    cut << QStringLiteral("“%1” touches its card").arg(label->text());
                break;
            }
    }
    // What stands in for an empty editor goes from edge to edge.
    for (const auto* editor : window.findChildren<QPlainTextEdit*>()) {
        const int needed = editor->fontMetrics().horizontalAdvance(editor->placeholderText());
        if (editor->isVisible() && editor->document()->isEmpty()
            && needed > editor->viewport()->width() - 2 * leastMargin)
            cut << QStringLiteral("“%1” touches its card").arg(editor->placeholderText());
    }
    return cut;
}

inline QStringList cutButtons(const QWidget& window) {
    QStringList cut;
    for (const auto* button : window.findChildren<QAbstractButton*>()) {
        const auto* tool = qobject_cast<const QToolButton*>(button);
        const bool iconAlone = tool != nullptr && tool->toolButtonStyle() == Qt::ToolButtonIconOnly
                               && !tool->icon().isNull();
        const QSize needed = button->minimumSizeHint();
        if (button->isVisible() && !button->text().isEmpty() && !iconAlone
            && (button->width() < needed.width() || button->height() < needed.height()))
            cut << sized(button->text(), needed, button->size());
    }
    return cut;
}

/// Columns of tables that cut a title, a value or its unit; names and reasons of failures may be of
/// any length.
inline QStringList cutColumns(const QWidget& window) {
    QStringList cut;
    for (auto* view : window.findChildren<QTreeView*>()) {
        if (!view->isVisible() || view->header()->isHidden())
            continue;
        for (int column = 0; column < view->model()->columnCount(); ++column) {
            const int width = view->columnWidth(column);
            const QString title = view->model()->headerData(column, Qt::Horizontal).toString();
            if (view->header()->sectionSizeHint(column) > width)
                cut << QStringLiteral("title “%1” at %2").arg(title).arg(width);
            for (int row = 0; row < view->model()->rowCount(); ++row) {
                const QModelIndex index = view->model()->index(row, column);
                const int needed = view->itemDelegate()->sizeHint({}, index).width();
                const bool any = column == RunsModel::NameColumn
                                 || index.data().toString().contains(QLatin1String("failed"));
                if (!any && needed > width)
                    cut << QStringLiteral("“%1” in “%2” needs %3, has %4")
                               .arg(index.data().toString(), title)
                               .arg(needed)
                               .arg(width);
            }
        }
    }
    return cut;
}

} // namespace concertina::testing
