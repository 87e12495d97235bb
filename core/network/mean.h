// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include <span>
#include <vector>

namespace concertina {

/// The mean Σ a_h X_h of copies, weights ÷ their sum, made as X_1 + Σ a_h (X_h − X_1), so that
/// equal copies give X to the bit.
torch::Tensor weightedMean(const std::vector<torch::Tensor>& copies,
                           std::span<const int> weights);

/// Running statistics of several groups as those of all: the mean of the means μ, and the variance
/// about it, by the mean of μ² + σ². Of one group they are its own, to the bit.
struct JoinedStatistics {
    torch::Tensor mean;
    torch::Tensor variance;
};
JoinedStatistics joinedStatistics(const std::vector<torch::Tensor>& means,
                                  const std::vector<torch::Tensor>& variances,
                                  std::span<const int> weights);

/// Of matrices, or of diagonals, in their order.
torch::Tensor productOf(std::span<const torch::Tensor> copies);

/// What leaves a product as it is: the identity of a square factor's size, or ones of a diagonal's.
torch::Tensor identityLike(const torch::Tensor& factor);

} // namespace concertina
