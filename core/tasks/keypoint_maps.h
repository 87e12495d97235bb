// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tasks/centers.h"

#include <cstdint>

namespace concertina {

// Points of objects by their centres, "Objects as Points", section 6.2: a network's output [N, 3 K
// + 7, h, w] has the centre's map of one class (centers.h), the way from a centre's cell to each of
// K points, and a map of the points themselves to which the ends of the ways are drawn.

/// What the maps of points are to have for a batch.
struct PointMaps {
    CenterMaps points; ///< `heat` [N, K, h, w], `cells`, `offsets` of those that are known

    // Of each known point of an object that is to be found:
    torch::Tensor centers; ///< [P]: the cell of its object's centre, counted through [N, h, w]
    torch::Tensor indices; ///< [P]: which of the K points it is
    torch::Tensor ways;    ///< [P, 2]: x, y from that cell's corner, in cells
};

/// Of a batch of keypoints, on its device. A point's Gaussian is as wide as its object's. Where an
/// object has no known point at all, or is a crowd, the maps of points count nothing in its box:
/// its points are there, and nothing says where (our own).
PointMaps pointMaps(const TargetBatch& target, std::int64_t points, std::int64_t height,
                    std::int64_t width);

/// The `most` best objects of an output: [N, K, 6 + 3 · points] of label, score and box as
/// `centerPeaks` has them, and x, y in shares of the image and score of each point. A point is the
/// nearest peak of its map that lies in the box, no farther from the end of its way than 0.3 of the
/// box's longer side, and has a score of `LikelyPoint`, all as the authors' program has it; where
/// there is none, that end.
torch::Tensor keypointPeaks(const torch::Tensor& output, std::int64_t points, std::int64_t most);

} // namespace concertina
