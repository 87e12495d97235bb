// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/run_data.h"

#include "core/data/data_news.h"
#include "core/data/file_record.h"
#include "core/data/sample_file.h"

#include <algorithm>

namespace concertina {

namespace {

std::vector<std::string> splitNames(const DatasetDescription& description) {
    std::vector<std::string> names;
    for (const SplitInfo& split : description.splits)
        names.push_back(split.name);
    return names;
}

std::optional<Problem> checkSplit(const DatasetDescription& description, const std::string& split,
                                  const char* path) {
    if (description.split(split) != nullptr)
        return std::nullopt;
    return Problem{"dataset.split", path, "\"" + split + "\"", "a split of " + description.name,
                   suggestion(split, splitNames(description))};
}

/// The index of the target that a task learns.
Expected<std::size_t> targetFor(const TaskSpec& task, const DatasetDescription& description,
                                const SplitInfo& split, const std::string& path) {
    const std::string& wanted = task.learns();
    std::vector<std::string> names;
    for (const TargetInfo& target : description.targets)
        names.push_back(target.name);
    const auto found = std::ranges::find(description.targets, wanted, &TargetInfo::name);
    if (found == description.targets.end())
        return failure({"dataset.target", path,
                        "no target \"" + wanted + "\" in " + description.name,
                        "a task that the dataset has targets for", suggestion(wanted, names)});
    if (found->kind != taskEntry(task.method.id).info.target)
        return failure({"dataset.target", path,
                        "a target \"" + wanted + "\" of another kind in " + description.name,
                        "the encoding that the task learns from", "see its dataset.json"});
    const auto index = static_cast<std::size_t>(found - description.targets.begin());
    if (!split.targetCounts.empty() && split.targetCounts[index] == 0)
        return failure(
            {"dataset.target", path,
             "no sample of split \"" + split.name + "\" with a target \"" + wanted + "\"",
             "at least one", "leave the task out, or add its targets"});
    return index;
}

} // namespace

DataWatch watchFor(const std::filesystem::path& fileRecord) {
    DataWatch watch{.news = std::make_shared<DataNews>()};
    if (!fileRecord.empty())
        watch.files = std::make_shared<FileRecord>(fileRecord, watch.news);
    return watch;
}

void reportNews(const RunData& data, bool all, const RunPosition& position, RunObserver& observer) {
    if (all && data.watch.files)
        data.watch.files->flush();
    if (!data.watch.news)
        return;
    for (NoticeEvent notice : data.watch.news->take(all)) {
        notice.position = position;
        observer.noticed(notice);
    }
}

std::vector<std::unique_ptr<Task>> makeTasks(const ExperimentSpec& spec,
                                             const std::vector<TargetInfo>& targets) {
    std::vector<std::unique_ptr<Task>> tasks;
    for (std::size_t t = 0; t < spec.tasks.size(); ++t) {
        const TaskEntry& entry = taskEntry(spec.tasks[t].method.id);
        tasks.push_back(
            entry.make(completeOptions(entry.info, spec.tasks[t].method.options), targets[t]));
    }
    return tasks;
}

Expected<RunData> openRunData(const ExperimentSpec& spec, const DataWatch& watch) {
    auto dataset = openDataset(spec.data.dataset, watch);
    if (!dataset)
        return failure(dataset.error());
    const DatasetDescription& description = (*dataset)->description();
    for (auto problem : {checkSplit(description, spec.data.trainSplit, "data.train_split"),
                         checkSplit(description, spec.data.validationSplit, "data.val_split")})
        if (problem)
            return failure(std::move(*problem));
    const SplitInfo& training = *description.split(spec.data.trainSplit);
    std::vector<TargetInfo> targets;
    std::vector<std::size_t> indices;
    for (std::size_t t = 0; t < spec.tasks.size(); ++t) {
        const auto index =
            targetFor(spec.tasks[t], description, training, "tasks." + std::to_string(t));
        if (!index)
            return failure(index.error());
        indices.push_back(*index);
        targets.push_back(description.targets[*index]);
        targets.back().name = spec.tasks[t].called();
    }
    if (spec.train.batch > training.size)
        return failure({"train.batch", "train.batch", std::to_string(spec.train.batch),
                        "at most " + std::to_string(training.size) + ", the samples of split \""
                            + training.name + "\"",
                        ""});
    const auto room =
        std::make_shared<CacheRoom>(static_cast<std::int64_t>(spec.data.cacheMb) * 1'000'000);
    std::shared_ptr<SampleFile> file;
    if (spec.data.diskCacheMb > 0) {
        auto made = SampleFile::make(static_cast<std::int64_t>(spec.data.diskCacheMb) * 1'000'000);
        if (!made)
            return failure(made.error());
        file = std::move(*made);
    }
    const auto cache = [&](const std::string& split) {
        return std::make_shared<SampleCache>(*dataset, split, spec.data.height, spec.data.width,
                                             room, file);
    };
    return RunData{
        .dataset = *dataset,
        .watch = watch,
        .targets = targets,
        .tasks = makeTasks(spec, targets),
        .training = cache(spec.data.trainSplit),
        .validation = cache(spec.data.validationSplit),
        .maker = BatchMaker(description.targets, indices, normalizationOf(spec.data.normalization)),
        .trainingPlan = {.seed = static_cast<std::uint64_t>(spec.seed),
                         .samples = training.size,
                         .batch = spec.train.batch,
                         .scales = spec.data.scales,
                         .flip = spec.data.flip},
        .validationPlan = {.samples = description.split(spec.data.validationSplit)->size,
                           .batch = spec.train.batch,
                           .shuffle = false,
                           .keepLast = true}};
}

} // namespace concertina
