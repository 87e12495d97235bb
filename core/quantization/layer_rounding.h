// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/values/precision_report.h"

#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

namespace concertina {

/// The layer of an instruction; empty where it is no convolution.
std::string layerOf(const Program& program, const Instruction& instruction);

/// The layers of a program, in the order of execution.
std::vector<std::string> layersOf(const Program& program);

/// Which values are held in 8 bits where some layers are: what they read and what they write,
/// behind a ReLU where one follows; not what comes to be an output with no other layer behind.
std::vector<bool> valuesHeld(const Program& program,
                             const std::function<bool(const std::string& layer)>& chosen);

/// A network of which some layers are held in 8 bits; `scales` has one an instruction whose value
/// is held.
CollapsedNetwork withRounded(const CollapsedNetwork& network, const std::vector<ValueScale>& scales,
                             int weightBits,
                             const std::function<bool(const std::string& layer)>& chosen);

/// What rounding does to the weights of a layer: of `rounded`, which is `network` with all of it
/// rounded.
LayerPrecision weightPrecision(const CollapsedNetwork& network, const CollapsedNetwork& rounded,
                               const std::string& layer);

/// √(Σ (y − ŷ)² / Σ y²) of the outputs over images, the mean over the tasks.
double outputError(const std::vector<torch::Tensor>& right,
                   const std::vector<torch::Tensor>& found);

/// Moves the biases of what is quantized so that no channel's mean over the images differs from
/// what the network in floats has, layer by layer behind those that are corrected. A bias that
/// several convolutions have is moved by the mean of what each needs.
void correctBiases(CollapsedNetwork& quantized, const CollapsedNetwork& inFloats,
                   const torch::Tensor& images);

} // namespace concertina
