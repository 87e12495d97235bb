// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/run_control.h"
#include "core/training/run_observer.h"
#include "core/values/spec.h"
#include "db/store.h"
#include "db/store_writer.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace concertina {

/// Beside a run's checkpoints: what the files of its dataset were when it read them.
inline constexpr const char* FileRecordName = "files.jsonl";

/// Takes what a trainer reports into the store, then passes it on. Lives in the training thread;
/// the store's writer has a thread of its own. While the store takes nothing (a full disk, the lock
/// of another process) training waits here, and says so; a pause or an end that is wanted meanwhile
/// goes before.
class StoreObserver : public RunObserver {
public:
    /// `store` and the rest must outlive it. `before` is the run as it was before this session.
    static Expected<std::unique_ptr<StoreObserver>> open(Store& store, const RunRecord& before,
                                                         const ExperimentSpec& spec,
                                                         RunControl& control, RunObserver& next);

    void started(const StartEvent& event) override;
    void stepped(const StepEvent& event) override;
    void conflicted(const ConflictEvent& event) override;
    void validated(const ValidationEvent& event) override;
    void previewed(const PreviewEvent& event) override;
    void replanned(const PlanEvent& event) override;
    void checkpointed(const CheckpointEvent& event) override;
    void stateChanged(const StateEvent& event) override;
    void noticed(const NoticeEvent& event) override;

    /// Writes the rest, with the run's last state, and gives the run up. The problem is why the
    /// store is not complete.
    std::optional<Problem> finish(RunState state, const std::string& text);

private:
    StoreObserver(Store& store, const RunRecord& before, const ExperimentSpec& spec,
                  RunControl& control, RunObserver& next);

    void append(const RunPosition& position, const std::string& split,
                const std::vector<MetricValue>& values);
    void note(const Expected<void>& done);
    bool settle();
    void record(const std::function<Expected<void>()>& write);
    void reportWaiting(const Problem& problem, RunState state);
    void reportGoingOn();
    void rememberChanges(const NetworkSpec& network);
    void report(NoticeLevel level, const std::string& code, const std::string& text);

    Store& m_store;
    const RunRecord& m_before;
    ExperimentSpec m_spec; ///< as it is trained
    RunControl& m_control;
    RunObserver& m_next;
    RunPosition m_position;
    bool m_filesRecorded; ///< before this session: then the trainer reports other contents
    std::vector<std::int64_t> m_changeSteps; ///< of the plan's changes, asked for ones too
    bool m_waits = false;                    ///< was reported: the store takes nothing for now
    std::unique_ptr<StoreWriter> m_writer;
    std::mutex m_mutex; ///< guards what follows: the writer's thread sets it
    std::optional<Problem> m_problem;
};

} // namespace concertina
