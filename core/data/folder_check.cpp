// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_check.h"

#include "core/data/batch.h"
#include "core/data/folder_dataset.h"

namespace concertina {

namespace {

CheckedSplit emptyCheck(const SplitInfo& split, const DatasetDescription& description) {
    CheckedSplit check{.name = split.name, .samples = split.size};
    for (const TargetInfo& target : description.targets)
        check.targets.push_back({.name = target.name});
    return check;
}

void count(const StoredSample& sample, const DatasetDescription& description, CheckedSplit& check) {
    if (!sample.image.empty())
        ++check.sizes[{sample.image.height, sample.image.width}];
    for (std::size_t t = 0; t < sample.targets.size(); ++t) {
        const TargetPlane& plane = sample.targets[t];
        if (plane.empty())
            continue;
        CheckedTarget& target = check.targets[t];
        ++target.samples;
        target.pixels += std::int64_t{plane.height} * plane.width;
        target.known += knownPixels(plane, description.targets[t]);
    }
}

/// A target that is there and says nothing.
void findSilent(const CheckedSplit& check, Problems& problems) {
    for (const CheckedTarget& target : check.targets)
        if (target.samples > 0 && target.known == 0)
            problems.push_back({"dataset.silent", "split " + check.name + ", " + target.name,
                                "no pixel that is known, in "
                                    + std::to_string(target.samples) + " samples",
                                "pixels to learn from",
                                "see \"encoding\", \"ignore\", \"invalid\" and \"scale\" in "
                                "dataset.json"});
}

} // namespace

Expected<FolderCheck> checkFolder(const std::filesystem::path& root, const Progress& progress,
                                  const std::stop_token& stop) {
    FolderCheck check;
    const auto dataset = FolderDataset::open(root);
    if (!dataset) {
        check.problems = dataset.error();
        return check;
    }
    const DatasetDescription& description = (*dataset)->description();
    check.name = description.name;
    check.unused = description.unused;
    int all = 0;
    for (const SplitInfo& split : description.splits)
        all += split.size;
    int done = 0;
    for (const SplitInfo& split : description.splits) {
        CheckedSplit counted = emptyCheck(split, description);
        for (int i = 0; i < split.size; ++i, ++done) {
            if (stop.stop_requested())
                return failure(stoppedProblem(root.string()));
            const std::string name = split.name + "/" + (*dataset)->sampleName(split.name, i);
            progress(static_cast<double>(done) / all, "sample " + std::to_string(done + 1) + " of "
                                                          + std::to_string(all) + ", " + name);
            StoredSample sample = (*dataset)->storedSample(split.name, i);
            count(sample, description, counted);
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
