// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/target_batch.h"

#include <torch/types.h>

#include <cstdint>

namespace concertina {

// Of targets whose values are NaN where they are not known.

/// How many are known.
std::int64_t knownCount(const TargetBatch& target);

/// The values in an output's type; 0 where they are not known.
torch::Tensor knownValues(const TargetBatch& target, const torch::Tensor& output);

/// The mean of a loss of each value over those that are known; undefined where none is.
torch::Tensor meanOfKnown(const torch::Tensor& losses, const TargetBatch& target);

} // namespace concertina
