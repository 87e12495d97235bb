// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/noise.h"
#include "core/data/rooms/scene.h"

namespace concertina::rooms {

namespace {

constexpr float Soft = 0.012f; // radians; what is far outside is out of focus

Color skyColor(const Sky& sky, Vec3 direction, float height) {
    Color color = mix(sky.horizon, sky.zenith, smoothstep(-0.05f, 0.75f, height));
    const float x = direction.x / (0.25f + std::abs(height)) * 0.7f;
    const float z = direction.z / (0.25f + std::abs(height)) * 0.7f;
    const float cover = layeredNoise(x + 3, z, sky.seed, 4, 0.02f);
    const float cloud = smoothstep(0.25f - 0.6f * sky.clouds, 0.65f, cover + 0.2f);
    const float bright = std::max(sky.horizon.y, sky.zenith.y) * 1.15f;
    color = mix(color, Color{bright, bright, bright * 1.02f}, 0.8f * cloud);
    const float toSun = dot(direction, sky.sunDirection);
    if (sky.sun.y > 0 && toSun > 0)
        color += sky.sun * (0.10f * std::pow(toSun, 24.0f));
    return color;
}

/// Houses as boxes of uneven height, with windows that are lit where the sky is dark.
Color townColor(const Sky& sky, float angle, float height, float sight, Color behind) {
    Color color = behind;
    const float dusk = 1 - smoothstep(0.05f, 0.4f, sky.horizon.y);
    for (int row = 0; row < 3; ++row) {
        const float depth = static_cast<float>(row);
        const float width = 0.09f + 0.05f * depth;
        const float at = angle / width + 7 * depth;
        const int house = cellOf(at);
        const std::uint32_t id = latticeHash(house, row, sky.seed);
        const float top = 0.17f - 0.11f * depth + 0.16f * unitFloat(id);
        const float inside = 1 - edge(top, height, Soft);
        const float haze = 0.55f - 0.2f * depth;
        const float tint = unitFloat(latticeHash(house, row, sky.seed + 1));
        const Color wall = mix(Color{0.42f, 0.36f, 0.30f}, Color{0.30f, 0.33f, 0.36f}, tint);
        Color face = mix(wall * (sky.horizon.y + 0.02f), sky.horizon, haze);
        const float wx = (at - static_cast<float>(house)) * 5, wy = height / 0.028f;
        const bool pane = wx - std::floor(wx) > 0.35f && wx - std::floor(wx) < 0.75f
                          && wy - std::floor(wy) > 0.3f && wy - std::floor(wy) < 0.8f;
        if (pane && row > 0) {
            const bool lit = unitFloat(latticeHash(cellOf(wx) + 31 * house, cellOf(wy),
                                                   sky.seed + 2))
                             < 0.45f * dusk;
            face = lit ? Color{0.55f, 0.36f, 0.14f} : face * 0.72f;
        }
        color = mix(color, face, inside);
    }
    return mix(color, sky.ground, 1 - edge(-0.3f, height, sight));
}

Color hillColor(const Sky& sky, float angle, float height, Color behind) {
    Color color = behind;
    for (int range = 0; range < 4; ++range) {
        const float depth = static_cast<float>(range);
        const float top = 0.10f - 0.055f * depth
                          + 0.07f * noise(angle * (2 + depth), depth, sky.seed)
                          + 0.008f * noise(angle * 40, depth, sky.seed + 3);
        const float woods = layeredNoise(angle * 14 + 7 * depth, height * 26, sky.seed + 9, 3, 0.15f);
        const Color land = sky.ground * (1 + 0.7f * woods);
        const Color meadow = mix(sky.horizon * 0.85f, land, 0.30f + 0.22f * depth);
        color = mix(color, meadow, 1 - edge(top, height, Soft));
    }
    return color;
}

/// Crowns of trees in front of the sky, light from above.
Color treeColor(const Sky& sky, float angle, float height, Color behind) {
    Color color = behind;
    for (int row = 0; row < 2; ++row) {
        const float depth = static_cast<float>(row);
        const float top = 0.26f - 0.2f * depth + 0.14f * noise(angle * 5 + 5 * depth, depth, sky.seed)
                          + 0.05f * noise(angle * 21, depth + 9, sky.seed)
                          + 0.02f * noise(angle * 70, height * 70, sky.seed + 1);
        const float clump = layeredNoise(angle * 16, height * 16, sky.seed + 5, 3, 0.08f);
        const Color green = sky.ground * (0.75f + 0.9f * clump + 0.25f * depth);
        const Color crown = mix(green, sky.horizon, 0.28f - 0.2f * depth);
        color = mix(color, crown, 1 - edge(top, height, Soft));
    }
    const float lawn = 1 - edge(-0.16f + 0.02f * noise(angle * 6, 0, sky.seed + 8), height, Soft);
    return mix(color, sky.ground * 1.35f, lawn);
}

Color seaColor(const Sky& sky, float angle, float height, Color behind) {
    const float below = std::max(0.0f, -height);
    const float wave = noise(angle * 30 / (0.1f + below), below * 90, sky.seed + 4);
    const Color water = mix(sky.zenith * Color{0.35f, 0.6f, 0.75f}, sky.horizon * 0.7f,
                            clamp01(0.55f - 2 * below + 0.10f * wave));
    const Color beach = sky.horizon * Color{0.8f, 0.68f, 0.5f};
    const float shore = edge(0.33f + 0.03f * noise(angle * 3, 1, sky.seed), below, 0.03f);
    return mix(behind, mix(water, beach, shore), 1 - edge(0, height, 0.004f));
}

} // namespace

Color outlookColor(const Sky& sky, Vec3 direction) {
    const float across = std::hypot(direction.x, direction.z);
    const float height = direction.y / std::max(across, 0.05f); // tangent of the elevation
    const float angle = std::atan2(direction.x, direction.z);
    Color color = skyColor(sky, direction, height);
    switch (sky.outlook) {
    case 0: color = hillColor(sky, angle, height, color); break;
    case 1: color = treeColor(sky, angle, height, color); break;
    case 2: color = townColor(sky, angle, height, Soft, color); break;
    default: color = seaColor(sky, angle, height, color); break;
    }
    return color * sky.brightness;
}

} // namespace concertina::rooms
