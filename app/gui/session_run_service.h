// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/job_thread.h"
#include "app/session/run_queue.h"
#include "ui/services/run_service.h"

#include <filesystem>

namespace concertina {

/// Runs of the window, trained by a queue in its own thread.
class SessionRunService : public RunService {
    Q_OBJECT

public:
    SessionRunService(std::filesystem::path store, std::optional<DataFolder> dataFolder,
                      QObject* parent = nullptr);

    void start(std::vector<ExperimentSpec> specs, std::optional<std::string> group,
               QObject* context, std::function<void(const StartedRuns&)> done) override;
    void resume(const RunId& run) override;
    void goOnToPlan(const RunId& run) override;
    void pause(const RunId& run) override;
    void stop(const RunId& run) override;
    void checkpointNow(const RunId& run) override;
    void changePlan(const RunId& run, const std::vector<std::string>& rules) override;
    void undoPlanChange(const RunId& run, QObject* context,
                        std::function<void(const std::string& change)> done) override;
    void suspendAll() override;
    std::vector<OwnRun> runs() const override;

    // For a process that is about to end, from any thread.

    void suspendQueue() { m_queue.suspendAll(); }
    void suspendAndWait() { m_queue.suspendAndWait(); }

private:
    void reportChange();
    void reportFailure(const RunId& run, const Problem& problem);
    bool isQueued(const RunId& run) const;

    std::filesystem::path m_store;
    bool m_suspending = false;
    // Last: their threads call the others.
    JobThread m_changes; ///< of runs that are not being trained, in order
    RunQueue m_queue;
};

} // namespace concertina
