// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data_check.h"

#include "core/data/batch.h"
#include "core/data/data_news.h"
#include "core/data/file_dataset.h"
#include "core/data/in_order.h"
#include "core/data/target_tensors.h"

#include <optional>

namespace concertina {

namespace {

CheckedSplit emptyCheck(const SplitInfo& split, const DatasetDescription& description) {
    CheckedSplit check{.name = split.name, .samples = split.size};
    for (const TargetInfo& target : description.targets)
        check.targets.push_back({.name = target.name});
    return check;
}

/// What one sample adds to the check of its split.
struct CheckedSample {
    int height = 0, width = 0; ///< of its picture; 0: none that could be read
    std::vector<std::optional<CheckedTarget>> targets;
    std::string turn;
    Problems problems;
};

CheckedSample checkedSample(const FileDataset& dataset, const std::string& split, int index) {
    StoredSample stored = dataset.storedSample(split, index);
    CheckedSample checked{.height = stored.image.height,
                          .width = stored.image.width,
                          .targets = {},
                          .turn = std::move(stored.turn),
                          .problems = std::move(stored.problems)};
    for (std::size_t t = 0; t < stored.targets.size(); ++t) {
        const TargetPlane& plane = stored.targets[t];
        auto& target = checked.targets.emplace_back();
        if (!plane.empty())
            target = {.samples = 1,
                      .pixels = std::int64_t{plane.height} * plane.width,
                      .known = targetTensors(*dataset.description().targets[t].kind)
                                   .known(plane, dataset.description().targets[t])};
    }
    return checked;
}

void add(const CheckedSample& sample, CheckedSplit& check) {
    if (sample.height > 0)
        ++check.sizes[{sample.height, sample.width}];
    for (std::size_t t = 0; t < sample.targets.size(); ++t)
        if (const auto& one = sample.targets[t]) {
            CheckedTarget& target = check.targets[t];
            ++target.samples;
            target.pixels += one->pixels;
            target.known += one->known;
        }
}

/// A target that is there and says nothing.
void findSilent(const CheckedSplit& check, Problems& problems) {
    for (const CheckedTarget& target : check.targets)
        if (target.samples > 0 && target.known == 0)
            problems.push_back(
                {"dataset.silent", "split " + check.name + ", " + target.name,
                 "no pixel that is known, in " + std::to_string(target.samples) + " samples",
                 "pixels to learn from",
                 "see how the dataset describes it: \"encoding\", \"ignore\", "
                 "\"invalid\" and \"scale\""});
}

} // namespace

Expected<DataCheck> checkData(const MethodChoice& choice, const Progress& progress,
                              const std::stop_token& stop) {
    DataCheck check;
    const auto news = std::make_shared<DataNews>();
    const auto opened = openWholly(choice, {.news = news});
    if (!opened) {
        check.problems = opened.error();
        return check;
    }
    const DatasetDescription& description = (*opened)->description();
    check.name = description.name;
    check.unused = description.unused;
    for (NoticeEvent& notice : news->take(true))
        if (notice.code != "dataset.unused") // they are listed
            check.remarks.push_back(std::move(notice.text));
    const auto* dataset = dynamic_cast<const FileDataset*>(opened->get());
    if (dataset == nullptr)
        return check; // what is made has no files to be read
    int all = 0;
    for (const SplitInfo& split : description.splits)
        all += split.size;
    int done = 0;
    for (const SplitInfo& split : description.splits) {
        CheckedSplit counted = emptyCheck(split, description);
        InOrder<CheckedSample> samples(
            split.size, [&](int i) { return checkedSample(*dataset, split.name, i); });
        for (int i = 0; i < split.size; ++i, ++done) {
            if (stop.stop_requested())
                return failure(stoppedProblem(description.name));
            const std::string name = split.name + "/" + dataset->sampleName(split.name, i);
            progress(static_cast<double>(done) / all, "sample " + std::to_string(done + 1) + " of "
                                                          + std::to_string(all) + ", " + name);
            CheckedSample sample = samples.take(i);
            add(sample, counted);
            if (!sample.turn.empty())
                check.turned.emplace_back(name, sample.turn);
            for (Problem& problem : sample.problems)
                check.problems.push_back(std::move(problem));
        }
        findSilent(counted, check.problems);
        check.splits.push_back(std::move(counted));
    }
    progress(1, "");
    return check;
}

} // namespace concertina
