// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/sample_looks.h"

#include "core/data/file_dataset.h"
#include "core/data/image_files.h"
#include "core/data/in_order.h"
#include "core/data/target_tensors.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

/// `size` made to fit into the room.
SampleSize fitted(SampleSize size, SampleSize room) {
    const double scale = std::min({1.0, static_cast<double>(room.height) / std::max(1, size.height),
                                   static_cast<double>(room.width) / std::max(1, size.width)});
    return {std::max(1, static_cast<int>(std::lround(size.height * scale))),
            std::max(1, static_cast<int>(std::lround(size.width * scale)))};
}

struct LookedAt {
    Image image;
    std::vector<TargetPlane> targets; ///< as they are stored
    Problems problems;
};

LookedAt lookedAt(const Dataset& dataset, const std::string& split, int index,
                  const LookSize& size) {
    LookedAt looked;
    if (const auto* files = dynamic_cast<const FileDataset*>(&dataset)) {
        StoredSample stored = files->storedSample(split, index, size.room);
        if (!stored.image.empty()) {
            const SampleSize shown = fitted({stored.image.height, stored.image.width}, size.room);
            looked.image = resized(stored.image, shown.height, shown.width);
        }
        looked.targets = std::move(stored.targets);
        looked.problems = std::move(stored.problems);
        return looked;
    }
    const SampleSize made = fitted(size.made, size.room);
    auto sample = dataset.sample(split, index, made.height, made.width);
    if (!sample)
        looked.problems.push_back(std::move(sample.error()));
    else
        looked = {std::move(sample->image), std::move(sample->targets), {}};
    return looked;
}

/// Of a target as it is stored, at most as large as the room.
ValueMap truthOf(const TargetPlane& stored, const TargetInfo& info, SampleSize room) {
    if (stored.empty())
        return {info.kind};
    TargetPlane plane = stored;
    if (info.kind->isPlane()) {
        const SampleSize shown = fitted({stored.height, stored.width}, room);
        if (shown.height != stored.height || shown.width != stored.width)
            plane = resized(stored, shown.height, shown.width);
    }
    const Augmentation none;
    const TargetTensors& tensors = targetTensors(*info.kind);
    return tensors.truth(tensors.batch({info, {&plane}, {&none, 1}, plane.height, plane.width}), 0);
}

} // namespace

DataSample lookAt(const Dataset& dataset, const std::string& split, int index,
                  const LookSize& size) {
    LookedAt looked = lookedAt(dataset, split, index, size);
    DataSample sample;
    sample.frame.name = dataset.sampleName(split, index);
    sample.problems = std::move(looked.problems);
    const auto& infos = dataset.description().targets;
    for (std::size_t t = 0; t < infos.size(); ++t)
        sample.frame.tasks.push_back({.task = infos[t].name,
                                      .kind = infos[t].kind,
                                      .classes = infos[t].classes,
                                      .truth = t < looked.targets.size()
                                                   ? truthOf(looked.targets[t], infos[t], size.room)
                                                   : ValueMap{infos[t].kind}});
    sample.frame.image = std::move(looked.image);
    return sample;
}

Expected<std::vector<SampleThumbnail>>
thumbnailsOf(const Dataset& dataset, const std::string& split, const std::vector<int>& indices,
             const LookSize& size, const std::stop_token& stop) {
    const SplitInfo* info = dataset.description().split(split);
    std::vector<int> places;
    for (const int index : indices)
        if (info != nullptr && index >= 0 && index < info->size)
            places.push_back(index);
    const auto count = static_cast<int>(places.size());
    InOrder<SampleThumbnail> made(count, [&](int i) {
        const int index = places[static_cast<std::size_t>(i)];
        LookedAt looked = lookedAt(dataset, split, index, size);
        SampleThumbnail thumbnail{.index = index, .image = std::move(looked.image)};
        if (!looked.problems.empty())
            thumbnail.problem = std::move(looked.problems.front());
        return thumbnail;
    });
    std::vector<SampleThumbnail> thumbnails;
    for (int i = 0; i < count; ++i) {
        if (stop.stop_requested())
            return failure(stoppedProblem(dataset.description().name));
        thumbnails.push_back(made.take(i));
    }
    return thumbnails;
}

} // namespace concertina
