// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/random.h"
#include "core/data/rooms/vector.h"

namespace concertina::rooms {

/// Whole cell and remainder of a coordinate; textures stay within ±10⁵ cells.
inline int cellOf(float a) {
    const int cell = static_cast<int>(a);
    return cell - (a < static_cast<float>(cell) ? 1 : 0);
}

/// Smooth noise in [−1, 1] with one bump a unit, about 0 on average.
inline float noise(float x, float y, std::uint32_t seed) {
    const int cx = cellOf(x), cy = cellOf(y);
    const float fx = x - static_cast<float>(cx), fy = y - static_cast<float>(cy);
    const float sx = fx * fx * (3 - 2 * fx), sy = fy * fy * (3 - 2 * fy);
    const float a = unitFloat(latticeHash(cx, cy, seed));
    const float b = unitFloat(latticeHash(cx + 1, cy, seed));
    const float c = unitFloat(latticeHash(cx, cy + 1, seed));
    const float d = unitFloat(latticeHash(cx + 1, cy + 1, seed));
    return 2 * mix(mix(a, b, sx), mix(c, d, sx), sy) - 1;
}

/// How much of a detail of this size is left when it is seen through a pixel `footprint` wide;
/// the rest has averaged out. Both in the same unit.
inline float detailLeft(float size, float footprint) {
    return clamp01(1.6f - 1.5f * footprint / size);
}

/// Noise with finer octaves on top, those left out that the footprint would only alias.
/// `x`, `y` and `footprint` in units of the coarsest bumps.
inline float layeredNoise(float x, float y, std::uint32_t seed, int octaves, float footprint) {
    float sum = 0, weight = 0.5f, frequency = 1;
    for (int octave = 0; octave < octaves; ++octave) {
        const float left = detailLeft(0.7f, footprint * frequency);
        if (left <= 0)
            break;
        sum += weight * left * noise(x * frequency, y * frequency, seed + 77U * static_cast<std::uint32_t>(octave));
        weight *= 0.5f;
        frequency *= 2.03f;
    }
    return sum;
}

/// 1 inside a line of `width` about every whole number, 0 outside, averaged over `footprint`.
inline float line(float x, float width, float footprint) {
    const float distance = std::abs(x - static_cast<float>(cellOf(x + 0.5f)));
    const float soft = std::max(footprint, 1e-4f);
    const float inside = clamp01((width * 0.5f - distance) / soft + 0.5f);
    // A line thinner than a pixel covers only a part of it.
    return inside * std::min(1.0f, width / soft);
}

/// A step from 0 to 1 at `edge`, averaged over `footprint`.
inline float edge(float at, float x, float footprint) {
    return clamp01((x - at) / std::max(footprint, 1e-4f) + 0.5f);
}

} // namespace concertina::rooms
