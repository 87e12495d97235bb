// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/plan_cells.h"
#include "widgets/sharing/plan_matrix_model.h"

#include <QPersistentModelIndex>
#include <QWidget>

#include <map>
#include <memory>
#include <optional>
#include <vector>

class QHBoxLayout;
class QMenu;

namespace concertina {

class PlanDetail;
class PlanMatrixView;
class SegmentedControl;
class TonedLabel;

/// The matrix of the Sharing page: layers down, tasks across, each cell for itself. It asks for
/// edits and shows what it is given: the owner of the plan makes them.
///
/// A click asks for a layer's next state; a drag down a column paints that state over the rows that
/// it crosses; a drag onto another task's cell ties the two tasks in all rows that it crosses.
/// Ctrl or Shift with the mouse selects cells, rectangles too. Keys T, M, P, F, S and Z ask for the
/// selected cells: of one task alone, T, M, P and F are for all tasks of its layers. Space is a
/// click, + and − unfold and fold a stage, Ctrl+C and Ctrl+V copy rows and paste them.
class PlanMatrix : public QWidget {
    Q_OBJECT

public:
    explicit PlanMatrix(QWidget* parent = nullptr);

    void setNetwork(const NetworkDesign& network, std::vector<SharingTask> tasks);
    void setNetwork(SharedDesign network, std::vector<SharingTask> tasks);
    void clear();
    void setProblems(std::map<std::size_t, QString> problems);

    /// Shows the layers of a stage one by one, or like ones in one row again.
    void setUnfolded(const std::string& stage, bool unfolded);

    PlanMatrixModel& model() const { return *m_model; }
    PlanMatrixView* view() const { return m_view; }
    SegmentedControl* selector() const { return m_selector; }

    std::vector<PlanCell> selectedCells() const; ///< sorted
    std::vector<std::size_t> selectedLayers() const;

    /// What the context menu offers for the selected cells; the caller's.
    QMenu* menu();

public Q_SLOTS:
    void showPointed(std::optional<std::size_t> layer, concertina::TaskSet tasks);
    void showSelected(const std::vector<std::size_t>& layers);

Q_SIGNALS:
    void editWanted(const concertina::PlanEdit& edit);
    void pointedAt(std::optional<std::size_t> layer, concertina::TaskSet tasks);
    void selectionChanged(const std::vector<std::size_t>& layers);
    void foldingChanged(const std::string& stage, bool unfolded); ///< by hand

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    bool pressKey(int key, Qt::KeyboardModifiers modifiers);
    void want(PlanEditKind kind);
    void wantNext(int row);
    void drag(const QModelIndex& from, const QModelIndex& to);
    void toggleFrozen();
    void copyRows();
    void paste();
    void fold(int row, std::optional<bool> unfolded = std::nullopt);
    void hover(std::optional<std::size_t> layer, TaskSet tasks);
    void showSelector();
    void showDetail();

    PlanMatrixModel* m_model;
    PlanMatrixView* m_view;
    SegmentedControl* m_selector = nullptr;
    std::vector<std::string> m_parts; ///< of the selector
    QHBoxLayout* m_bar;
    TonedLabel* m_words;
    PlanDetail* m_detail;
    QPersistentModelIndex m_hovered;
};

} // namespace concertina
