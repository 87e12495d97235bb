// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/plan_matrix_view.h"

#include "widgets/sharing/plan_painter.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QHeaderView>
#include <QMouseEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <QTimerEvent>

#include <algorithm>

namespace concertina {

namespace {

using namespace planlook;

constexpr int ScrollInterval = 40; // ms

/// Labels of the rows; a click on a chevron folds.
class PlanRowHeader : public QHeaderView {
public:
    PlanRowHeader(const PlanMatrixModel& model, PlanMatrixView& view)
        : QHeaderView(Qt::Vertical, &view), m_model(model), m_view(view) {
        setSectionsClickable(true);
        setFixedWidth(LabelWidth);
        setMinimumSectionSize(RowHeight);
        setSectionResizeMode(QHeaderView::Fixed);
    }

protected:
    void paintSection(QPainter* painter, const QRect& area, int section) const override {
        painter->fillRect(area, color(ColorRole::Card, palette()));
        const int top = area.bottom() + 1 - RowHeight;
        m_pictures.drawCard(*painter, QRect(area.x(), top, area.width(), RowHeight),
                            m_model.labelLook(section), palette(),
                            [&](QPainter& onto, const QRect& room) {
                                paintPlanLabel(onto, room, m_model, section, palette());
                            });
    }
    void mousePressEvent(QMouseEvent* event) override {
        const int row = logicalIndexAt(event->position().toPoint());
        if (row >= 0 && event->position().x() < FoldRoom
            && (m_model.row(row).canUnfold || m_model.row(row).canFold)) {
            Q_EMIT m_view.foldWanted(row);
            return;
        }
        QHeaderView::mousePressEvent(event);
    }

private:
    const PlanMatrixModel& m_model;
    PlanMatrixView& m_view;
    mutable PictureCache m_pictures;
};

class PlanTaskHeader : public QHeaderView {
public:
    PlanTaskHeader(const PlanMatrixModel& model, QWidget* parent)
        : QHeaderView(Qt::Horizontal, parent), m_model(model) {
        setFixedHeight(HeaderHeight);
        setMinimumSectionSize(NarrowestCell);
        setSectionResizeMode(QHeaderView::Fixed);
    }

protected:
    void paintSection(QPainter* painter, const QRect& area, int section) const override {
        painter->fillRect(area, color(ColorRole::Card, palette()));
        if (section < m_model.taskCount()) {
            paintTaskHead(*painter, area, m_model.tasks()[static_cast<std::size_t>(section)],
                          section, palette());
            return;
        }
        painter->setFont(smallFont());
        painter->setPen(color(ColorRole::MutedText, palette()));
        painter->drawText(area.adjusted(0, 1, -6, 0), Qt::AlignVCenter | Qt::AlignRight,
                          SharingModel::tr("mult–adds"));
    }

private:
    const PlanMatrixModel& m_model;
};

} // namespace

PlanMatrixView::PlanMatrixView(PlanMatrixModel& model, QWidget* parent)
    : QTableView(parent), m_model(model) {
    setHorizontalHeader(new PlanTaskHeader(model, this));
    setVerticalHeader(new PlanRowHeader(model, *this));
    setModel(&model);
    setShowGrid(false);
    setCornerButtonEnabled(false);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setTabKeyNavigation(false);
    viewport()->setAutoFillBackground(false);
    connect(&model, &QAbstractItemModel::modelReset, this, &PlanMatrixView::arrange);
    arrange();
}

void PlanMatrixView::arrange() {
    const int tasks = m_model.taskCount();
    if (tasks == 0)
        return;
    const int room = width() - LabelWidth - BarWidth - 14; // a scroll bar
    const int cell = std::clamp(room / tasks, NarrowestCell, WidestCell);
    for (int task = 0; task < tasks; ++task)
        setColumnWidth(task, cell);
    setColumnWidth(tasks, BarWidth);
    verticalHeader()->setDefaultSectionSize(RowHeight);
    for (int row = 0; row < m_model.rowCount(); ++row)
        setRowHeight(row, RowHeight + (m_model.startsStage(row) ? StageGap : 0));
}

void PlanMatrixView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    arrange();
}

