// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"
#include "core/values/value_map.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

/// Quantities in the units that their names say. NaN: not known.
class Values final : public TargetKind {
public:
    const char* id() const override { return "values"; }
    const char* label() const override { return "Values of the picture"; }
    ValueForm form() const override { return ValueForm::List; }
    const char* usualName() const override { return "regression"; }
    bool hasNames() const override { return true; }
    int outputs(int names) const override { return names; }
    const char* outputText() const override {
        return "quantities of the picture, in the units of their names";
    }
    const char* errorUnit() const override { return ""; }
    double errorLimit() const override { return 1; }

    bool isKnown(const ValueMap& map, int /*y*/, int /*x*/) const override {
        return std::ranges::any_of(map.values, [](float value) { return !std::isnan(value); });
    }

    /// The mean of |Δ| over the values that are known.
    float error(const ValueMap& prediction, const ValueMap& truth, int /*y*/, int /*x*/,
                std::span<const ClassInfo> /*names*/) const override {
        double sum = 0;
        double known = 0;
        const std::size_t count = std::min(prediction.values.size(), truth.values.size());
        for (std::size_t i = 0; i < count; ++i)
            if (!std::isnan(truth.values[i])) {
                sum += std::abs(static_cast<double>(prediction.values[i])
                                - static_cast<double>(truth.values[i]));
                ++known;
            }
        return static_cast<float>(sum / known);
    }

    std::string text(const ValueMap& map, int /*y*/, int /*x*/,
                     std::span<const ClassInfo> names) const override {
        std::vector<std::string> parts;
        for (const ValueRow& row : rows(map, names))
            parts.push_back(row.name + " " + row.text);
        return join(parts, ", ");
    }

    std::vector<ValueRow> rows(const ValueMap& map,
                               std::span<const ClassInfo> names) const override {
        std::vector<ValueRow> rows;
        for (std::size_t i = 0; i < std::min(map.values.size(), names.size()); ++i) {
            const auto value = static_cast<double>(map.values[i]);
            rows.push_back({.name = names[i].name,
                            .text = std::isfinite(value) ? digitsText(value, 4) : "–",
                            .share = 0, // a quantity has no whole to be a share of
                            .color = names[i].color,
                            .isSet = std::isfinite(value)});
        }
        return rows;
    }

    std::string noneHint(int /*ignore*/) const override { return "does any picture have a value?"; }

protected:
    std::string textOf(double error) const override { return digitsText(error, 3); }
};

} // namespace

const TargetKind& valuesTarget() {
    static const Values kind;
    return kind;
}

} // namespace concertina
