// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace concertina {

/// Whether `convolveDepthwise` can stand in for a convolution: a kernel a channel, of 1, 3, 5 or 7
/// positions a side, and values in float32 in the processor's memory, each plane in one piece.
bool canConvolveDepthwise(const torch::Tensor& x, const torch::Tensor& kernel,
                          const torch::Tensor& bias, std::int64_t stride, std::int64_t padding,
                          std::int64_t dilation, std::int64_t groups);

/// What torch::conv2d gives with as many groups as channels, gradients too, to rounding: `x`
/// [N, C, H, W], `kernel` [C, 1, k, k], `bias` [C]. A plane at a time, which stays in the cache for
/// all of the kernel's positions. Does not depend on the number of threads. Differentiated once at
/// most.
torch::Tensor convolveDepthwise(const torch::Tensor& x, const torch::Tensor& kernel,
                                const torch::Tensor& bias, std::int64_t stride,
                                std::int64_t padding, std::int64_t dilation);

} // namespace concertina
