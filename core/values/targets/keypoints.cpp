// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/object_map.h"
#include "core/values/targets/objects_kind.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// Objects of one kind, all of label 0; the names are those of their points.
class Keypoints final : public ObjectsKind {
public:
    const char* id() const override { return "keypoints"; }
    const char* label() const override { return "Keypoints"; }
    const char* usualName() const override { return "keypoints"; }
    bool namesPoints() const override { return true; }
    int outputs(int names) const override { return 3 * names + 7; }
    const char* outputText() const override {
        return "maps of objects and their points, distances in cells of the map: a score of the "
               "objects' centres (sigmoid of the score − 2.19 makes a probability of it), the "
               "box's width and height, the centre's place in its cell (x, y), from the centre's "
               "cell to each point (x, y), a score a point like that of centres, and a point's "
               "place in its cell (x, y)";
    }

    /// "3 objects", of what was found with the best score.
    std::string text(const ValueMap& map, int /*y*/, int /*x*/,
                     std::span<const ClassInfo> names) const override {
        const auto counted = countedObjects(map, names.size());
        const auto count = std::ranges::count(counted, false, &ImageObject::isCrowd);
        if (count == 0)
            return "none";
        const double best = counted.front()->score;
        return std::to_string(count) + (count == 1 ? " object" : " objects")
               + (best < 1 ? ", best " + fixedText(best, 2) : "");
    }

    /// A point a row: how many of the objects that count show it.
    std::vector<ValueRow> rows(const ValueMap& map,
                               std::span<const ClassInfo> names) const override {
        const auto counts = classCounts(map, names.size());
        const auto objects = static_cast<double>(countedObjects(map, names.size()).size());
        std::vector<ValueRow> rows;
        for (std::size_t i = 0; i < names.size(); ++i)
            rows.push_back({.name = names[i].name,
                            .text = std::to_string(counts[i]),
                            .share = objects > 0 ? static_cast<double>(counts[i]) / objects : 0,
                            .color = names[i].color,
                            .isSet = counts[i] > 0});
        return rows;
    }
};

} // namespace

const TargetKind& keypointsTarget() {
    static const Keypoints kind;
    return kind;
}

} // namespace concertina
