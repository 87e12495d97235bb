// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/run_table.h"
#include "ui/window/page.h"
#include "ui/window/page_context.h"

#include <QElapsedTimer>
#include <QTimer>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTreeView;

namespace concertina {

class NoticeBar;
class RunDetails;
class RunFactsReader;
class RunTrash;
class RunsDelegate;
class RunsModel;
class SegmentedControl;
class TonedLabel;

/// Every run of the store in a table: to find, compare, rename, annotate, delete, and to go on
/// with.
class RunsPage : public Page {
    Q_OBJECT

public:
    explicit RunsPage(PageContext context, QWidget* parent = nullptr);
    ~RunsPage() override;

    PageHeader header() const override;
    QList<QAction*> barActions() const override;
    bool open(const PageRequest& request) override;

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildLayout();
    QWidget* makeToolRow();
    QWidget* makeEmptyState();
    void makeTable();
    void makeActions();
    QAction* addTableAction(const QString& text, const QString& help, const QKeySequence& keys,
                            void (RunsPage::*act)());
    void connectStore();

    struct TimedTable;

    void refreshSoon();
    void refresh();
    void take(RunTable table);
    void showTrouble(const Problem& problem);
    void readVisibleLines();
    void fitColumns();
    int neededWidth(int column);
    void showDetails(bool filled);
    void updateState();
    void updateActions();
    void updateResume();
    void adoptColors();

    std::vector<RunId> selectedRuns() const;  ///< with all of a selected group
    std::vector<RunId> selectedLines() const; ///< one for each selected line
    const RunRow* theRun() const;             ///< the one that is selected, where it is one
    bool isResumable(const RunRow& row) const;

    void beginExperiment();
    void openMonitor();
    void openCompare();
    void cloneSpec();
    void resumeRun();
    void renameRun();
    void deleteRuns();
    void undoDelete();
    void showTrash();
    void writeName(const RunId& run, const QString& name);
    void refuse(const QString& what, const Problem& problem);

    PageContext m_context;
    RunsModel* m_model;
    RunsDelegate* m_delegate;
    RunTrash* m_trash;
    std::shared_ptr<RunFactsReader> m_facts; ///< used where the store is read
    QTreeView* m_table;
    QLineEdit* m_filter;
    SegmentedControl* m_grouping;
    QStackedWidget* m_stack;
    TonedLabel* m_emptyText;
    TonedLabel* m_noneFits;
    QPushButton* m_begin;
    RunDetails* m_details;
    QSplitter* m_splitter = nullptr;
    NoticeBar* m_trouble; ///< why the store cannot be read; goes away by itself
    NoticeBar* m_refusals;
    NoticeBar* m_deleted;

    RunId m_cut;             ///< of a run that train.stop_after has cut, while it is shown
    std::int64_t m_plan = 0; ///< its steps

    QAction* m_monitor = nullptr;
    QAction* m_compare = nullptr;
    QAction* m_clone = nullptr;
    QAction* m_begun = nullptr; ///< opens the menu of what can begin from a run
    QAction* m_resume = nullptr;
    QAction* m_rename = nullptr;
    QAction* m_delete = nullptr;
    QAction* m_undo = nullptr;

    QTimer m_refreshTimer;
    QTimer m_linesTimer;
    QTimer m_lifeTimer;       ///< owners die without a word in the store
    QElapsedTimer m_reading;  ///< since the last reading
    std::int64_t m_pause = 0; ///< ms between two
    bool m_hasDetails = true;
    bool m_isFitting = false;
    bool m_isFitted = false; ///< a person gave the columns their widths
    bool m_isReading = false;
    bool m_areLinesRead = false;
    bool m_isStale = true;
    bool m_isKnown = false; ///< the store has been read once
    std::optional<Problem> m_problem;
};

} // namespace concertina
