// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/plan_cells.h"
#include "widgets/sharing/picture_cache.h"
#include "widgets/sharing/plan_matrix_model.h"

#include <QBasicTimer>
#include <QTableView>

#include <optional>

namespace concertina {

/// The cells of the big matrix: what the mouse does to them, and how they are painted. `PlanMatrix`
/// has the keys and the rest.
class PlanMatrixView : public QTableView {
    Q_OBJECT

public:
    PlanMatrixView(PlanMatrixModel& model, QWidget* parent);

    /// A cell from elsewhere that is lit, as if the pointer were on it.
    void showPointed(std::optional<std::size_t> layer, TaskSet tasks);

    /// Widths and heights anew, as tasks, rows or the room changed.
    void arrange();

Q_SIGNALS:
    void clickedCell(const QModelIndex& cell);
    /// A press on `from` and a release on another cell.
    void draggedTo(const QModelIndex& from, const QModelIndex& to);
    void pointedAt(std::optional<std::size_t> layer, concertina::TaskSet tasks);
    void foldWanted(int row);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;

private:
    QModelIndex cellAt(const QPoint& position) const;
    QRect cellRect(int row, int task) const;
    void selectRectangle(const QModelIndex& from, const QModelIndex& to);
    void point(const QModelIndex& cell);
    void dragTo(const QPoint& position);
    void paintRow(QPainter& painter, int row, double most);

    PlanMatrixModel& m_model;
    QPersistentModelIndex m_pressed;
    QPersistentModelIndex m_dragged; ///< where a drag is
    QPersistentModelIndex m_corner;  ///< where a rectangle of selected cells begins
    QPersistentModelIndex m_hover;
    PictureCache m_pictures;
    QPoint m_dragAt;          ///< outside the viewport
    QBasicTimer m_autoScroll; ///< while a drag is there
    std::optional<std::size_t> m_pointedLayer;
    TaskSet m_pointedTasks = 0;
};

} // namespace concertina
