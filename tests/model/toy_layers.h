// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <string>

namespace concertina::testing {

// Layers of every kind that sharing plans distinguish.

inline LayerFactors factored(const std::string& layer) {
    return {layer, {{"U", {4, 4}, false}, {"M", {4, 4}, true}, {"V", {4, 9}, false}}};
}

inline LayerFactors plain(const std::string& layer) {
    return {layer, {{"W", {4, 4, 3, 3}, false}}};
}

/// Factors with a core, but batch norms inside (as RepVGG's).
inline LayerFactors branched(const std::string& layer) {
    return {layer, {{"A", {4}, true}}, false, false};
}

} // namespace concertina::testing
