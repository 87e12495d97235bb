// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "core/values/run_state.h"
#include "core/values/spec.h"
#include "db/records.h"

#include <QObject>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// A run that this process trains or keeps waiting.
struct OwnRun {
    RunId run;
    RunState state = RunState::Queued; ///< Queued, Running or Paused (in memory)
    std::string waitsFor{}; ///< why its training waits: a full disk; empty: it does not

    bool operator==(const OwnRun&) const = default;
};

/// What became of a start.
struct StartedRuns {
    std::vector<RunId> runs;        ///< trained or queued now
    std::optional<Problem> problem; ///< why the store did not take more
};

/// What the window needs done with runs; their curves, states and pictures are read from the
/// store, in one way for runs of this process and of others. GUI thread only; every call returns
/// at once.
class RunService : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Puts valid specs into the store and trains them after what is queued already. `group` names
    /// runs that belong together. `done` is called unless `context` is gone by then.
    virtual void start(std::vector<ExperimentSpec> specs, std::optional<std::string> group,
                       QObject* context, std::function<void(const StartedRuns&)> done) = 0;

    /// Goes on with a run that is paused in memory, or from its last checkpoint in the store.
    virtual void resume(const RunId& run) = 0;

    /// Goes on with a run that train.stop_after has cut, to the end of its plan.
    virtual void goOnToPlan(const RunId& run) = 0;

    /// Rules join the sharing plan before the next step, as one change; of a run that is paused, or
    /// that no process trains, when it goes on. What became of them stands in the run's events; for
    /// a run that is not being trained all of them are taken or none, and `failed` reports a
    /// refusal.
    virtual void changePlan(const RunId& run, const std::vector<std::string>& rules) = 0;

    /// Takes back the last change of the sharing of a run that is not being trained, which goes on
    /// from before it. `done` gets the change ("400: dec1.*: separate") unless `context` is gone
    /// by then; `failed` reports why it was not taken back.
    virtual void undoPlanChange(const RunId& run, QObject* context,
                                std::function<void(const std::string& change)> done) = 0;

    // These concern this process' own runs; others are let alone.

    virtual void pause(const RunId& run) = 0; ///< a checkpoint, then it waits in memory
    virtual void stop(const RunId& run) = 0;  ///< a checkpoint, then the end
    virtual void checkpointNow(const RunId& run) = 0;

    /// Every run pauses with a checkpoint and ends, queued ones stay queued for another session;
    /// `suspended` follows. For closing the window.
    virtual void suspendAll() = 0;

    /// The one that trains or is paused first, then the queue in order.
    virtual std::vector<OwnRun> runs() const = 0;

Q_SIGNALS:
    void changed(); ///< `runs()`
    void failed(const concertina::RunId& run, const concertina::Problem& problem);
    void suspended();
};

} // namespace concertina
