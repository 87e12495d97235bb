// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/targets/scale_kind.h"
#include "core/values/text.h"

namespace concertina {

namespace {

class InverseDepthKind final : public ScaleKind {
public:
    const char* id() const override { return "inverse-depth"; }
    const char* label() const override { return "Inverse depth"; }
    const char* usualName() const override { return "inverse-depth"; }
    const char* outputText() const override {
        return "in proportion to 1 / depth, on the scale of the data set";
    }
    const char* errorUnit() const override { return ""; }
    double errorLimit() const override { return 0.05; } // a tenth of what Cityscapes reaches

    std::string text(const ValueMap& map, int y, int x,
                     std::span<const ClassInfo> /*names*/) const override {
        return smallText(static_cast<double>(map.at(y, x)), 4);
    }

protected:
    std::string textOf(double error) const override { return smallText(error, 4); }
};

} // namespace

const TargetKind& inverseDepthTarget() {
    static const InverseDepthKind kind;
    return kind;
}

} // namespace concertina
