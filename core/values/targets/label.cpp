// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"
#include "core/values/value_map.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

/// Values are scores of the classes that add up to 1; a truth has 1 at its class. NaN: not known.
class Label final : public TargetKind {
public:
    const char* id() const override { return "label"; }
    const char* label() const override { return "Class of the picture"; }
    ValueForm form() const override { return ValueForm::List; }
    const char* usualName() const override { return "classification"; }
    bool hasNames() const override { return true; }
    int outputs(int names) const override { return names; }
    const char* outputText() const override {
        return "scores of the classes of the picture: softmax makes probabilities of them";
    }
    const char* errorUnit() const override { return "share wrong"; }
    double errorLimit() const override { return 1; }

    bool isKnown(const ValueMap& map, int /*y*/, int /*x*/) const override {
        return !map.values.empty()
               && std::ranges::none_of(map.values, [](float score) { return std::isnan(score); });
    }

    float error(const ValueMap& prediction, const ValueMap& truth, int /*y*/, int /*x*/,
                std::span<const ClassInfo> /*names*/) const override {
        return greatest(prediction) == greatest(truth) ? 0.0F : 1.0F;
    }

    /// "bedroom 0.93"; of a truth the class alone.
    std::string text(const ValueMap& map, int /*y*/, int /*x*/,
                     std::span<const ClassInfo> names) const override {
        const std::size_t index = greatest(map);
        const std::string name = index < names.size() ? names[index].name : "–";
        return map.values[index] == 1
                   ? name
                   : name + " " + fixedText(static_cast<double>(map.values[index]), 2);
    }

    std::vector<ValueRow> rows(const ValueMap& map,
                               std::span<const ClassInfo> names) const override {
        const std::size_t first = greatest(map);
        return scoreRows(map, names, [&](std::size_t i) { return i == first; });
    }

    std::string noneHint(int /*ignore*/) const override { return "does any picture have a class?"; }

protected:
    std::string textOf(double error) const override { return wrongShareText(error); }

private:
    static std::size_t greatest(const ValueMap& map) {
        return static_cast<std::size_t>(std::ranges::max_element(map.values) - map.values.begin());
    }
};

} // namespace

const TargetKind& labelTarget() {
    static const Label kind;
    return kind;
}

std::vector<ValueRow> scoreRows(const ValueMap& map, std::span<const ClassInfo> names,
                                const std::function<bool(std::size_t)>& isSet) {
    std::vector<std::size_t> order(std::min(map.values.size(), names.size()));
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    // Scores that are not known stay behind those that are.
    const auto place = [&](std::size_t i) {
        return std::isnan(map.values[i]) ? 1.0F : -map.values[i];
    };
    std::ranges::stable_sort(order, {}, place);
    std::vector<ValueRow> rows;
    for (const std::size_t i : order) {
        const auto score = static_cast<double>(map.values[i]);
        const bool known = std::isfinite(score);
        rows.push_back({.name = names[i].name,
                        .text = known ? fixedText(score, 2) : "–",
                        .share = known ? std::clamp(score, 0.0, 1.0) : 0.0,
                        .color = names[i].color,
                        .isSet = known && isSet(i)});
    }
    return rows;
}

} // namespace concertina
