// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

#include <map>

namespace concertina {

/// Paints the cells of a RunsModel: muted notes behind names, states in their tone, metrics with
/// their course, the last and the best value, the column's best in bold.
class RunsDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    /// The room that the cells of a column need to be read whole.
    struct Room {
        int width = 0; ///< of all; of a metric with its shortest course
        int last = 0;  ///< of its last value
        int best = 0;
    };

    /// What one more cell needs, beside what is known.
    static void widen(Room& room, const QFont& font, const QModelIndex& index);

    /// Where the values of a metric's column stand; its course has what they leave.
    void setRoom(int column, const Room& room) { m_rooms[column] = room; }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

private:
    std::map<int, Room> m_rooms;
};

} // namespace concertina
