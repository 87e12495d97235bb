// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"

namespace onnx {
class GraphProto;
} // namespace onnx

namespace concertina {

struct OnnxChoices {
    int opset = 13;
    bool predictions = false; ///< pictures go in, predictions come out
    torch::ScalarType weights = torch::kFloat32; ///< that tensors are stored in; they are cast
};

/// Writes a network as a graph: the input "image" [N, 3, H, W], and an output a target. What is
/// quantized stands between QuantizeLinear and DequantizeLinear, kernels as int8 and the biases
/// beside them as int32, for readers to compute in whole numbers.
void writeOnnxGraph(const CollapsedNetwork& network, const OnnxChoices& choices,
                    onnx::GraphProto& graph);

} // namespace concertina
