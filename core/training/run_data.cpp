// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/run_data.h"

#include "core/data/data_news.h"
#include "core/data/file_record.h"
#include "core/data/sample_file.h"

#include <algorithm>
#include <numeric>

namespace concertina {

namespace {

/// Each batch must be full: of the sets' samples together, or of one set where they are mixed by
/// batches.
std::optional<Problem> checkBatch(const ExperimentSpec& spec, const OpenedSets& opened) {
    const bool apart = opened.sets.size() > 1 && spec.data.mix == DataMix::Batches;
    int samples = 0;
    for (const OpenedSet& set : opened.sets) {
        samples = (apart ? 0 : samples) + set.training.samples;
        if (apart && spec.train.batch > samples)
            return Problem{"train.batch", "train.batch", std::to_string(spec.train.batch),
                           "at most " + std::to_string(samples) + ", the training samples of set \""
                               + set.name + "\"",
                           "data.mix is batches: each is of one set"};
    }
    if (spec.train.batch <= samples)
        return std::nullopt;
    return Problem{"train.batch", "train.batch", std::to_string(spec.train.batch),
                   "at most " + std::to_string(samples) + ", the samples of split \""
                       + spec.data.trainSplit + "\"",
                   ""};
}

LoaderPlan trainingPlanOf(const ExperimentSpec& spec, const OpenedSets& opened) {
    LoaderPlan plan{.seed = static_cast<std::uint64_t>(spec.seed),
                    .samples = opened.dataset->description().split(spec.data.trainSplit)->size,
                    .batch = spec.train.batch,
                    .scales = spec.data.scales,
                    .flip = spec.data.flip,
                    .mix = spec.data.mix};
    for (const OpenedSet& set : opened.sets)
        plan.sets.push_back(set.training);
    return plan;
}

/// Of sets that stand one behind the other.
std::vector<int> inTurns(const std::vector<int>& sizes, int count) {
    std::vector<int> chosen;
    const int most = std::min(count, std::accumulate(sizes.begin(), sizes.end(), 0));
    for (int row = 0; static_cast<int>(chosen.size()) < most; ++row) {
        int first = 0;
        for (const int size : sizes) {
            if (row < size && static_cast<int>(chosen.size()) < most)
                chosen.push_back(first + row);
            first += size;
        }
    }
    return chosen;
}

} // namespace

std::vector<DataWatch> watchesFor(const ExperimentSpec& spec,
                                  const std::filesystem::path& fileRecord) {
    std::vector<DataWatch> watches;
    for (const DataSetSpec& set : spec.data.sets()) {
        const bool several = !spec.data.others.empty();
        DataWatch& watch = watches.emplace_back(
            DataWatch{.news = std::make_shared<DataNews>(several ? set.called() : "")});
        if (fileRecord.empty())
            continue;
        auto file = fileRecord; // the first set's is that of a run of one
        if (watches.size() > 1)
            file.replace_filename(fileRecord.stem().string() + "-" + set.called()
                                  + fileRecord.extension().string());
        watch.files = std::make_shared<FileRecord>(file, watch.news);
    }
    return watches;
}

void reportNews(const RunData& data, bool all, const RunPosition& position, RunObserver& observer) {
    const auto report = [&](DataNews& news) {
        for (NoticeEvent notice : news.take(all)) {
            notice.position = position;
            observer.noticed(notice);
        }
    };
    for (const DataWatch& watch : data.watches) {
        if (all && watch.files)
            watch.files->flush();
        if (watch.news)
            report(*watch.news);
    }
    report(*data.notes);
}

std::vector<int> validationInTurns(const RunData& data, int count) {
    std::vector<int> sizes;
    for (const OpenedSet& set : data.sets)
        sizes.push_back(set.validation);
    return inTurns(sizes, count);
}

std::vector<int> trainingInTurns(const RunData& data, int count) {
    std::vector<int> sizes;
    for (const OpenedSet& set : data.sets)
        sizes.push_back(set.training.samples);
    return inTurns(sizes, count);
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

Expected<RunData> openRunData(const ExperimentSpec& spec, std::vector<DataWatch> watches) {
    auto opened = openSets(spec, watches);
    if (!opened)
        return failure(opened.error());
    if (auto problem = checkBatch(spec, *opened))
        return failure(std::move(*problem));
    const DatasetDescription& description = opened->dataset->description();
    std::vector<TargetInfo> targets;
    for (std::size_t t = 0; t < spec.tasks.size(); ++t) {
        targets.push_back(description.targets[opened->taskTargets[t]]);
        targets.back().name = spec.tasks[t].called();
    }
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
        return std::make_shared<SampleCache>(opened->dataset, split, spec.data.height,
                                             spec.data.width, room, file);
    };
    return RunData{.dataset = opened->dataset,
                   .sets = opened->sets,
                   .watches = std::move(watches),
                   .notes = std::make_shared<DataNews>(),
                   .targets = targets,
                   .tasks = makeTasks(spec, targets),
                   .training = cache(spec.data.trainSplit),
                   .validation = cache(spec.data.validationSplit),
                   .maker = BatchMaker(description.targets, opened->taskTargets,
                                       normalizationOf(spec.data.normalization)),
                   .trainingPlan = trainingPlanOf(spec, *opened),
                   .validationPlan = {.samples = description.split(spec.data.validationSplit)->size,
                                      .batch = spec.train.batch,
                                      .shuffle = false,
                                      .keepLast = true}};
}

} // namespace concertina
