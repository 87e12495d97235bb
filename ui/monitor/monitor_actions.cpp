// SPDX-License-Identifier: GPL-3.0-or-later
// What the buttons above the page do, and when they are there.
#include "core/values/stop_after.h"
#include "ui/experiment/replannable.h"
#include "ui/monitor/conflict_card.h"
#include "ui/monitor/curve_board.h"
#include "ui/monitor/monitor_page.h"
#include "ui/monitor/run_feed.h"
#include "ui/window/page_request.h"
#include "widgets/controls/icon.h"
#include "widgets/controls/notice_bar.h"

#include <QAction>

namespace concertina {

QAction* MonitorPage::makeAction(const QString& text, const QString& icon, const QKeySequence& keys,
                                 const QString& tip) {
    auto* action = new QAction(themedIcon(icon), text, this);
    action->setShortcut(keys);
    action->setToolTip(tip);
    action->setEnabled(false);
    addAction(action);
    return action;
}

void MonitorPage::makeActions() {
    m_compare = makeAction(tr("Compare"), QStringLiteral("compare"), {},
                           tr("Predictions of the last checkpoint, expanded and collapsed"));
    m_sharing = makeAction(tr("Sharing"), {}, QKeySequence(tr("Ctrl+Shift+H")),
                           tr("How the tasks share the network, and to change it in the midst of "
                              "its training"));
    m_checkpoint = makeAction(tr("Checkpoint now"), {}, QKeySequence(tr("Ctrl+Shift+K")),
                              tr("Writes a checkpoint after the step that is under way"));
    m_stop = makeAction(tr("Stop"), QStringLiteral("stop"), QKeySequence(tr("Ctrl+Shift+X")),
                        tr("Writes a checkpoint and ends the run; it can be resumed"));
    m_pause = makeAction(tr("Pause"), QStringLiteral("pause"), QKeySequence(tr("Ctrl+Space")),
                         tr("Writes a checkpoint and waits in memory"));
    m_resume = makeAction(tr("Resume"), QStringLiteral("play"), QKeySequence(tr("Ctrl+Space")),
                          tr("Goes on where it was, or from the last checkpoint"));
    connect(m_pause, &QAction::triggered, this, [this] { request(Request::Pause); });
    connect(m_resume, &QAction::triggered, this, [this] { request(Request::Resume); });
    connect(m_stop, &QAction::triggered, this, [this] { request(Request::Stop); });
    connect(m_checkpoint, &QAction::triggered, this, [this] { request(Request::Checkpoint); });
    connect(m_sharing, &QAction::triggered, this,
            [this] { m_context.navigator.open(EditSharing{run()}); });
    connect(m_conflict, &ConflictCard::suggestionWanted, this, [this] {
        if (canReplan())
            m_context.navigator.open(EditSharing{run(), RunFeed::ConflictWindow});
    });
    connect(m_compare, &QAction::triggered, this,
            [this] { m_context.navigator.open(CompareRuns{run()}); });
    addActions(m_board->plotActions());
}

std::optional<OwnRun> MonitorPage::ownRun() const {
    for (OwnRun& own : m_context.runs.runs())
        if (own.run == m_feed->run())
            return std::move(own);
    return std::nullopt;
}

std::optional<RunState> MonitorPage::ownState() const {
    const auto own = ownRun();
    return own ? std::optional(own->state) : std::nullopt;
}

/// Whether the run has finished before its plan, by train.stop_after.
bool MonitorPage::isCut() const {
    return m_feed->record() && !ownState() && wasCut(*m_feed->record());
}

/// This process knows its own runs at once, of others the store reports.
std::optional<RunState> MonitorPage::state() const {
    if (m_feed->run().empty() || (m_feed->problem() && m_feed->problem()->code == "run.unknown"))
        return std::nullopt;
    if (const auto own = ownState())
        return own;
    return m_feed->record() ? std::optional(m_feed->record()->summary.state) : std::nullopt;
}

bool MonitorPage::canReplan() const {
    return state() && m_feed->record()
           && replannable(*m_feed->record(), ownState(),
                          m_feed->checkpoint() ? std::optional(m_feed->checkpoint()->position.step)
                                               : std::nullopt)
                  .isPossible;
}

bool MonitorPage::granted(Request request) const {
    const auto own = ownState();
    switch (request) {
    case Request::None: return true;
    case Request::Pause: return own != RunState::Running;
    case Request::Resume: return own == RunState::Running || own == RunState::Queued;
    case Request::Stop: return !own;
    case Request::Checkpoint:
        return !own
               || (m_feed->checkpoint()
                   && m_feed->checkpoint()->position.step > m_checkpointBefore);
    }
    return true;
}

void MonitorPage::request(Request request) {
    m_request = request;
    m_checkpointBefore = m_feed->checkpoint() ? m_feed->checkpoint()->position.step : -1;
    switch (request) {
    case Request::Pause: m_context.runs.pause(run()); break;
    case Request::Resume:
        m_notices->clear();
        if (isCut())
            m_context.runs.goOnToPlan(run());
        else
            m_context.runs.resume(run());
        break;
    case Request::Stop: m_context.runs.stop(run()); break;
    case Request::Checkpoint: m_context.runs.checkpointNow(run()); break;
    case Request::None: break;
    }
    adoptState();
}

/// Which buttons there are, and what they say while what they asked for is not there yet.
void MonitorPage::adoptState() {
    if (m_request == Request::Checkpoint && granted(m_request) && ownState())
        m_context.navigator.showMessage(
            tr("Checkpoint at step %1 is written").arg(m_feed->checkpoint()->position.step));
    if (granted(m_request))
        m_request = Request::None;
    const auto own = ownState();
    const auto now = state();
    const bool cut = isCut();
    const bool resumable = now && (own == RunState::Paused || (!own && canResume(*now)) || cut);
    const auto adopt = [this](QAction* action, bool there, Request asked, const QString& text,
                              const QString& waiting) {
        action->setVisible(there);
        action->setEnabled(there && m_request == Request::None);
        action->setText(m_request == asked && there ? waiting : text);
    };
    adopt(m_pause, own == RunState::Running, Request::Pause, tr("Pause"), tr("Pausing…"));
    adopt(m_resume, resumable, Request::Resume,
          cut ? tr("Go on to step %1")
                    .arg(plannedSteps(m_spec.train, m_feed->record()->summary.stepsPerEpoch))
              : tr("Resume"),
          tr("Resuming…"));
    adopt(m_stop, own.has_value(), Request::Stop,
          own == RunState::Queued ? tr("Take from the queue") : tr("Stop"), tr("Stopping…"));
    adopt(m_checkpoint, own == RunState::Running, Request::Checkpoint, tr("Checkpoint now"),
          tr("Writing…"));
    m_sharing->setVisible(now.has_value() && m_feed->record() && !m_feed->record()->plan.is_null());
    m_sharing->setEnabled(m_sharing->isVisible());
    m_conflict->setChangeable(canReplan());
    m_compare->setVisible(now.has_value() && m_feed->checkpoint().has_value());
    m_compare->setEnabled(m_compare->isVisible());
    Q_EMIT headerChanged();
}

QList<QAction*> MonitorPage::barActions() const {
    QList<QAction*> actions;
    for (QAction* action : {m_compare, m_sharing, m_checkpoint, m_stop, m_pause, m_resume})
        if (action->isVisible())
            actions.append(action);
    return actions;
}

bool MonitorPage::hasPrimary() const {
    return m_pause->isVisible() || m_resume->isVisible()
           || (m_compare->isVisible() && !m_stop->isVisible());
}

} // namespace concertina
