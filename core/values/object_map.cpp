// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/object_map.h"

#include "core/values/keypoint_names.h"

#include <utility>

namespace concertina {

ValueMap objectMap(const TargetKind& kind, std::vector<ImageObject> objects, double aspect) {
    const auto count = static_cast<float>(objects.size());
    return {&kind, 1, 1, {count}, std::move(objects), aspect};
}

std::vector<const ImageObject*> countedObjects(const ValueMap& map, std::size_t classes) {
    std::vector<const ImageObject*> counted;
    for (const std::size_t i : byScore(map.objects)) {
        const ImageObject& object = map.objects[i];
        if (object.score >= UsualScore && static_cast<std::size_t>(object.label) < classes)
            counted.push_back(&object);
    }
    return counted;
}

MatchMeasure measureOf(const TargetKind& kind, std::span<const ClassInfo> names) {
    return {kind.namesPoints() ? keypointSigmas(names) : std::vector<double>{}};
}

MapMatches matchMaps(const ValueMap& found, const ValueMap& truth, std::span<const ClassInfo> names,
                     double leastScore) {
    // Heights as the measure of both axes, so that a distance is one.
    const auto inHeights = [&](const ImageObject& object) {
        return object.scaled(truth.aspect, 1);
    };
    MapMatches result;
    std::vector<ImageObject> truths, objects;
    for (const ImageObject& object : truth.objects)
        if (object.score >= leastScore) {
            result.truths.push_back(object);
            truths.push_back(inHeights(object));
        }
    for (const ImageObject& object : found.objects)
        objects.push_back(inHeights(object));
    result.matches =
        matchObjects(truths, objects, measureOf(*truth.kind, names), UsualOverlap, leastScore);
    return result;
}

} // namespace concertina
