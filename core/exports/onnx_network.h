// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"

#include <torch/types.h>

#include <array>
#include <string>
#include <vector>

namespace onnx {
class GraphProto;
} // namespace onnx

namespace concertina {

struct OnnxChoices {
    int opset = 13;
    bool predictions = false; ///< pictures go in, predictions come out
};

inline constexpr const char* OnnxInput = "image";

/// What the outputs are called: as the targets, "depth"; of two that are one target "depth" and
/// "depth_2", and of one that is called as the input "image_2".
std::vector<std::string> onnxOutputNames(const CollapsedNetwork& network);

/// Writes a network as a graph: the input "image" [N, 3, H, W], and an output a target.
void writeOnnxGraph(const CollapsedNetwork& network, const OnnxChoices& choices,
                    onnx::GraphProto& graph);

/// What a graph of predictions has for a target, of its output [N, C, H, W]: the class of each
/// pixel [N, 1, H, W], directions of length 1, probabilities; other outputs as they are.
torch::Tensor onnxPrediction(const TargetInfo& target, const torch::Tensor& output);

/// A value a channel, [1, 3, 1, 1].
torch::Tensor channelsOf(const std::array<float, 3>& values);

} // namespace concertina
