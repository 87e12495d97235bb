// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/material.h"

#include "core/data/rooms/noise.h"

namespace concertina::rooms {

namespace {

/// A place on a rug: metres from its center and to its nearest rim.
struct RugPoint {
    float x = 0;
    float z = 0;
    float rim = 0;
    float footprint = 0;
};

Color bordered(const Material& material, const RugPoint& at) {
    const auto& colors = material.colors;
    const float band = edge(0.16f, at.rim, at.footprint) - edge(0.19f, at.rim, at.footprint)
                       + edge(0.22f, at.rim, at.footprint) - edge(0.235f, at.rim, at.footprint);
    return mix(mix(colors[1], colors[0], edge(0.05f, at.rim, at.footprint)), colors[2], band);
}

Color striped(const Material& material, const RugPoint& at) {
    const float x = at.x / 0.11f + 100;
    const int stripe = cellOf(x);
    const auto color = [&](int index) {
        return material.colors[latticeHash(index, 3, material.seed) % 4];
    };
    const float into = x - static_cast<float>(stripe);
    return mix(color(stripe), color(stripe + 1), edge(1, into, at.footprint / 0.11f));
}

Color diamonds(const Material& material, const RugPoint& at) {
    constexpr float size = 0.42f;
    const float a = (at.x + at.z * 0.6f) / size, b = (at.x - at.z * 0.6f) / size;
    const float soft = at.footprint / size;
    const float lines = std::max(line(a, 0.09f, soft), line(b, 0.09f, soft));
    const float inner = std::max(line(a + 0.5f, 0.05f, soft), line(b + 0.5f, 0.05f, soft));
    return mix(mix(material.colors[0], material.colors[1], lines), material.colors[2],
               inner * (1 - lines));
}

/// A field with a medallion in lobes, corners, and a border of little flowers.
Color oriental(const Material& material, const TexturePoint& point, const RugPoint& at) {
    const auto& colors = material.colors;
    const float u = at.x / point.half.x, v = at.z / point.half.z;
    const float soft = at.footprint;
    const auto flowers = [&](float pitch) {
        const float fx = at.x / pitch - std::floor(at.x / pitch) - 0.5f;
        const float fz = at.z / pitch - std::floor(at.z / pitch) - 0.5f;
        const float petal = 0.28f + 0.1f * std::cos(5 * std::atan2(fx, fz));
        const float left = detailLeft(pitch, soft * 1.5f);
        return mix(0.35f, 1 - edge(petal, std::hypot(fx, fz), soft / pitch), left);
    };
    const float angle = std::atan2(u, v);
    const float lobes = 0.42f + 0.05f * std::cos(12 * angle) + 0.09f * std::cos(2 * angle);
    const float radius = std::hypot(u, v);
    const float medallion = 1 - edge(lobes, radius, soft / point.half.x);
    const float heart = 1 - edge(lobes * 0.55f, radius, soft / point.half.x);
    const float corner = 1 - edge(0.55f + 0.04f * std::cos(14 * std::atan2(1 - std::abs(u),
                                                                           1 - std::abs(v))),
                                  std::hypot(1 - std::abs(u), 1 - std::abs(v)),
                                  soft / point.half.x);
    Color field = mix(colors[0], colors[3], 0.55f * flowers(0.13f));
    field = mix(field, colors[1], clamp01(medallion + corner));
    field = mix(field, colors[2], heart * (0.5f + 0.5f * flowers(0.09f)));
    const Color border = mix(colors[1], colors[2], 0.75f * flowers(0.12f));
    const float frame = line((at.rim - 0.25f) / 4, 0.007f, soft / 4)
                        + line((at.rim - 0.07f) / 4, 0.007f, soft / 4);
    return mix(mix(border, field, edge(0.25f, at.rim, soft)), colors[3], clamp01(frame));
}

Color abstract(const Material& material, const RugPoint& at) {
    Color color = material.colors[0];
    for (std::uint32_t i = 1; i < 4; ++i) {
        const float a = layeredNoise(at.x * 1.1f, at.z * 1.1f, material.seed + 11 * i, 2,
                                     at.footprint);
        color = mix(color, material.colors[i], edge(0.12f, a, 0.01f + at.footprint));
    }
    return color;
}

} // namespace

Color rugColor(const Material& material, const TexturePoint& point) {
    RugPoint at{point.local.x, point.local.z, 0, point.footprint};
    const bool round = point.half.x == point.half.z;
    at.rim = round ? point.half.x - std::hypot(at.x, at.z)
                   : std::min(point.half.x - std::abs(at.x), point.half.z - std::abs(at.z));
    Color color;
    switch (material.seed % 5) {
    case 0: color = bordered(material, at); break;
    case 1: color = round ? bordered(material, at) : striped(material, at); break;
    case 2: color = diamonds(material, at); break;
    case 3: color = round ? diamonds(material, at) : oriental(material, point, at); break;
    default: color = abstract(material, at); break;
    }
    const float pile = layeredNoise(at.x * 60, at.z * 60, material.seed, 2, at.footprint * 60);
    const float worn = noise(at.x * 3, at.z * 3, material.seed + 1);
    return color * (1 + 0.28f * pile + 0.06f * worn);
}

} // namespace concertina::rooms
