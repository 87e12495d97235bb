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
};

/// Writes a network as a graph: the input "image" [N, 3, H, W], and an output a target.
void writeOnnxGraph(const CollapsedNetwork& network, const OnnxChoices& choices,
                    onnx::GraphProto& graph);

} // namespace concertina
