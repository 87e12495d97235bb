// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/color.h"

namespace concertina::rooms {

namespace {

float fromSrgb(float encoded) {
    return encoded <= 0.04045f ? encoded / 12.92f : std::pow((encoded + 0.055f) / 1.055f, 2.4f);
}

float encoded(float linear) {
    return linear <= 0.0031308f ? 255 * 12.92f * linear
                                : 255 * (1.055f * std::pow(linear, 1 / 2.4f) - 0.055f);
}

/// Linear up to the knee, then a hyperbola that reaches 1 at infinity with the same slope there.
float shoulder(float a) {
    constexpr float Knee = 0.55f;
    if (a <= Knee)
        return a;
    const float over = (a - Knee) / (1 - Knee);
    return Knee + (1 - Knee) * over / (1 + over);
}

} // namespace

Color fromHex(std::uint32_t hex) {
    const auto channel = [&](int shift) {
        return fromSrgb(static_cast<float>((hex >> shift) & 255U) / 255);
    };
    return {channel(16), channel(8), channel(0)};
}

Color developed(Color light) {
    // Bright light loses its color on film, or else lamps and skies turn into flat primaries.
    const float peak = std::max(light.x, std::max(light.y, light.z));
    const float grey = luminance(light);
    const Color pale = mix(light, {grey, grey, grey}, 0.55f * smoothstep(0.8f, 6.0f, peak));
    const auto toe = [](float a) { return a * (a + 0.004f) / (a + 0.03f); };
    return {shoulder(toe(pale.x)), shoulder(toe(pale.y)), shoulder(toe(pale.z))};
}

float toSrgb(float linear) {
    // A table with 2^-12 steps is off by less than 0.02 of a level; std::pow costs ten times more.
    static const std::array<float, 4098> table = [] {
        std::array<float, 4098> values{};
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = encoded(static_cast<float>(i) / 4096);
        return values;
    }();
    const float at = clamp01(linear) * 4096;
    const auto below = static_cast<std::size_t>(at);
    return mix(table[below], table[below + 1], at - static_cast<float>(below));
}

} // namespace concertina::rooms
