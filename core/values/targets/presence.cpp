// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"
#include "core/values/value_map.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

/// From which score on a class is said to be there.
constexpr float present = 0.5F;

/// Values are scores from 0 to 1, each class by itself; a truth has 1 for what is there and 0 for
/// what is not. NaN: not known.
class Presence final : public TargetKind {
public:
    const char* id() const override { return "presence"; }
    const char* label() const override { return "Classes in the picture"; }
    ValueForm form() const override { return ValueForm::List; }
    const char* usualName() const override { return "presence"; }
    bool hasNames() const override { return true; }
    int outputs(int names) const override { return names; }
    const char* outputText() const override {
        return "scores of the classes of the picture: sigmoid makes probabilities of them";
    }
    const char* errorUnit() const override { return "share wrong"; }
    double errorLimit() const override { return 1; }

    bool isKnown(const ValueMap& map, int /*y*/, int /*x*/) const override {
        return std::ranges::any_of(map.values, [](float score) { return !std::isnan(score); });
    }

    bool isPredicted(const ValueMap& map, int /*y*/, int /*x*/) const override {
        return std::ranges::all_of(map.values, [](float score) { return std::isfinite(score); });
    }

    /// The share of the classes whose presence is known that are wrong.
    float error(const ValueMap& prediction, const ValueMap& truth, int /*y*/, int /*x*/,
                std::span<const ClassInfo> /*names*/) const override {
        float wrong = 0;
        float known = 0;
        const std::size_t count = std::min(prediction.values.size(), truth.values.size());
        for (std::size_t i = 0; i < count; ++i)
            if (!std::isnan(truth.values[i])) {
                wrong +=
                    (prediction.values[i] >= present) != (truth.values[i] >= present) ? 1.0F : 0.0F;
                ++known;
            }
        return wrong / known;
    }

    /// "bed 0.98, lamp 0.61": what is there; of a truth the classes alone.
    std::string text(const ValueMap& map, int /*y*/, int /*x*/,
                     std::span<const ClassInfo> names) const override {
        const bool isTruth = std::ranges::all_of(
            map.values, [](float score) { return score == 0 || score == 1 || std::isnan(score); });
        std::vector<std::string> parts;
        for (const ValueRow& row : rows(map, names))
            if (row.isSet)
                parts.push_back(isTruth ? row.name : row.name + " " + row.text);
        return parts.empty() ? "none" : join(parts, ", ");
    }

    std::vector<ValueRow> rows(const ValueMap& map,
                               std::span<const ClassInfo> names) const override {
        return scoreRows(map, names, [&](std::size_t i) { return map.values[i] >= present; });
    }

    std::string noneHint(int /*ignore*/) const override {
        return "does any picture say which classes it has?";
    }

protected:
    std::string textOf(double error) const override { return wrongShareText(error); }
};

} // namespace

const TargetKind& presenceTarget() {
    static const Presence kind;
    return kind;
}

} // namespace concertina
