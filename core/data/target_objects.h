// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/target_batch.h"
#include "core/values/objects.h"

#include <cstdint>
#include <vector>

namespace concertina {

/// The objects of one image of a batch: boxes and points in shares of the image, areas in the
/// pixels of the picture that it was made from.
struct BatchObjects {
    bool isKnown = false;
    int height = 0; ///< of that picture, in whose pixels a metric counts
    int width = 0;
    std::vector<ImageObject> objects;
};

/// A tensor of items [M, 7 + 3 · points]. The first of an image is its picture's width and height,
/// behind a −1; then a row an object: label, box, area, whether it is a crowd, and x, y and
/// `Keypoint::State` of each point. An image whose objects are not known has no items.
TargetBatch toTargetBatch(const std::vector<BatchObjects>& images, std::size_t points = 0);

/// Of image n.
BatchObjects objectsOf(const TargetBatch& batch, std::int64_t n);

/// From which score on a found point is said to be seen.
inline constexpr double LikelyPoint = 0.1;

/// A prediction [K, 6 + 3 · points] of one image: label, score, box in shares of the image, and x,
/// y and score of each point. A point of a low score counts as hidden.
std::vector<ImageObject> foundObjects(const torch::Tensor& prediction);

} // namespace concertina
