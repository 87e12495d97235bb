// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"

#include <torch/csrc/jit/api/module.h>

#include <string>

namespace concertina {

struct TorchScriptChoices {
    bool predictions = false; ///< pictures go in, predictions come out, as of ONNX
    /// In which parameters are stored. `forward` computes in the type of the image that it is
    /// given, and casts parameters that are of another one.
    torch::ScalarType weights = torch::kFloat32;
};

/// A network as a module of TorchScript: `forward(image)`, of images [N, 3, H, W] of any size that
/// the network can take, returns a Dict[str, Tensor], an output a target, called as those of ONNX
/// are. Parameters are called as the network's tensors, with "_" for what no identifier may hold.
torch::jit::Module torchScriptOf(const CollapsedNetwork& network,
                                 const TorchScriptChoices& choices = {});

/// The text of `forward`, for those who want to read it.
std::string torchScriptText(const CollapsedNetwork& network,
                            const TorchScriptChoices& choices = {});

} // namespace concertina
