// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/targets/scale_kind.h"

#include <cmath>

namespace concertina {

bool ScaleKind::isKnown(const ValueMap& map, int y, int x) const {
    const float value = map.at(y, x);
    return value != 0 && std::isfinite(value);
}

float ScaleKind::error(const ValueMap& prediction, const ValueMap& truth, int y, int x,
                       std::span<const ClassInfo> /*names*/) const {
    return std::abs(prediction.at(y, x) - truth.at(y, x));
}

Rgb ScaleKind::color(const ValueMap& map, int y, int x, std::span<const ClassInfo> /*names*/,
                     const ValueRange& range) const {
    return viridis((static_cast<double>(map.at(y, x)) - range.low) / (range.high - range.low));
}

std::string ScaleKind::noneHint(int /*ignore*/) const {
    return "are all of its values 0, or the one that means \"no measurement\"?";
}

} // namespace concertina
