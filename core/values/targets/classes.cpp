// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/value_map.h"

namespace concertina {

namespace {

class Classes final : public TargetKind {
public:
    const char* id() const override { return "classes"; }
    const char* label() const override { return "Classes"; }
    ValueForm form() const override { return ValueForm::Areas; }
    const char* usualName() const override { return "segmentation"; }
    bool hasNames() const override { return true; }
    int outputs(int names) const override { return names; }
    const char* outputText() const override {
        return "scores of the classes of each pixel: the greatest says which";
    }
    const char* errorUnit() const override { return "share wrong"; }
    double errorLimit() const override { return 1; }

    bool isKnown(const ValueMap& map, int y, int x) const override { return map.at(y, x) >= 0; }

    /// A network whose scores are no numbers predicts no class.
    bool isPredicted(const ValueMap& map, int y, int x) const override {
        return isKnown(map, y, x);
    }

    float error(const ValueMap& prediction, const ValueMap& truth, int y, int x,
                std::span<const ClassInfo> /*names*/) const override {
        return prediction.at(y, x) == truth.at(y, x) ? 0.0F : 1.0F;
    }

    std::string text(const ValueMap& map, int y, int x,
                     std::span<const ClassInfo> names) const override {
        const auto index = static_cast<std::size_t>(map.at(y, x));
        return index < names.size() ? names[index].name : "–";
    }

    Rgb color(const ValueMap& map, int y, int x, std::span<const ClassInfo> names,
              const ValueRange& /*range*/) const override {
        const auto index = static_cast<std::size_t>(map.at(y, x));
        return index < names.size() ? names[index].color : UnknownColor;
    }

    std::string noneHint(int ignore) const override {
        return ignore < 0 ? "are its indices those of its classes?"
                          : "are all of its labels " + std::to_string(ignore)
                                + ", the index that is ignored?";
    }

protected:
    std::string textOf(double error) const override { return wrongShareText(error); }
};

} // namespace

const TargetKind& classesTarget() {
    static const Classes kind;
    return kind;
}

} // namespace concertina