QModelIndex PlanMatrixView::cellAt(const QPoint& position) const {
    const QModelIndex cell = indexAt(position);
    return cell.isValid() && cell.column() < m_model.taskCount() ? cell : QModelIndex();
}

QRect PlanMatrixView::cellRect(int row, int task) const {
    const int bottom = rowViewportPosition(row) + rowHeight(row);
    return {columnViewportPosition(task), bottom - RowHeight, columnWidth(task), RowHeight};
}

void PlanMatrixView::selectRectangle(const QModelIndex& from, const QModelIndex& to) {
    const auto [top, bottom] = std::minmax({from.row(), to.row()});
    const auto [left, right] = std::minmax({from.column(), to.column()});
    selectionModel()->select(QItemSelection(m_model.index(top, left), m_model.index(bottom, right)),
                             QItemSelectionModel::ClearAndSelect);
}

void PlanMatrixView::mousePressEvent(QMouseEvent* event) {
    const QModelIndex cell = cellAt(event->position().toPoint());
    m_pressed = m_dragged = m_corner = QModelIndex();
    if (!cell.isValid())
        return;
    const bool extends = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool toggles = event->modifiers().testFlag(Qt::ControlModifier);
    if (event->button() != Qt::LeftButton) {
        if (!selectionModel()->isSelected(cell))
            selectionModel()->setCurrentIndex(cell, QItemSelectionModel::ClearAndSelect);
        return;
    }
    if (extends) {
        m_corner = currentIndex().isValid() ? currentIndex() : cell;
        selectRectangle(m_corner, cell);
    } else if (toggles) {
        m_corner = cell;
        selectionModel()->setCurrentIndex(cell, QItemSelectionModel::Toggle);
    } else {
        m_pressed = cell;
        selectionModel()->setCurrentIndex(cell, QItemSelectionModel::ClearAndSelect);
    }
}

void PlanMatrixView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint position = event->position().toPoint();
    if (event->buttons().testFlag(Qt::LeftButton)) {
        m_dragAt = position;
        const bool outside = position.y() < 0 || position.y() >= viewport()->height();
        if (!outside)
            m_autoScroll.stop();
        else if (!m_autoScroll.isActive() && (m_pressed.isValid() || m_corner.isValid()))
            m_autoScroll.start(ScrollInterval, this);
        dragTo(position);
    }
    point(cellAt(position));
}

/// Outside the viewport it goes to the nearest cell that is seen.
void PlanMatrixView::dragTo(const QPoint& position) {
    const QModelIndex cell =
        cellAt({position.x(), std::clamp(position.y(), 0, viewport()->height() - 1)});
    if (m_corner.isValid() && cell.isValid() && cell != m_corner)
        selectRectangle(m_corner, cell);
    if (m_pressed.isValid() && cell.isValid() && (m_dragged.isValid() || cell != m_pressed)) {
        m_dragged = cell;
        viewport()->update();
    }
}

void PlanMatrixView::timerEvent(QTimerEvent* event) {
    if (event->timerId() != m_autoScroll.timerId())
        return QTableView::timerEvent(event);
    if (!m_pressed.isValid() && !m_corner.isValid()) // the rows are others by now
        return m_autoScroll.stop();
    QScrollBar& bar = *verticalScrollBar();
    bar.setValue(bar.value() + (m_dragAt.y() < 0 ? -RowHeight : RowHeight));
    dragTo(m_dragAt);
}

void PlanMatrixView::mouseReleaseEvent(QMouseEvent* event) {
    m_autoScroll.stop();
    const bool dragged = m_dragged.isValid();
    const QPoint at = event->position().toPoint();
    const QPersistentModelIndex cell =
        dragged && !viewport()->rect().contains(at) ? m_dragged : QPersistentModelIndex(cellAt(at));
    const QPersistentModelIndex from = std::exchange(m_pressed, QModelIndex());
    m_dragged = m_corner = QModelIndex();
    viewport()->update();
    if (event->button() != Qt::LeftButton || !from.isValid() || !cell.isValid())
        return;
    if (cell != from)
        Q_EMIT draggedTo(from, cell);
    else if (!dragged) // back to where it began: nothing
        Q_EMIT clickedCell(cell);
}

