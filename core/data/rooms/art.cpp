// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/material.h"

#include "core/data/rooms/noise.h"

namespace concertina::rooms {

namespace {

constexpr Color Paper{0.80f, 0.76f, 0.68f};

float chosen(const Material& material, int number, float low, float high) {
    return mix(low, high, unitFloat(latticeHash(number, 41, material.seed)));
}

/// Soft-edged fields one above the other.
Color colorField(const Material& material, float u, float v, float soft) {
    const auto& colors = material.colors;
    const float split = chosen(material, 1, -0.3f, 0.4f);
    const float fray = 0.05f + soft;
    const float bleed = 0.03f * noise(u * 9, v * 9, material.seed);
    const auto field = [&](float low, float high) {
        return edge(low, v + bleed, fray) * (1 - edge(high, v + bleed, fray))
               * (1 - edge(0.84f, std::abs(u) + bleed, fray));
    };
    const float cloud = 1 + 0.12f * layeredNoise(u * 3, v * 3, material.seed + 2, 3, soft * 3);
    Color color = mix(colors[0], colors[1], field(-0.88f, split - 0.06f));
    color = mix(color, colors[2], field(split + 0.06f, 0.88f));
    return color * cloud;
}

/// Sun over ranges of hills.
Color landscape(const Material& material, float u, float v, float soft) {
    const auto& colors = material.colors;
    Color color = mix(mix(colors[3], Paper, 0.55f), mix(colors[0], Paper, 0.7f),
                      clamp01(0.5f + 0.5f * v));
    const float sunX = chosen(material, 1, -0.6f, 0.6f), sunY = chosen(material, 2, 0.15f, 0.6f);
    const float sun = 1 - edge(0.22f, std::hypot(u - sunX, (v - sunY)), soft);
    color = mix(color, colors[2], sun);
    for (int range = 0; range < 4; ++range) {
        const float fold = static_cast<float>(range);
        const float top = 0.12f - 0.28f * fold
                          + 0.26f * noise(u * (1.2f + 0.4f * fold) + 9 * fold, fold,
                                          material.seed)
                          + 0.05f * noise(u * 6, fold, material.seed + 3);
        const Color hill = mix(mix(colors[3], Paper, 0.5f), colors[1] * 0.6f, (fold + 0.6f) / 4);
        color = mix(color, hill, 1 - edge(top, v, soft));
    }
    return color;
}

/// Quarter and half discs in a grid.
Color tiles(const Material& material, float u, float v, float soft) {
    const float x = (u + 1) * 1.5f, y = (v + 1) * 2;
    const int i = std::clamp(cellOf(x), 0, 2), j = std::clamp(cellOf(y), 0, 3);
    const std::uint32_t id = latticeHash(i, j, material.seed);
    float fx = x - static_cast<float>(i), fy = y - static_cast<float>(j);
    if (id & 1U)
        fx = 1 - fx;
    if (id & 2U)
        fy = 1 - fy;
    const Color ground = (id & 4U) != 0 ? Paper : material.colors[(id >> 3) & 3U];
    const Color figure = material.colors[(id >> 5) & 3U];
    const float reach = soft * 2;
    switch ((id >> 7) & 3U) {
    case 0: return mix(figure, ground, edge(1, std::hypot(fx, fy), reach));
    case 1: return mix(figure, ground, edge(0.5f, std::hypot(fx - 0.5f, fy), reach));
    case 2: return mix(figure, ground, edge(0.34f, std::hypot(fx - 0.5f, fy - 0.5f), reach));
    default: return mix(figure, ground, edge(1, fx + fy, reach));
    }
}

/// Rectangles of few colors between black bars.
Color grid(const Material& material, float u, float v, float soft) {
    int i = 0, j = 0;
    float bars = 0;
    for (int k = 0; k < 3; ++k) {
        const float x = chosen(material, 10 + k, -0.85f, 0.85f);
        const float y = chosen(material, 20 + k, -0.85f, 0.85f);
        i += u > x ? 1 : 0;
        j += v > y ? 1 : 0;
        bars = std::max(bars, std::max(1 - edge(0.035f, std::abs(u - x), soft),
                                       1 - edge(0.035f, std::abs(v - y), soft)));
    }
    const std::uint32_t id = latticeHash(i, j, material.seed + 5);
    const Color cell = id % 3 == 0 ? material.colors[(id >> 8) & 3U] : Paper;
    return mix(cell, {0.03f, 0.03f, 0.035f}, bars);
}

/// Overlapping pebbles.
Color shapes(const Material& material, float u, float v, float soft) {
    Color color = Paper;
    for (int k = 0; k < 5; ++k) {
        const float x = chosen(material, 30 + k, -0.6f, 0.6f);
        const float y = chosen(material, 40 + k, -0.6f, 0.6f);
        const float size = chosen(material, 50 + k, 0.18f, 0.5f);
        const float angle = std::atan2(v - y, u - x);
        const float radius = size * (1 + 0.22f * std::sin(2 * angle + x * 9)
                                     + 0.12f * std::sin(3 * angle + y * 7));
        const float inside = 1 - edge(radius, std::hypot(u - x, v - y), soft);
        color = mix(color, material.colors[static_cast<std::size_t>(k) & 3U], inside);
    }
    return color;
}

/// A branch with leaves on paper.
Color botanical(const Material& material, float u, float v, float soft) {
    const Color ink = material.colors[1] * 0.7f;
    const float bend = 0.18f * std::sin(v * 1.5f + chosen(material, 1, 0, 6));
    float drawn = std::abs(v) < 0.85f ? 1 - edge(0.012f, std::abs(u - bend), soft) : 0.0f;
    for (int k = 0; k < 7; ++k) {
        const float side = k % 2 == 0 ? 1.0f : -1.0f;
        const float foot = -0.6f + 0.2f * static_cast<float>(k);
        const float x = (u - bend) * side, y = v - foot;
        const float along = x * 0.8f + y * 0.6f, across = -x * 0.6f + y * 0.8f;
        const float at = along / 0.48f;
        const float width = at > 0 && at < 1 ? 0.17f * std::sin(Pi * std::sqrt(at)) : 0.0f;
        const float leaf = 1 - edge(width * 0.7f, std::abs(across), soft);
        drawn = std::max(drawn, width > 0 ? leaf * 0.85f : 0.0f);
    }
    return mix(Paper, ink, clamp01(drawn));
}

/// A photograph in greys: sea, sky, a pale sun.
Color seascape(const Material& material, float u, float v, float soft) {
    const float horizon = chosen(material, 1, -0.3f, 0.1f);
    const float cloud = layeredNoise(u * 1.5f, v * 4, material.seed, 4, soft * 4);
    const float sky = 0.35f + 0.3f * clamp01(1 - (v - horizon)) + 0.3f * cloud;
    const float wave = layeredNoise(u * 4, (v - horizon) * 30, material.seed + 7, 3, soft * 30);
    const float sea = 0.10f + 0.12f * wave + 0.18f * std::exp(-8 * std::abs(u));
    const float grey = clamp01(mix(sea, sky, edge(horizon, v, soft)));
    return Color{0.95f, 0.97f, 1.0f} * (grey * 0.8f);
}

} // namespace

Color artColor(const Material& material, float u, float v, float footprint) {
    const float soft = std::max(footprint, 0.004f);
    switch (material.seed % 7) {
    case 0: return colorField(material, u, v, soft);
    case 1: return landscape(material, u, v, soft);
    case 2: return tiles(material, u, v, soft);
    case 3: return grid(material, u, v, soft);
    case 4: return shapes(material, u, v, soft);
    case 5: return botanical(material, u, v, soft);
    default: return seascape(material, u, v, soft);
    }
}

} // namespace concertina::rooms
