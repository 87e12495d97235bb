// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/run_service.h"

#include <QString>
#include <QStringList>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace concertina::testing {

/// Trains nothing: keeps what it was asked, and says what a test sets.
class FakeRunService : public RunService {
public:
    QStringList calls; ///< "pause k7f3m2qd", "suspend", …, in order
    std::vector<ExperimentSpec> started;
    std::vector<std::optional<std::string>> groups; ///< of what was started
    std::optional<Problem> refusal;                 ///< what `start` answers, where there is one
    std::vector<OwnRun> own;
    std::function<void(const std::string&)> undone; ///< of the last undo, for a test to call
    bool suspendsAtOnce = true;

    void setRuns(std::vector<OwnRun> runs) {
        own = std::move(runs);
        Q_EMIT changed();
    }

    void start(std::vector<ExperimentSpec> specs, std::optional<std::string> group, QObject*,
               std::function<void(const StartedRuns&)> done) override {
        StartedRuns answer{.problem = refusal};
        if (!refusal)
            for (const ExperimentSpec& spec : specs) {
                started.push_back(spec);
                groups.push_back(group);
                answer.runs.push_back("started" + std::to_string(started.size()));
                own.push_back(
                    {answer.runs.back(), own.empty() ? RunState::Running : RunState::Queued});
            }
        Q_EMIT changed();
        done(answer);
    }
    void resume(const RunId& run) override { note("resume", run); }
    void goOnToPlan(const RunId& run) override { note("go on to plan", run); }
    void pause(const RunId& run) override { note("pause", run); }
    void stop(const RunId& run) override { note("stop", run); }
    void checkpointNow(const RunId& run) override { note("checkpoint", run); }
    void changePlan(const RunId& run, const std::vector<std::string>& rules) override {
        for (const std::string& rule : rules) {
            note("plan", run);
            calls.last() += QLatin1Char(' ') + QString::fromStdString(rule);
        }
    }
    void undoPlanChange(const RunId& run, QObject*,
                        std::function<void(const std::string&)> done) override {
        note("undo", run);
        undone = std::move(done);
    }
    void suspendAll() override {
        calls << QStringLiteral("suspend");
        if (suspendsAtOnce)
            QMetaObject::invokeMethod(
                this, [this] { finishSuspension(); }, Qt::QueuedConnection);
    }
    void finishSuspension() {
        own.clear();
        Q_EMIT changed();
        Q_EMIT suspended();
    }
    std::vector<OwnRun> runs() const override { return own; }

private:
    void note(const char* what, const RunId& run) {
        calls << QLatin1String(what) + QLatin1Char(' ') + QString::fromStdString(run);
    }
};

} // namespace concertina::testing
