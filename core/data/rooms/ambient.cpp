// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/shading.h"

#include <vector>

namespace concertina::rooms {

namespace {

/// A surface that was seen from somewhere in the room.
struct Glimpse {
    Vec3 direction; ///< in which it was seen
    Vec3 normal;
    float open = 1;
    Color albedo;
    Color direct; ///< irradiance from lights
};

/// Evenly over the sphere: a spiral with the golden angle.
Vec3 spiral(int index, int count) {
    const float y = 1 - (static_cast<float>(index) + 0.5f) * 2 / static_cast<float>(count);
    const float radius = std::sqrt(1 - y * y);
    const float angle = 2.3999632f * static_cast<float>(index);
    return {radius * std::cos(angle), y, radius * std::sin(angle)};
}

std::vector<Glimpse> lookAbout(const Scene& scene) {
    constexpr int Rays = 56;
    constexpr std::array<float, 2> Places{0.3f, 0.7f};
    std::vector<Glimpse> glimpses;
    glimpses.reserve(4 * std::size_t{Rays});
    for (const float x : Places)
        for (const float z : Places)
            for (int i = 0; i < Rays; ++i) {
                const Vec3 from = scene.size * Vec3{x, 0.5f, z};
                const Ray ray{from, spiral(i, Rays)};
                const Seen seen = look(scene, ray, 0.1f);
                if (seen.part == nullptr)
                    continue;
                // Consecutive rays ask different places of each light.
                const float u = (static_cast<float>(i % 4) - 1.5f) / 2;
                const float v = (static_cast<float>(i / 4 % 4) - 1.5f) / 2;
                const Lighting light = lightingAt(scene, seen, ray.direction, u, v);
                glimpses.push_back({ray.direction, seen.shading,
                                    openness(scene, seen.position, seen.normal),
                                    seen.surface.albedo, light.direct});
            }
    return glimpses;
}

} // namespace

Ambient estimateAmbient(const Scene& scene) {
    const std::vector<Glimpse> glimpses = lookAbout(scene);
    Ambient ambient{};
    for (int bounce = 0; bounce < 4; ++bounce) {
        Ambient next{};
        std::array<float, 6> weights{};
        for (const Glimpse& glimpse : glimpses) {
            const Color radiosity =
                glimpse.albedo
                * (glimpse.direct + ambientLight(ambient, glimpse.normal) * glimpse.open);
            for (std::size_t side = 0; side < 6; ++side) {
                const float along = glimpse.direction[static_cast<int>(side) / 2];
                const float weight = std::max(side % 2 == 0 ? -along : along, 0.0f);
                next[side] += radiosity * weight;
                weights[side] += weight;
            }
        }
        for (std::size_t side = 0; side < 6; ++side)
            next[side] = next[side] / std::max(weights[side], 1e-6f);
        ambient = next;
    }
    return ambient;
}

} // namespace concertina::rooms
