// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/loader.h"
#include "core/tasks/task.h"
#include "core/training/opened_sets.h"
#include "core/training/run_observer.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace concertina {

/// The data of a spec, opened and held against what the spec wants of it.
struct RunData {
    std::shared_ptr<const Dataset> dataset; ///< of several sets all of them, joined
    std::vector<OpenedSet> sets;
    std::vector<DataWatch> watches;  ///< that the sets were opened with
    std::shared_ptr<DataNews> notes; ///< what is to be reported beside their news
    std::vector<TargetInfo> targets; ///< what each task learns
    std::vector<std::unique_ptr<Task>> tasks;
    std::shared_ptr<SampleCache> training;
    std::shared_ptr<SampleCache> validation;
    BatchMaker maker;
    LoaderPlan trainingPlan;
    LoaderPlan validationPlan;
};

/// `watches` are one a set, or none. Problems: those of `openSets`; "train.batch" for a batch
/// larger than what it is drawn from; "cache.disk".
Expected<RunData> openRunData(const ExperimentSpec& spec, std::vector<DataWatch> watches = {});

/// What is reported to a training of its sets: news, and the record of each one's files where one
/// is kept, those of other sets than the first beside it.
std::vector<DataWatch> watchesFor(const ExperimentSpec& spec,
                                  const std::filesystem::path& fileRecord);

/// The first samples of the validation split, `count` at most; of several sets the first of each,
/// the second of each, and so on. The same of the training split.
std::vector<int> validationInTurns(const RunData& data, int count);
std::vector<int> trainingInTurns(const RunData& data, int count);

/// Reports what is new of it (`DataNews::take`); before `all` is reported, what is known of its
/// files is written.
void reportNews(const RunData& data, bool all, const RunPosition& position, RunObserver& observer);

/// Whether a sample that can't be read is passed over or replaced (data.damaged), or ends the work.
inline bool skipsDamaged(const ExperimentSpec& spec) {
    return spec.data.damaged == DamagedSamples::Skip;
}

/// The tasks of a spec for known targets, without a dataset.
std::vector<std::unique_ptr<Task>> makeTasks(const ExperimentSpec& spec,
                                             const std::vector<TargetInfo>& targets);

} // namespace concertina
