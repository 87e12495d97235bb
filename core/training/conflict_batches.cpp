// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/conflict_batches.h"

#include "core/tensor/torch.h"

#include <algorithm>

namespace concertina {

namespace {

std::int64_t samplesForConflict(std::int64_t batch, const LayerGraph& graph) {
    const Node* norm = graph.smallestNorm();
    const std::int64_t fewest = norm != nullptr && norm->height * norm->width == 1 ? 2 : 1;
    return std::min(batch, std::max((batch + 1) / 2, fewest));
}

} // namespace

ConflictBatches halfOf(const Batch& batch, const LayerGraph& graph) {
    const std::int64_t samples = samplesForConflict(batch.size(), graph);
    Batch half{.images = batch.images.narrow(0, 0, samples), .targets = {}};
    for (const TargetBatch& target : batch.targets)
        half.targets.push_back(target.narrow(0, samples));
    return {{std::move(half)}, samples < batch.size() ? "exact-half" : "exact"};
}

ConflictBatches conflictBatches(const RunData& data, const Batch& batch, const LayerGraph& graph,
                                std::int64_t step) {
    const LoaderPlan& plan = data.trainingPlan;
    if (plan.sets.size() < 2 || plan.mix == DataMix::Samples)
        return halfOf(batch, graph);
    ConflictBatches result{{}, "exact-half-sets"};
    const auto count = static_cast<int>(samplesForConflict(plan.batch, graph));
    for (const SampleRange& set : plan.ranges()) {
        std::vector<std::shared_ptr<const Sample>> samples;
        std::vector<const Sample*> pointers;
        std::vector<Augmentation> augmentations;
        for (const int index : plan.someOf(set, count, step))
            if (auto sample = data.training->sample(index)) {
                samples.push_back(std::move(*sample));
                pointers.push_back(samples.back().get());
                augmentations.push_back(plan.augmentation(step, index));
            }
        if (!samples.empty())
            result.batches.push_back(
                data.maker.make(pointers, augmentations).to(batch.images.device()));
    }
    return result;
}

} // namespace concertina
