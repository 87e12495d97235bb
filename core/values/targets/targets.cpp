// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"
#include "core/values/value_map.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace concertina {

std::span<const TargetKind* const> targetKinds() {
    static const std::array<const TargetKind*, 9> all{
        &classesTarget(), &depthTarget(), &inverseDepthTarget(),
        &normalsTarget(), &labelTarget(), &presenceTarget(),
        &valuesTarget(),  &boxesTarget(), &keypointsTarget()};
    return all;
}

const TargetKind* targetKind(std::string_view id) {
    const auto found = std::ranges::find(targetKinds(), id, &TargetKind::id);
    return found == targetKinds().end() ? nullptr : *found;
}

std::string TargetKind::errorText(double error) const {
    if (std::isnan(error))
        return "–";
    return std::isinf(error) ? "∞" : textOf(error); // what was predicted is no number
}

bool TargetKind::isPredicted(const ValueMap& map, int y, int x) const {
    for (int c = 0; c < map.channels(); ++c)
        if (!std::isfinite(map.at(y, x, c)))
            return false;
    return true;
}

Rgb TargetKind::color(const ValueMap& /*map*/, int /*y*/, int /*x*/,
                      std::span<const ClassInfo> /*names*/, const ValueRange& /*range*/) const {
    return UnknownColor;
}

std::vector<ValueRow> TargetKind::rows(const ValueMap& /*map*/,
                                       std::span<const ClassInfo> /*names*/) const {
    return {};
}

std::string smallText(double value, int decimals) {
    const bool small = value > 0 && value < std::pow(10, -decimals);
    return small ? digitsText(value, 2) : fixedText(value, decimals);
}

std::string wrongShareText(double share) {
    return smallText(100 * share, share < 0.1 ? 2 : 1) + " %";
}

} // namespace concertina
