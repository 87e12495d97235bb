// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/targets/scale_kind.h"
#include "core/values/text.h"

namespace concertina {

namespace {

class DepthKind final : public ScaleKind {
public:
    const char* id() const override { return "depth"; }
    const char* label() const override { return "Depth"; }
    const char* usualName() const override { return "depth"; }
    const char* outputText() const override { return "metres along the axis of the camera"; }
    const char* errorUnit() const override { return "m"; }
    double errorLimit() const override { return 0.5; }

    std::string text(const ValueMap& map, int y, int x,
                     std::span<const ClassInfo> /*names*/) const override {
        return fixedText(static_cast<double>(map.at(y, x)), 3) + " m";
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
