// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/run_control.h"
#include "core/training/run_observer.h"
#include "core/training/trainer.h"
#include "core/values/problem.h"
#include "core/values/spec.h"
#include "db/records.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

/// Trains runs of a store: what is between a trainer that knows no store and a store that knows no
/// trainer. These functions block; call them in a worker thread.

/// A new run for a valid spec, queued and owned by this process; its folders are kept absolute, and
/// what it begins from as it is found (`withInitialFound`, whose problems come before there is a
/// run). `group` names runs that belong together: the seeds of one spec, a network for each task.
Expected<RunId> createRun(const std::filesystem::path& store, const ExperimentSpec& spec,
                          std::optional<std::string> group = std::nullopt);

/// Trains a run that this process has created, until it ends in whatever way. Everything that the
/// trainer reports goes into the store and, after that, to `observer`; a checkpoint is recorded in
/// one transaction with the rows before it. While the store takes nothing (a full disk) training
/// waits. When the store fails for good, training ends with a checkpoint and the store's problem.
Expected<TrainResult> trainRun(const std::filesystem::path& store, const RunId& run,
                               const ExperimentSpec& spec, RunControl& control,
                               RunObserver& observer);

/// A place for a spec's data in place of its own; of several sets places, as `withDataAt` takes
/// them.
struct DataFolder {
    DataFolder(std::string place, bool everySpecs = true)
        : places{std::move(place)}, forEverySpec(everySpecs) {}
    DataFolder(std::vector<std::string> all, bool everySpecs = true)
        : places(std::move(all)), forEverySpec(everySpecs) {}

    std::vector<std::string> places;
    bool forEverySpec; ///< false: specs whose dataset makes its samples are left as they are
};

/// How a run goes on.
struct ResumeChoice {
    std::optional<DataFolder> dataFolder{}; ///< in place of the dataset's
    std::optional<std::string> until{};     ///< in place of its spec's train.stop_after
};

/// Whether a run can go on, as far as its record shows: "run.finished", "resume.until".
std::optional<Problem> checkResumable(const RunRecord& run, const ExperimentSpec& spec,
                                      const std::optional<std::string>& until);

/// Goes on with a run from its last checkpoint that can be read, or from the start where it has
/// none. When everything is there that it needs (its data, the checkpoint, the device) rows behind
/// the checkpoint are taken back; until then nothing is changed. Problems beside those of the store
/// and of `prepareTraining`: "run.finished" (one that train.stop_after has cut goes on with
/// `until`), "resume.until" (the run is there already).
Expected<TrainResult> resumeRun(const std::filesystem::path& store, const RunId& run,
                                const ResumeChoice& choice, RunControl& control,
                                RunObserver& observer);

/// Adds rules to the sharing plan of a run that nothing trains and that can go on, one that
/// train.stop_after has cut too, as one change before step `at`; none:
/// where it will go on. They take effect when it is resumed. Returns the run's spec with them. Problems
/// beside those of the store and of `validate`: "run.finished", "run.busy", "plan_change.past".
Expected<ExperimentSpec> changePlan(const std::filesystem::path& store, const RunId& run,
                                    std::optional<std::int64_t> at,
                                    const std::vector<std::string>& rules);

struct UndonePlan {
    ExperimentSpec spec;   ///< without the change
    std::string change;    ///< "400: dec1.*: separate; enc1*: freeze"
    std::int64_t step = 0; ///< before which the run goes on
    int segment = 0;       ///< that keeps what came after the change; 0: no step did
};

/// Takes back the last change of the sharing of a run that is not being trained. Where no step was
/// made since, that is exact; else the run's line goes on from the checkpoint before the change,
/// and what came after it is kept beside the line. Problems as `changePlan`, and "undo.nothing",
/// "undo.no_checkpoint".
Expected<UndonePlan> undoPlan(const std::filesystem::path& store, const RunId& run);

/// The spec of a run as it was recorded, with its dataset at another place where one is given.
Expected<ExperimentSpec> specOf(const RunRecord& run, const std::optional<DataFolder>& dataFolder);

/// The spec on the data of a folder (`withDataAt`). Problems: "dataset.path" where a dataset
/// makes its samples and the folder is for every spec, "dataset.missing", "dataset.unrecognized".
Expected<ExperimentSpec> withDataFolder(const ExperimentSpec& spec, const DataFolder& folder);

} // namespace concertina
