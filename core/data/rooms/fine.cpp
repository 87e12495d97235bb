// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/render.h"

#include "core/data/rooms/color.h"
#include "core/data/rooms/random.h"
#include "core/data/rooms/shading.h"
#include "core/data/rooms/smoothing.h"

namespace concertina::rooms {

namespace {

/// Evenly spread points of the unit square: Roberts' R2 sequence, shifted by a pixel's own offset
/// for each use, so that neighbouring pixels see different ones.
class Spread {
public:
    Spread(std::uint64_t key, int sample) : m_random(key), m_sample(static_cast<float>(sample)) {}

    std::array<float, 2> next() {
        const auto wrapped = [](float a) { return a - std::floor(a); };
        const float x = wrapped(m_random.unit() + 0.7548777f * m_sample);
        const float y = wrapped(m_random.unit() + 0.5698403f * m_sample);
        return {x, y};
    }

private:
    Random m_random;
    float m_sample;
};

/// About `axis`, as a matte surface scatters light.
Vec3 scattered(Vec3 axis, std::array<float, 2> at) {
    const Vec3 side = normalized(std::abs(axis.y) < 0.9f ? cross(axis, {0, 1, 0})
                                                         : cross(axis, {1, 0, 0}));
    const float radius = std::sqrt(at[0]), angle = 2 * Pi * at[1];
    return side * (radius * std::cos(angle)) + cross(axis, side) * (radius * std::sin(angle))
           + axis * std::sqrt(std::max(0.0f, 1 - at[0]));
}

/// Sums over a pixel's samples.
struct Sums {
    Color direct, indirect, shine; ///< irradiance, irradiance, and light that leaves
    Color albedo;
    Color total;
    float squares = 0;             ///< of the direct light's luminance

