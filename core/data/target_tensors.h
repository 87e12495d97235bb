// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/augmentation.h"
#include "core/data/dataset.h"
#include "core/data/target_batch.h"
#include "core/values/data_survey.h"
#include "core/values/value_map.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace concertina {

/// One target of the samples of a batch, as they are stored. A plane without bytes: that sample has
/// no such target.
struct StoredTargets {
    const TargetInfo& info;
    std::vector<const TargetPlane*> planes;      ///< an image
    std::span<const Augmentation> augmentations; ///< an image
    int height = 0;                              ///< of the images
    int width = 0;
};

/// The half of a target kind that makes tensors of what is stored. Holds no state.
class TargetTensors {
public:
    virtual ~TargetTensors() = default;

    virtual const TargetKind& kind() const = 0;

    /// A batch of it; what a sample lacks is all unknown.
    virtual TargetBatch batch(const StoredTargets& stored) const = 0;

    /// How many values of a stored target are known: pixels, classes, quantities.
    virtual std::int64_t known(const TargetPlane& stored, const TargetInfo& info) const = 0;

    /// What its names say of a sample, and how much a stored target has of each: classes that it
    /// has, quantities that are known.
    virtual NamesCount namesCount() const { return NamesCount::Nothing; }
    virtual std::vector<NameAmount> amounts(const TargetPlane& stored,
                                            const TargetInfo& info) const;

    /// The truth of image `n` of a batch. As it stands, of a kind with one tensor that a map shows
    /// as it is.
    virtual ValueMap truth(const TargetBatch& batch, std::int64_t n) const;

    /// What `Task::prediction` gives of one image. As it stands, where a map shows it as it is.
    virtual ValueMap predicted(const torch::Tensor& prediction) const;
};

/// The one tensor of a target or prediction of one image, [H, W] or [C, H, W], as values that need
/// no LibTorch.
ValueMap toValueMap(const torch::Tensor& map, const TargetKind& kind);

/// Of this kind: there is one for each in `targetKinds`.
const TargetTensors& targetTensors(const TargetKind& kind);

// For kinds of targets.

/// The value at a place of a plane, in the machine's byte order.
template <class Value>
Value valueAt(const TargetPlane& plane, int y, int x, int channel = 0, int channels = 1) {
    Value value;
    const std::size_t at = (static_cast<std::size_t>(y) * plane.width + x) * channels
                           + static_cast<std::size_t>(channel);
    std::memcpy(&value, plane.bytes.data() + at * sizeof(Value), sizeof(Value));
    return value;
}

/// Calls `write(index of the pixel, y, x in the plane)` for every pixel of the augmented form.
template <class Write>
void forEachPixel(const TargetPlane& plane, const Augmentation& augmentation, Write write) {
    const Window window(plane.height, plane.width, augmentation);
    std::size_t at = 0;
    for (int y = 0; y < plane.height; ++y)
        for (int x = 0; x < plane.width; ++x)
            write(at++, window.row(y), window.column(x));
}

/// A stored index; −1 where it is none of the target's classes.
std::int64_t classAt(const TargetPlane& plane, const TargetInfo& target, int y, int x);

} // namespace concertina
