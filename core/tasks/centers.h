// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/target_batch.h"
#include "core/values/field.h"

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace concertina {

// Objects as points: Zhou, Wang and Krähenbühl 2019, arXiv 1904.07850 ("CenterNet"). A map of h × w
// cells has a score a class where an object's centre is, and at that cell the box's width and
// height and the centre's place in the cell, all in cells.

/// What a map is to have for a batch.
struct CenterMaps {
    torch::Tensor heat;    ///< [N, classes, h, w]: 1 at a centre, a Gaussian around it, else 0
    torch::Tensor counts;  ///< the same form: 0 where nothing is known, as in a crowd; else 1
    torch::Tensor cells;   ///< [M] of the objects: their cell, counted through [N, h, w]
    torch::Tensor sizes;   ///< [M, 2] width, height
    torch::Tensor offsets; ///< [M, 2] x, y in the cell
};

/// Of a batch of boxes, on its device. A Gaussian's radius is `heatRadius`.
CenterMaps centerMaps(const TargetBatch& target, std::int64_t classes, std::int64_t height,
                      std::int64_t width);

/// Scores in a network's output are further up by this than the logarithm of their odds: with
/// weights that are near 0 every place begins as 0.1 likely, as the paper has it by the last
/// layer's bias.
constexpr double centerPrior = 2.19;

/// The paper's focal loss over scores [N, classes, h, w] before the sigmoid, α = 2 and β = 4: a sum
/// over all places that count.
torch::Tensor centerLoss(const torch::Tensor& scores, const CenterMaps& maps);

/// (the focal loss of the centres + `sizeWeight` · |Δ size| + |Δ place|) ÷ objects, or ÷ 1 where
/// there is none; differences in cells. `values` [N, classes + 4 or more, h, w]: an output, in
/// float32 or float64.
torch::Tensor centersLoss(const torch::Tensor& values, const TargetBatch& target,
                          std::int64_t classes, double sizeWeight);

/// The option "size_weight" of tasks whose loss it is.
FieldInfo sizeWeightOption();

/// An output in the type that losses are taken in: float64 stays, all else becomes float32.
torch::Tensor lossValues(const torch::Tensor& output);

/// Two values a row, [M, 2].
torch::Tensor pairsOf(const std::vector<float>& values);

/// The values [N, C, h, w] at the objects' cells, [M, C].
torch::Tensor atCells(const torch::Tensor& values, const torch::Tensor& cells);

/// The best peaks of scores [N, C, h, w], places that none of the eight around them surpasses.
struct HeatPeaks {
    torch::Tensor score; ///< [N, K]: falling, from 0 to 1
    torch::Tensor label; ///< [N, K]: the channel
    torch::Tensor cell;  ///< [N, K]: counted through [h, w]
};

/// Of scores as a network gives them. K = `most`, or as many as there are places.
HeatPeaks heatPeaks(const torch::Tensor& scores, std::int64_t most);

/// What an output [N, classes + 4 or more, h, w] says at peaks of its classes: [N, K, 6] of label,
/// score, and the box as its left, top, width and height in shares of the image.
torch::Tensor centerPeaks(const torch::Tensor& output, std::int64_t classes,
                          const HeatPeaks& peaks);

} // namespace concertina
