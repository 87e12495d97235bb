// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/values/json.h"
#include "core/values/problem.h"

#include <string>

namespace concertina {

/// A network as the bytes of a file of ONNX; what `options` of the export lack is as by default.
/// Problem "export.size", without a path.
Expected<std::string> onnxBytes(const CollapsedNetwork& network,
                                const Json& options = Json::object());

} // namespace concertina
