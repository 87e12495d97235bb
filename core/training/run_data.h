// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/loader.h"
#include "core/tasks/task.h"
#include "core/training/run_observer.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace concertina {

/// The dataset of a spec, opened and held against what the spec wants of it.
struct RunData {
    std::shared_ptr<const Dataset> dataset;
    DataWatch watch; ///< that it was opened with
    std::vector<TargetInfo> targets; ///< what each task learns
    std::vector<std::unique_ptr<Task>> tasks;
    std::shared_ptr<SampleCache> training;
    std::shared_ptr<SampleCache> validation;
    BatchMaker maker;
    LoaderPlan trainingPlan;
    LoaderPlan validationPlan;
};

/// Problems: those of `openDataset`; "dataset.split" for a split that is not there;
/// "dataset.target" for a task whose target the dataset lacks, has in another kind, or has for no
/// training sample; "train.batch" for a batch larger than the training split; "cache.disk".
Expected<RunData> openRunData(const ExperimentSpec& spec, const DataWatch& watch = {});

/// What is reported to a training of its dataset: news, and the record of its files where one is
/// kept.
DataWatch watchFor(const std::filesystem::path& fileRecord);

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
