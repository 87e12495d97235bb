// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/object_matching.h"
#include "core/values/text.h"
#include "core/values/value_map.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace concertina {

namespace {

/// One value, how many objects there are (NaN: not known), and the objects.
class Boxes final : public TargetKind {
public:
    const char* id() const override { return "boxes"; }
    const char* label() const override { return "Objects in boxes"; }
    ValueForm form() const override { return ValueForm::Objects; }
    const char* usualName() const override { return "detection"; }
    bool hasNames() const override { return true; }
    int outputs(int names) const override { return names + 4; }
    const char* outputText() const override {
        return "maps of the objects' centres: a score a class (sigmoid of the score − 2.19 makes a "
               "probability of it), then the box's width and height and the centre's place in its "
               "cell (x, y), in cells of the map";
    }
    const char* errorUnit() const override { return "share wrong"; }
    double errorLimit() const override { return 1; }

    bool isKnown(const ValueMap& map, int /*y*/, int /*x*/) const override {
        return !map.values.empty() && !std::isnan(map.values[0]);
    }

    /// The share of the objects that are in one alone, of those with a score that counts.
    float error(const ValueMap& prediction, const ValueMap& truth, int /*y*/,
                int /*x*/) const override {
        std::vector<ImageObject> truths;
        for (const ImageObject& object : truth.objects)
            if (object.score >= UsualScore)
                truths.push_back(object);
        const ImageMatches matches =
            matchObjects(truths, prediction.objects, {}, UsualOverlap, UsualScore);
        const auto count = [](const std::vector<ObjectMatch>& of, MatchState state) {
            return static_cast<double>(std::ranges::count(of, state, &ObjectMatch::state));
        };
        const double right = count(matches.truths, MatchState::Matched);
        const double wrong =
            count(matches.truths, MatchState::Missed) + count(matches.found, MatchState::False);
        return wrong == 0 ? 0.0F : static_cast<float>(wrong / (right + wrong));
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

    std::string noneHint(int /*ignore*/) const override { return "has any picture an object?"; }

protected:
    std::string textOf(double error) const override { return wrongShareText(error); }

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