void PlanMatrixView::mouseDoubleClickEvent(QMouseEvent* event) {
    mousePressEvent(event); // a quick second click is one more
}

void PlanMatrixView::point(const QModelIndex& cell) {
    if (m_hover == cell)
        return;
    m_hover = cell;
    viewport()->update();
    if (cell.isValid())
        Q_EMIT pointedAt(m_model.row(cell.row()).layers.front(), taskBit(cell.column()));
    else
        Q_EMIT pointedAt(std::nullopt, 0);
}

void PlanMatrixView::leaveEvent(QEvent* event) {
    point({});
    QTableView::leaveEvent(event);
}

void PlanMatrixView::showPointed(std::optional<std::size_t> layer, TaskSet tasks) {
    m_pointedLayer = layer;
    m_pointedTasks = tasks;
    viewport()->update();
}

QModelIndex PlanMatrixView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
    QModelIndex to = QTableView::moveCursor(action, modifiers);
    if (to.isValid() && to.column() >= m_model.taskCount())
        to = to.siblingAtColumn(m_model.taskCount() - 1);
    return to;
}

void PlanMatrixView::paintRow(QPainter& painter, int row, double most) {
    const int tasks = m_model.taskCount();
    const SharingRow& shown = m_model.row(row);
    const bool pointed =
        m_pointedLayer && std::ranges::find(shown.layers, *m_pointedLayer) != shown.layers.end();
    QColor tint = color(ColorRole::Accent, palette());
    tint.setAlphaF(0.16F);
    bool isTinted = false;
    for (int task = 0; task < tasks; ++task) {
        const QRect cell = cellRect(row, task);
        const bool selected = selectionModel()->isSelected(m_model.index(row, task));
        const bool lit = (pointed && (m_pointedTasks & taskBit(task)) != 0)
                         || m_hover == m_model.index(row, task);
        if (selected || lit)
            painter.fillRect(cell, selected ? tint : color(ColorRole::Hover, palette()));
        isTinted = isTinted || selected || lit;
    }
    const QRect first = cellRect(row, 0);
    const QRect cells(first.x(), first.y() + 1, first.width() * tasks, RowHeight - 2);
    const auto paintCells = [&](QPainter& onto, const QRect& area) {
        paintPlanCells(onto, area, m_model, row, palette());
    };
    if (isTinted)
        paintCells(painter, cells);
    else
        m_pictures.drawCard(painter, cells, m_model.cellsLook(row), palette(), paintCells);
    const double adds = m_model.multiplyAdds(shown);
    const double numbers[]{adds, most};
    m_pictures.drawCard(painter, cellRect(row, tasks),
                        "bar" + QByteArray(reinterpret_cast<const char*>(numbers), sizeof numbers),
                        palette(), [&](QPainter& onto, const QRect& area) {
                            paintPlanBar(onto, area, adds, most, palette());
                        });
}

void PlanMatrixView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    const int rows = m_model.rowCount();
    if (rows == 0 || m_model.taskCount() == 0)
        return;
    const int first = std::max(rowAt(event->rect().top()), 0);
    const int below = rowAt(event->rect().bottom());
    const double most = m_model.mostMultiplyAdds();
    for (int row = first; row <= (below < 0 ? rows - 1 : below); ++row)
        paintRow(painter, row, most);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    if (m_dragged.isValid() && m_pressed.isValid()) {
        const QRect both = cellRect(m_pressed.row(), m_pressed.column())
                               .united(cellRect(m_dragged.row(), m_dragged.column()));
        painter.setPen(QPen(color(ColorRole::Accent, palette()), 2));
        painter.drawRoundedRect(QRectF(both).adjusted(1, 1, -1, -1), 6, 6);
    } else if (hasFocus() && currentIndex().isValid()
               && currentIndex().column() < m_model.taskCount()) {
        painter.setPen(QPen(color(ColorRole::Accent, palette()), 1.5));
        painter.drawRoundedRect(QRectF(cellRect(currentIndex().row(), currentIndex().column()))
                                    .adjusted(0.75, 0.75, -0.75, -0.75),
                                6, 6);
    }
}

} // namespace concertina
