// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

namespace concertina {

// The one place for differences between the releases of LibTorch that Concertina is built with:
// 1.13 (Debian 12), 2.6 (Debian 13), and the official 2.x builds.

/// torch::conv2d with the same stride, padding and dilation along both sides, and right: what
/// Debian 13 calls by that name is not for every shape. `x` [N, C, H, W], `kernel`
/// [O, C / groups, k, k], `bias` [O].
torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& kernel,
                       const torch::Tensor& bias, std::int64_t stride, std::int64_t padding,
                       std::int64_t dilation, std::int64_t groups);

/// Whether torch::conv2d itself is right for float32 on the processor, as it is all over but on
/// Debian 13.
bool hasRightConvolutions();

/// "2.6.0"
std::string libtorchVersion();

/// Sets how many threads compute, for the calling thread. Always set: 1.13 starts with one,
/// 2.6 with one for each core. 0: as `computeThreads` says. Returns the number set.
int setComputeThreads(int threads);

/// Whether products of matrices run on OpenBLAS or MKL; the reference BLAS is twenty times slower.
bool hasFastBlas();

/// The BLAS in use as far as it is known: "OpenBLAS 0.3.21 …", "MKL", "reference".
std::string blasName();

/// Whether the processor multiplies bfloat16 by instructions of its own; without them it is slower
/// than float32.
bool hasBfloat16();

/// Whether the build computes on CUDA and there is a device.
bool hasCuda();

} // namespace concertina
