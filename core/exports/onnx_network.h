// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"

#include <torch/types.h>

#include <array>

namespace onnx {
class GraphProto;
} // namespace onnx

namespace concertina {

struct OnnxChoices {
    int opset = 13;
    bool predictions = false; ///< pictures go in, predictions come out
};

/// Writes a network as a graph: the input "image" [N, 3, H, W], and an output a target, called as
/// it.
void writeOnnxGraph(const CollapsedNetwork& network, const OnnxChoices& choices,
                    onnx::GraphProto& graph);

/// What a graph of predictions has for a target, of its output [N, C, H, W]: the class of each
/// pixel [N, 1, H, W], directions of length 1, probabilities; other outputs as they are.
torch::Tensor onnxPrediction(const TargetInfo& target, const torch::Tensor& output);

/// A value a channel, [1, 3, 1, 1].
torch::Tensor channelsOf(const std::array<float, 3>& values);

} // namespace concertina
