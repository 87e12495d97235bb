// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/targets/objects_kind.h"

#include "core/values/object_map.h"

#include <algorithm>
#include <cmath>

namespace concertina {

bool ObjectsKind::isKnown(const ValueMap& map, int /*y*/, int /*x*/) const {
    return !map.values.empty() && !std::isnan(map.values[0]);
}

float ObjectsKind::error(const ValueMap& prediction, const ValueMap& truth, int /*y*/, int /*x*/,
                         std::span<const ClassInfo> names) const {
    const ImageMatches matches = matchMaps(prediction, truth, names).matches;
    const auto count = [](const std::vector<ObjectMatch>& of, MatchState state) {
        return static_cast<double>(std::ranges::count(of, state, &ObjectMatch::state));
    };
    const double right = count(matches.truths, MatchState::Matched);
    const double wrong =
        count(matches.truths, MatchState::Missed) + count(matches.found, MatchState::False);
    return wrong == 0 ? 0.0F : static_cast<float>(wrong / (right + wrong));
}

std::string ObjectsKind::noneHint(int /*ignore*/) const {
    return "has any picture an object?";
}

std::string ObjectsKind::textOf(double error) const {
    return wrongShareText(error);
}

} // namespace concertina
