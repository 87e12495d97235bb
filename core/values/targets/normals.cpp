// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"
#include "core/values/value_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace concertina {

namespace {

class Normals final : public TargetKind {
public:
    const char* id() const override { return "normals"; }
    const char* label() const override { return "Directions"; }
    ValueForm form() const override { return ValueForm::Directions; }
    const char* usualName() const override { return "normal"; }
    int outputs(int /*names*/) const override { return 3; }
    const char* outputText() const override {
        return "directions x right, y down, z away from the camera, to be scaled to unit length";
    }
    const char* errorUnit() const override { return "°"; }
    double errorLimit() const override { return 45; }

    bool isKnown(const ValueMap& map, int y, int x) const override {
        const float sum =
            std::abs(map.at(y, x)) + std::abs(map.at(y, x, 1)) + std::abs(map.at(y, x, 2));
        return sum > 0 && std::isfinite(sum);
    }

    float error(const ValueMap& prediction, const ValueMap& truth, int y, int x,
                std::span<const ClassInfo> /*names*/) const override {
        double cosine = 0;
        for (int c = 0; c < 3; ++c)
            cosine += static_cast<double>(prediction.at(y, x, c))
                      * static_cast<double>(truth.at(y, x, c));
        return static_cast<float>(std::acos(std::clamp(cosine, -1.0, 1.0)) * 180
                                  / std::numbers::pi);
    }

    std::string text(const ValueMap& map, int y, int x,
                     std::span<const ClassInfo> /*names*/) const override {
        std::vector<std::string> parts;
        for (int c = 0; c < 3; ++c)
            parts.push_back(fixedText(static_cast<double>(map.at(y, x, c)), 2));
        return "(" + join(parts, ", ") + ")";
    }

    /// (n + 1) / 2 a channel.
    Rgb color(const ValueMap& map, int y, int x, std::span<const ClassInfo> /*names*/,
              const ValueRange& /*range*/) const override {
        Rgb color{};
        for (int c = 0; c < 3; ++c)
            color[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(
                std::lround(std::clamp((map.at(y, x, c) + 1) * 127.5F, 0.0F, 255.0F)));
        return color;
    }

    std::string noneHint(int /*ignore*/) const override {
        return "are its vectors of unit length? A pixel in middle grey has none";
    }

protected:
    std::string textOf(double error) const override { return smallText(error, 1) + "°"; }
};

} // namespace

const TargetKind& normalsTarget() {
    static const Normals kind;
    return kind;
}

} // namespace concertina
