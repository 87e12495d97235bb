// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/model/descriptors.h"

#include <torch/types.h>

#include <string>

namespace concertina {

/// The option "weights": the type that weights are stored in, "float32" by default, "float16" or
/// "bfloat16".
FieldInfo weightsField();

/// The type of one of its names.
torch::ScalarType weightType(const std::string& name);

/// A network whose weights are what they are once they have been stored in a type: in float32
/// again, rounded. Problem "export.range": a weight is greater than the type holds.
Expected<CollapsedNetwork> storedAs(const CollapsedNetwork& network, torch::ScalarType type);

} // namespace concertina
