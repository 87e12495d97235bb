// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/session_run_service.h"

#include "app/session/run_session.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace concertina {

SessionRunService::SessionRunService(std::filesystem::path store,
                                     std::optional<DataFolder> dataFolder, QObject* parent)
    : RunService(parent),
      m_store(std::move(store)),
      m_queue(m_store, std::move(dataFolder),
              {.changed =
                   [this] {
                       QMetaObject::invokeMethod(
                           this, [this] { reportChange(); }, Qt::QueuedConnection);
                   },
               .failed = [this](const RunId& run,
                                const Problem& problem) { reportFailure(run, problem); }}) {}

void SessionRunService::start(std::vector<ExperimentSpec> specs, std::optional<std::string> group,
                              QObject* context, std::function<void(const StartedRuns&)> done) {
    m_queue.start(std::move(specs), std::move(group),
                  [this, context = QPointer<QObject>(context), done = std::move(done)](
                      const std::vector<RunId>& runs, const std::optional<Problem>& problem) {
                      QMetaObject::invokeMethod(
                          this,
                          [this, context, done, started = StartedRuns{runs, problem}] {
                              Q_EMIT changed();
                              if (context)
                                  done(started);
                          },
                          Qt::QueuedConnection);
                  });
}

void SessionRunService::resume(const RunId& run) {
    m_queue.resume(run);
}

void SessionRunService::goOnToPlan(const RunId& run) {
    m_queue.resume(run, std::string());
}

void SessionRunService::pause(const RunId& run) {
    m_queue.pause(run);
}

void SessionRunService::stop(const RunId& run) {
    m_queue.stop(run);
}

void SessionRunService::checkpointNow(const RunId& run) {
    m_queue.checkpointNow(run);
}

void SessionRunService::changePlan(const RunId& run, const std::vector<std::string>& rules) {
    if (m_queue.changePlan(run, rules))
        return;
    if (isQueued(run)) { // its turn may come while this is made
        reportFailure(run, {"run.waiting", run, "a run that waits for its turn",
                            "one that is trained or rests", "change the sharing once it runs"});
        return;
    }
    m_changes.post([this, run, rules](const std::stop_token&) {
        const auto made = concertina::changePlan(m_store, run, std::nullopt, rules);
        if (!made)
            reportFailure(run, made.error());
        QMetaObject::invokeMethod(
            this, [this] { reportChange(); }, Qt::QueuedConnection);
    });
}

void SessionRunService::undoPlanChange(const RunId& run, QObject* context,
                                       std::function<void(const std::string& change)> done) {
    // One that this process trains is refused by `undoPlan` itself: "run.busy".
    m_changes.post([this, run, context = QPointer<QObject>(context),
                    done = std::move(done)](const std::stop_token&) {
        const auto undone = concertina::undoPlan(m_store, run);
        if (!undone) {
            reportFailure(run, undone.error());
            return;
        }
        QMetaObject::invokeMethod(
            this,
            [this, context, done, change = undone->change] {
                Q_EMIT changed();
                if (context)
                    done(change);
            },
            Qt::QueuedConnection);
    });
}

void SessionRunService::suspendAll() {
    m_suspending = true;
    m_queue.suspendAll();
    reportChange();
}

std::vector<OwnRun> SessionRunService::runs() const {
    std::vector<OwnRun> runs;
    for (const QueuedRun& run : m_queue.runs())
        runs.push_back({run.run, run.state, run.waitsFor});
    return runs;
}

/// Called in any thread.
void SessionRunService::reportFailure(const RunId& run, const Problem& problem) {
    QMetaObject::invokeMethod(
        this, [this, run, problem] { Q_EMIT failed(run, problem); }, Qt::QueuedConnection);
}

bool SessionRunService::isQueued(const RunId& run) const {
    const auto queued = m_queue.runs();
    return std::ranges::find(queued, run, &QueuedRun::run) != queued.end();
}

void SessionRunService::reportChange() {
    Q_EMIT changed();
    if (m_suspending && m_queue.runs().empty()) {
        m_suspending = false;
        Q_EMIT suspended();
    }
}

} // namespace concertina
