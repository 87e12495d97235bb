// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/augmentation.h"
#include "core/data/dataset.h"
#include "core/data/target_batch.h"
#include "core/values/spec_choices.h"

#include <torch/types.h>

#include <array>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// Mean and deviation a channel that images are normalized by.
struct Normalization {
    std::array<float, 3> mean{};
    std::array<float, 3> deviation{1, 1, 1};
};

/// Of the field data.normalization.
Normalization normalizationOf(InputNormalization choice);

/// Samples as tensors; targets in the order of the tasks, as their kinds make them.
struct Batch {
    torch::Tensor images; ///< [N, 3, H, W], normalized
    std::vector<TargetBatch> targets;

    std::int64_t size() const { return images.size(0); }
    Batch to(const torch::Device& device) const;
};

/// Makes batches of one size for given tasks from samples of any dataset.
class BatchMaker {
public:
    /// `targets` are the dataset's, `taskTargets` the index of each task's among them.
    BatchMaker(std::vector<TargetInfo> targets, std::vector<std::size_t> taskTargets,
               Normalization normalization);

    /// Samples must all have one size; `augmentations` are one a sample.
    Batch make(std::span<const Sample* const> samples,
               std::span<const Augmentation> augmentations) const;

    /// The image alone, [1, 3, H, W]: for pictures without targets.
    torch::Tensor image(const Image& image) const;

private:
    std::vector<TargetInfo> m_targets;
    std::vector<std::size_t> m_taskTargets;
    Normalization m_normalization;
};

} // namespace concertina
