// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/object_matching.h"
#include "core/values/targets/objects_kind.h"
#include "core/values/text.h"

#include <algorithm>
#include <map>

namespace concertina {

namespace {

class Boxes final : public ObjectsKind {
public:
    const char* id() const override { return "boxes"; }
    const char* label() const override { return "Objects in boxes"; }
    const char* usualName() const override { return "detection"; }
    int outputs(int names) const override { return names + 4; }
    const char* outputText() const override {
        return "maps of the objects' centres: a score a class (sigmoid of the score − 2.19 makes a "
               "probability of it), then the box's width and height and the centre's place in its "
               "cell (x, y), in cells of the map";
    }

    /// "chair ×2, table"; of what was found with the best score, "chair 0.93 ×2, table 0.81".
    std::string text(const ValueMap& map, int /*y*/, int /*x*/,
                     std::span<const ClassInfo> names) const override {
        struct Found {
            int count = 0;
            double best = 0;
        };
        std::map<int, Found> classes;
        for (const ImageObject& object : map.objects)
            if (object.score >= UsualScore && !object.isCrowd) {
                Found& found = classes[object.label];
                ++found.count;
                found.best = std::max(found.best, object.score);
            }
        std::vector<std::string> parts;
        for (const auto& [label, found] : classes) {
            std::string& part = parts.emplace_back(nameOf(label, names));
            if (found.best < 1)
                part += " " + fixedText(found.best, 2);
            if (found.count > 1)
                part += " ×" + std::to_string(found.count);
        }
        return parts.empty() ? "none" : join(parts, ", ");
    }

    /// An object a row, the best first.
    std::vector<ValueRow> rows(const ValueMap& map,
                               std::span<const ClassInfo> names) const override {
        std::vector<ValueRow> rows;
        for (const std::size_t i : byScore(map.objects)) {
            const ImageObject& object = map.objects[i];
            const auto label = static_cast<std::size_t>(object.label);
            rows.push_back({.name = nameOf(object.label, names),
                            .text = fixedText(object.score, 2),
                            .share = object.score,
                            .color = label < names.size() ? names[label].color : UnknownColor,
                            .isSet = object.score >= UsualScore});
        }
        return rows;
    }

private:
    static std::string nameOf(int label, std::span<const ClassInfo> names) {
        const auto index = static_cast<std::size_t>(label);
        return index < names.size() ? names[index].name : "class " + std::to_string(label);
    }
};

} // namespace

const TargetKind& boxesTarget() {
    static const Boxes kind;
    return kind;
}

} // namespace concertina
