// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/model/descriptors.h"

#include <torch/types.h>

#include <string>
#include <vector>

namespace concertina {

/// The option "weights": the type that weights are stored in, "float32" by default, "float16" or
/// "bfloat16".
FieldInfo weightsField();

/// The same option with "int8" beside the others, and those of quantization: of forms that can
/// express it.
std::vector<FieldInfo> quantizedWeightsFields();

/// The type of one of its names; float32 of those that stay in floats but for kernels in 8 bits.
torch::ScalarType weightType(const std::string& name);

/// A network whose weights are what they are once they have been stored in a type: in float32
/// again, rounded. Problem "export.range": a weight is greater than the type holds.
Expected<CollapsedNetwork> storedAs(const CollapsedNetwork& network, torch::ScalarType type);

/// A network as complete options of an export want its weights; those of int8 are calibrated.
/// Problems of `storedAs`, of the calibration and of `quantize`.
Expected<CollapsedNetwork> withWeights(const CollapsedNetwork& network, const Json& options,
                                       const CalibrationSource& calibration);

} // namespace concertina
