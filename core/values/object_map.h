// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/object_matching.h"
#include "core/values/value_map.h"

#include <cstddef>
#include <span>
#include <vector>

namespace concertina {

/// A map of objects, which are in shares of a picture of this width ÷ height.
ValueMap objectMap(const TargetKind& kind, std::vector<ImageObject> objects, double aspect = 1);

/// Those of its objects that have a score that counts and one of so many classes, the best first.
std::vector<const ImageObject*> countedObjects(const ValueMap& map, std::size_t classes);

/// What says how well found objects of a kind fit true ones.
MatchMeasure measureOf(const TargetKind& kind, std::span<const ClassInfo> names);

/// What was found in a picture laid beside what is true, or beside what another network found.
struct MapMatches {
    std::vector<ImageObject> truths; ///< that count
    ImageMatches matches;            ///< of these, and of all that was found
};
MapMatches matchMaps(const ValueMap& found, const ValueMap& truth, std::span<const ClassInfo> names,
                     double leastScore = UsualScore);

} // namespace concertina
