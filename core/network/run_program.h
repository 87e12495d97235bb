// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/program.h"

#include <torch/types.h>

#include <functional>
#include <vector>

namespace concertina {

/// Batch norm's constants, those of PyTorch's BatchNorm2d, which MTAN uses.
inline constexpr double NormEpsilon = 1e-5;
inline constexpr double NormMomentum = 0.1;

/// Up to here channels-last gains: 64 channels take 0.7 of the time, 512 take 1.1.
inline constexpr int WidestChannelsLast = 128;

/// Indices of max-pooling, one tensor an instruction (undefined for all other instructions).
using PoolIndices = std::vector<torch::Tensor>;

struct RunSettings {
    /// Norms use the batch's statistics and update the running ones, but for those that rest.
    bool training = false;
    /// Convolutions and activations are computed in bfloat16, by explicit casts; parameters,
    /// statistics and outputs stay as they are.
    bool bfloat16 = false;
    /// What goes into convolutions of at most `WidestChannelsLast` channels lies with its channels
    /// innermost.
    bool channelsLast = false;
    /// In training, whether the running statistics follow the batch's.
    bool followStatistics = true;
    /// Of norms, one an instruction; empty: NormMomentum.
    std::vector<double> momenta;
    /// Pooling takes these indices in place of its own arg-max, so that two networks whose values
    /// differ by rounding stay comparable; null: each window's own.
    const PoolIndices* givenIndices = nullptr;
    /// Where the indices that were used are noted; null: nowhere.
    PoolIndices* usedIndices = nullptr;
    /// Called with every instruction's output; for looking at layers.
    std::function<void(int instruction, const torch::Tensor& output)> look;
};

/// For predictions: channels-last, an image takes 0.63 (Debian 12) to 0.73 (13) of the time in a
/// network of a quarter of SegNet's width, and 0.87 to 0.91 at full width.
inline RunSettings predictionSettings() {
    return {.channelsLast = true};
}

/// Runs a program on images [N, 3, H, W]; `tensors` are bound in the order of its names. Values
/// that no later instruction reads are let go at once. Returns an output [N, C, H, W] a task.
std::vector<torch::Tensor> runProgram(const Program& program,
                                      const std::vector<torch::Tensor>& tensors,
                                      const torch::Tensor& images, const RunSettings& settings);

} // namespace concertina
