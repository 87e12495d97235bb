// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/values/spec_choices.h"

#include <torch/types.h>

#include <array>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// What is done to one training sample: a window of 1 / `scale` of its size is enlarged to the
/// whole, depth divided by `scale`; then mirrored, the x of normals negated.
struct Augmentation {
    double scale = 1;
    double top = 0; ///< of the window, as a share of the room there is: 0 … 1
    double left = 0;
    bool flip = false;

    bool operator==(const Augmentation&) const = default;
};

/// Mean and deviation a channel that images are normalized by.
struct Normalization {
    std::array<float, 3> mean{};
    std::array<float, 3> deviation{1, 1, 1};
};

/// Of the field data.normalization.
Normalization normalizationOf(InputNormalization choice);

/// Samples as tensors. Targets, in the order of the tasks: classes [N, H, W] int64, −1 where there
/// is none; depth [N, 1, H, W] in metres, 0 where it is not known; normals [N, 3, H, W] of unit
/// length, 0 where they are not known. A target that a sample lacks is all unknown.
struct Batch {
    torch::Tensor images; ///< [N, 3, H, W], normalized
    std::vector<torch::Tensor> targets;

    std::int64_t size() const { return images.size(0); }
    Batch to(const torch::Device& device) const;
};

/// How many pixels of a plane have a class, a depth, a direction.
std::int64_t knownPixels(const TargetPlane& plane, const TargetInfo& target);

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