    void add(const Surface& surface, Color byLights, Color byBounces, Color mirrored) {
        direct += byLights;
        indirect += byBounces;
        shine += mirrored;
        albedo += surface.albedo;
        total += surface.albedo * (byLights + byBounces) * (1 / Pi) + mirrored + surface.emission;
        squares += luminance(byLights) * luminance(byLights);
    }
};

/// All lights, each from a place of its own on it.
Color directLight(const Scene& scene, const Seen& seen, Spread& spread) {
    Color sum;
    const Vec3 from = liftedFrom(seen);
    for (const Light& light : scene.lights) {
        const auto [u, v] = spread.next();
        Arriving arriving;
        if (arrives(light, seen.position, seen.shading, 2 * u - 1, 2 * v - 1, arriving)
            && dot(arriving.direction, seen.normal) > 0
            && !scene.bvh.blocked(scene.parts, {from, arriving.direction}, arriving.distance,
                                  arriving.shadow))
            sum += arriving.irradiance;
    }
    return sum;
}

/// What a scattered ray brings back. Lights are left out: they have been asked directly.
Color bouncedLight(const Scene& scene, const Seen& seen, Spread& spread) {
    const Vec3 direction = scattered(seen.shading, spread.next());
    if (dot(direction, seen.normal) <= 0)
        return {};
    Seen other = look(scene, {liftedFrom(seen), direction}, 0.05f);
    if (other.part == nullptr)
        return {};
    const auto [u, v] = spread.next();
    const Lighting light = lightingAt(scene, other, direction, 2 * u - 1, 2 * v - 1);
    return other.surface.albedo * (light.direct + light.ambient);
}

/// What a glossy surface mirrors, lights included.
Color mirroredLight(const Scene& scene, const Seen& seen, Vec3 direction, Spread& spread) {
    const Surface& surface = seen.surface;
    const float facing = std::max(0.0f, -dot(direction, seen.shading));
    const float grazing = std::pow(1 - facing, 5.0f) * (1 - 0.7f * surface.roughness);
    const float share = surface.gloss + (1 - surface.gloss) * 0.6f * grazing;
    const auto [u, v] = spread.next();
    const float wide = surface.roughness * surface.roughness;
    const Vec3 normal = normalized(mix(seen.shading, scattered(seen.shading, {u, v}), wide));
    const Vec3 away = direction - normal * (2 * dot(direction, normal));
    if (dot(away, seen.normal) <= 0)
        return {};
    const Seen other = look(scene, {liftedFrom(seen), away}, 0.01f);
    if (other.part == nullptr)
        return {};
    return leaving(other.surface, lightingAt(scene, other, away, 2 * v - 1, 2 * u - 1)) * share;
}

Sums samplePixel(const Scene& scene, int y, int x, const Rendering& size, int samples,
                 std::uint64_t key) {
    Sums sums;
    const float spread = 0.5f / (View::FocalX * static_cast<float>(size.width));
    for (int sample = 0; sample < samples; ++sample) {
        Spread points(key, sample);
        const auto [dx, dy] = points.next();
        const Ray ray = scene.view.ray((static_cast<float>(x) + dx) / static_cast<float>(size.width),
                                       (static_cast<float>(y) + dy) / static_cast<float>(size.height));
        const Seen seen = look(scene, ray, spread);
        if (seen.part == nullptr)
            continue;
        Color direct, indirect, shine;
        if (seen.surface.albedo != Color{}) {
            direct = directLight(scene, seen, points);
            indirect = bouncedLight(scene, seen, points);
        }
        if (seen.surface.gloss > 0)
            shine = mirroredLight(scene, seen, ray.direction, points);
        sums.add(seen.surface, direct, indirect, shine);
    }
    return sums;
}

Guide guideAt(const Scene& scene, const Rendering& rendering, int y, int x, std::size_t pixel) {
    const View& view = scene.view;
    const Ray ray = view.ray((static_cast<float>(x) + 0.5f) / static_cast<float>(rendering.width),
                             (static_cast<float>(y) + 0.5f) / static_cast<float>(rendering.height));
    const float distance = rendering.geometry.depth[pixel] / dot(ray.direction, view.forward);
    const Vec3 normal = rendering.geometry.normals[pixel];
    return {ray.at(distance),
            view.right * normal.x + view.down * normal.y + view.forward * normal.z, distance};
}

} // namespace

Rendering renderFinely(const Scene& scene, int height, int width, int samples, std::uint64_t key) {
    Rendering rendering = renderGeometry(scene, height, width);
    const std::size_t pixels = rendering.light.size();
    std::vector<Guide> guides(pixels);
    std::vector<Color> direct(pixels), indirect(pixels), shine(pixels), albedo(pixels);
    std::vector<float> noise(pixels);
    const float share = 1 / static_cast<float>(samples);
    std::size_t pixel = 0;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x, ++pixel) {
            const Sums sums = samplePixel(scene, y, x, rendering, samples, combined(key, pixel));
            direct[pixel] = sums.direct * share;
            indirect[pixel] = sums.indirect * share;
            shine[pixel] = sums.shine * share;
            albedo[pixel] = sums.albedo * (share / Pi);
            rendering.light[pixel] = sums.total * share;
            const float mean = luminance(direct[pixel]);
            const float variance = std::max(0.0f, sums.squares * share - mean * mean);
            noise[pixel] = std::sqrt(variance * share);
            guides[pixel] = guideAt(scene, rendering, y, x, pixel);
        }
    // The smoothed light replaces the noisy one as a difference, so that edges, where a pixel is a
    // mixture of surfaces, keep what their samples saw.
    const auto smoothDirect = smoothed(direct, noise, guides, height, width, 3);
    const auto smoothIndirect = smoothed(indirect, {}, guides, height, width, 5);
    const auto smoothShine = smoothed(shine, {}, guides, height, width, 2);
    for (std::size_t i = 0; i < pixels; ++i)
        rendering.light[i] = highest(
            {}, rendering.light[i]
                    + albedo[i] * (smoothDirect[i] - direct[i] + smoothIndirect[i] - indirect[i])
                    + smoothShine[i] - shine[i]);
    return rendering;
}

} // namespace concertina::rooms
