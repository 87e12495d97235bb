// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/vector.h"

#include <array>
#include <cstdint>

namespace concertina::rooms {

/// A linear color from its usual notation, 0xRRGGBB in sRGB.
Color fromHex(std::uint32_t hex);

/// Rec. 709.
constexpr float luminance(Color color) {
    return dot(color, {0.2126f, 0.7152f, 0.0722f});
}

/// Towards grey (below 1) or away from it.
constexpr Color saturated(Color color, float amount) {
    const float grey = luminance(color);
    return highest(mix(Color{grey, grey, grey}, color, amount), {});
}

/// A scene's light as film shows it: deep shadows, a straight middle, highlights that roll off.
/// 1 is what a white wall in good light should have. The result is linear, within 0 … 1.
Color developed(Color light);

/// The sRGB transfer function, 0 … 255.
float toSrgb(float linear);

} // namespace concertina::rooms
