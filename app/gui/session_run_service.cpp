// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/session_run_service.h"

#include <utility>

namespace concertina {

SessionRunService::SessionRunService(std::filesystem::path store,
                                     std::optional<std::string> dataFolder, QObject* parent)
    : RunService(parent),
      m_queue(std::move(store), std::move(dataFolder),
              {.changed = [this] {
                   QMetaObject::invokeMethod(this, [this] { tellChange(); }, Qt::QueuedConnection);
               },
               .failed = [this](const RunId& run, const Problem& problem) {
                   QMetaObject::invokeMethod(
                       this, [this, run, problem] { Q_EMIT failed(run, problem); },
                       Qt::QueuedConnection);
               }}) {}

Expected<RunId> SessionRunService::start(const ExperimentSpec& spec,
                                         const std::optional<std::string>& group) {
    auto run = m_queue.start(spec, group);
    if (run)
        Q_EMIT changed();
    return run;
}

void SessionRunService::resume(const RunId& run) {
    m_queue.resume(run);
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

void SessionRunService::suspendAll() {
    m_suspending = true;
    m_queue.suspendAll();
    tellChange();
}

std::vector<OwnRun> SessionRunService::runs() const {
    std::vector<OwnRun> runs;
    for (const QueuedRun& run : m_queue.runs())
        runs.push_back({run.run, run.state});
    return runs;
}

void SessionRunService::tellChange() {
    Q_EMIT changed();
    if (m_suspending && m_queue.runs().empty()) {
        m_suspending = false;
        Q_EMIT suspended();
    }
}

} // namespace concertina
