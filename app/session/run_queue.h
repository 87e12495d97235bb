// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/job_thread.h"
#include "app/session/run_session.h"
#include "core/training/run_control.h"
#include "core/values/problem.h"
#include "core/values/run_state.h"
#include "core/values/spec.h"
#include "db/records.h"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace concertina {

/// A run that this process trains or keeps waiting.
struct QueuedRun {
    RunId run;
    RunState state = RunState::Queued; ///< Queued, Running or Paused (in memory)
    std::string waitsFor{}; ///< why training waits: a full disk; empty: it does not

    bool operator==(const QueuedRun&) const = default;
};

/// Trains runs of one store one after the other in a thread of its own; another keeps the store's
/// books meanwhile. Every function may be called from any thread and returns at once, but the
/// destructor: it suspends what trains, with a checkpoint, and waits. What trainings report is in
/// the store.
class RunQueue {
public:
    /// Called in threads of the queue.
    struct Listener {
        std::function<void()> changed; ///< `runs()`
        std::function<void(const RunId&, const Problem&)> failed;
    };

    RunQueue(std::filesystem::path store, std::optional<DataFolder> dataFolder, Listener listener);
    ~RunQueue();

    RunQueue(const RunQueue&) = delete;
    RunQueue& operator=(const RunQueue&) = delete;

    /// What became of a start: the runs that are in the queue now, and why there are no more.
    using Started = std::function<void(const std::vector<RunId>&, const std::optional<Problem>&)>;

    /// Puts valid specs into the store, and behind what waits already. Problems of `createRun`.
    /// `done` is called in a thread of the queue; not at all where the queue ends before.
    void start(std::vector<ExperimentSpec> specs, std::optional<std::string> group, Started done);

    /// Goes on with a run that is paused here, or queues one of the store; with `until` as
    /// `ResumeChoice`.
    void resume(const RunId& run, const std::optional<std::string>& until = std::nullopt);

    void pause(const RunId& run);
    void stop(const RunId& run); ///< one that still waits leaves the queue and reads "stopped"
    void checkpointNow(const RunId& run);
    /// As `RunControl::changePlan`; false for a run that is not being trained.
    bool changePlan(const RunId& run, const std::vector<std::string>& rules);

    /// What trains ends as paused, with a checkpoint; what waits reads "paused" and leaves.
    void suspendAll();

    /// The same, and waits until nothing trains any more: for a process that is about to end.
    void suspendAndWait();

    /// What trains first, then what waits, in order.
    std::vector<QueuedRun> runs() const;

private:
    struct Job {
        RunId run;
        std::optional<ExperimentSpec> spec{}; ///< of a new run; none: from the store
        std::optional<std::string> until{};   ///< of one from the store
    };
    class StateWatch;

    /// A run that left the queue untrained, and what it shall read in the store.
    struct Dequeued {
        RunId run;
        RunState state;
        const char* text;
    };

    void work(const std::stop_token& stop);
    void train(const Job& job);
    Expected<RunId> put(const ExperimentSpec& spec, const std::optional<std::string>& group);
    void suspend(); ///< what is in the queue by now
    void releaseDequeued();
    void setState(RunState state, const std::string& waitsFor);

    std::filesystem::path m_store;
    std::optional<DataFolder> m_dataFolder;
    Listener m_listener;
    mutable std::mutex m_mutex; ///< guards what follows
    std::condition_variable_any m_arrived;
    std::condition_variable m_ended;
    std::deque<Job> m_waiting;
    std::optional<QueuedRun> m_current;
    std::unique_ptr<RunControl> m_control; ///< of the current run
    std::vector<Dequeued> m_dequeued;
    // Last: they use all the others.
    std::jthread m_thread;
    std::optional<JobThread> m_books{std::in_place}; ///< what takes the store's time
};

} // namespace concertina
