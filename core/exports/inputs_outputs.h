// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/model/descriptors.h"

#include <torch/types.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

// What goes into an exported network and comes out of it, the same in every form that is a graph.

/// What the image is called: [N, 3, H, W].
inline constexpr const char* ExportedImage = "image";

/// What the outputs are called: as the targets, "depth"; of two that are one target "depth" and
/// "depth_2", and of one that is called as the image "image_2".
std::vector<std::string> outputNames(const CollapsedNetwork& network);

/// The option "predictions": a boolean, false by default.
FieldInfo predictionsField();

/// The images, [N, 3, H, W] as the network takes them, as they were before: 0 to 255.
torch::Tensor pixelsOf(const CollapsedNetwork& network, const torch::Tensor& images);

/// What a graph of predictions has for a target, of its output [N, C, H, W]: the class of each
/// pixel [N, 1, H, W], directions of length 1, probabilities; other outputs as they are.
torch::Tensor predictionOf(const TargetInfo& target, const torch::Tensor& output);
inline constexpr double SmallestLength = 1e-12; ///< added to that of a direction

/// A value a channel, [1, 3, 1, 1].
torch::Tensor channelsOf(const std::array<float, 3>& values);

/// What people and programs are to know: "name", "input", "outputs" and "made_from", the last three
/// as JSON.
std::vector<std::pair<std::string, std::string>> networkFacts(const CollapsedNetwork& network,
                                                              bool predicts);

/// What a reader of a file is given, and what it is to give.
struct ReaderCase {
    torch::Tensor input;
    std::vector<torch::Tensor> outputs;
};
ReaderCase readerCase(const CollapsedNetwork& network, const torch::Tensor& images, bool predicts);

} // namespace concertina
