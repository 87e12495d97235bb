// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/records.h"
#include "ui/services/run_service.h"
#include "ui/window/page.h"
#include "ui/window/page_context.h"

#include <cstdint>
#include <optional>
#include <string>

class QSplitter;
class QStackedWidget;

namespace concertina {

class ConflictCard;
class CurveBoard;
class EventsCard;
class NoticeBar;
class NowCard;
class PredictionsCard;
class ProgressStrip;
class RunChooser;
class RunFeed;

/// A run as it goes: curves, progress, predictions, events. Everything is read from the store, so
/// that a run that another process trains looks the same; only the buttons are there for runs of
/// this process, and for those that can be resumed.
class MonitorPage : public Page {
    Q_OBJECT

public:
    explicit MonitorPage(PageContext context, QWidget* parent = nullptr);
    ~MonitorPage() override;

    PageHeader header() const override;
    QList<QAction*> barActions() const override;
    bool hasPrimary() const override;
    bool open(const PageRequest& request) override;
    RunId shownRun() const override { return run(); }

    const RunId& run() const;

public Q_SLOTS:
    void showRun(const concertina::RunId& run); ///< empty: none

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Request { None, Pause, Resume, Stop, Checkpoint };

    void makeActions();
    QWidget* makeBoard();
    QAction* makeAction(const QString& text, const QString& icon, const QKeySequence& keys,
                        const QString& tip);
    void watchWindow();
    void adoptActivity();

    void adoptRecord();
    void adoptPanels();
    void adoptMarks();
    void adoptProblem();
    void adoptState();
    void sayFailure();

    std::optional<OwnRun> ownRun() const; ///< none where this process does not have the run
    std::optional<RunState> ownState() const;
    bool isCut() const;
    std::optional<RunState> state() const;
    bool canReplan() const;
    void request(Request request);
    bool granted(Request request) const;

    PageContext m_context;
    RunFeed* m_feed;
    ExperimentSpec m_spec;                ///< of the run, as far as it can be read
    Json m_specJson;                      ///< that `m_spec` was read from
    Request m_request = Request::None;    ///< asked for, and not yet seen in the run's state
    std::int64_t m_checkpointBefore = -1; ///< when it was asked for
    std::string m_reportedFailure;

    QAction* m_pause = nullptr;
    QAction* m_resume = nullptr;
    QAction* m_stop = nullptr;
    QAction* m_checkpoint = nullptr;
    QAction* m_sharing = nullptr;
    QAction* m_compare = nullptr;

    QStackedWidget* m_stack;
    RunChooser* m_chooser;
    NoticeBar* m_notices;
    ProgressStrip* m_progress;
    CurveBoard* m_board;
    NowCard* m_now;
    ConflictCard* m_conflict;
    EventsCard* m_events;
    PredictionsCard* m_predictions;
    QSplitter* m_across = nullptr;
    QSplitter* m_down = nullptr;
};

} // namespace concertina
