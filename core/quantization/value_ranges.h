// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"

#include <torch/types.h>

#include <functional>
#include <vector>

namespace concertina {

/// What a value of a network is between; 0 is always inside.
struct CalibratedRange {
    double least = 0;
    double greatest = 0;
};

/// How a range is chosen of all that a value was.
enum class RangeRule {
    MinMax,  ///< all of it
    Entropy, ///< the one that loses the least information when it is cut off and rounded
};

/// The range, among those that shrink both ends of `whole` alike, whose 256 levels say most of a
/// histogram over `whole`: it has the least Kullback–Leibler divergence from what is cut off at its
/// ends to what is left where each level's count is spread over those of its bins that are not
/// empty (Migacz 2017, "8-bit Inference with TensorRT").
CalibratedRange entropyRange(const std::vector<double>& counts, const CalibratedRange& whole);

/// The scale and zero whose 256 levels cover a range.
ValueScale scaleOf(const CalibratedRange& range);

/// The ranges of a network's values, an instruction's output each, over images [N, 3, H, W]; of
/// those that are not wanted nothing. Zeros count for no histogram: they are exact in all ranges.
/// `stopped` is asked between images. Problems: "quantize.not_finite", "stopped".
Expected<std::vector<CalibratedRange>> valueRanges(const CollapsedNetwork& network,
                                                   const torch::Tensor& images,
                                                   const std::vector<bool>& wanted, RangeRule rule,
                                                   const std::function<bool()>& stopped);

} // namespace concertina
