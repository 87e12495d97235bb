// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

namespace concertina {

/// A batch norm's tensors [C]; the running ones are undefined where they do not follow the batch.
struct NormTensors {
    torch::Tensor weight, bias, runningMean, runningVariance;
};

/// Whether `fusedNorm` can stand in for a norm of `x`: values in float32 in the processor's memory,
/// each channel's plane in one piece. In bfloat16 and channels-last LibTorch's own is as quick.
bool canFuseNorm(const torch::Tensor& x, const NormTensors& norm);

/// What is computed with a norm.
enum class NormEnd {
    Plain, ///< the norm alone
    Relu,  ///< and the ReLU behind it
    Relu6, ///< and min(max(x, 0), 6)
};

/// Batch norm of `x` [N, C, H, W] with the batch's own statistics, and what `end` says behind it:
/// what torch::batch_norm and torch::relu or torch::relu6 give, gradients and running statistics
/// too, to rounding; in about half of their time. A channel at a time, so that what one pass has
/// read the next finds in the cache. Does not depend on the number of threads. Differentiated once
/// at most.
torch::Tensor fusedNorm(const torch::Tensor& x, const NormTensors& norm, double momentum,
                        double epsilon, NormEnd end);

} // namespace concertina
