// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"
#include "core/values/value_map.h"

#include <cmath>

namespace concertina {

namespace {

class DepthKind final : public TargetKind {
public:
    const char* id() const override { return "depth"; }
    const char* label() const override { return "Depth"; }
    ValueForm form() const override { return ValueForm::Scale; }
    const char* usualName() const override { return "depth"; }
    int outputs(int /*names*/) const override { return 1; }
    const char* outputText() const override { return "metres along the axis of the camera"; }
    const char* errorUnit() const override { return "m"; }
    double errorLimit() const override { return 0.5; }

    bool isKnown(const ValueMap& map, int y, int x) const override {
        const float metres = map.at(y, x);
        return metres != 0 && std::isfinite(metres);
    }

    float error(const ValueMap& prediction, const ValueMap& truth, int y, int x) const override {
        return std::abs(prediction.at(y, x) - truth.at(y, x));
    }

    std::string text(const ValueMap& map, int y, int x,
                     std::span<const ClassInfo> /*names*/) const override {
        return fixedText(static_cast<double>(map.at(y, x)), 3) + " m";
    }

    Rgb color(const ValueMap& map, int y, int x, std::span<const ClassInfo> /*names*/,
              const ValueRange& range) const override {
        return viridis((static_cast<double>(map.at(y, x)) - range.low) / (range.high - range.low));
    }

    std::string noneHint(int /*ignore*/) const override {
        return "are all of its values 0, or the one that means \"no measurement\"?";
    }

protected:
    std::string textOf(double error) const override { return smallText(error, 3) + " m"; }
};

} // namespace

const TargetKind& depthTarget() {
    static const DepthKind kind;
    return kind;
}

} // namespace concertina
