// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/render.h"

#include "core/data/rooms/color.h"
#include "core/data/rooms/random.h"

namespace concertina::rooms {

namespace {

/// Places on a light for 4 × 4 pixels. Neighbours look at different places, so that the average
/// over any 4 × 4 pixels knows sixteen of them (interleaved sampling, Keller, Heidrich 2001).
constexpr std::array<float, 16> Places{0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5};

float place(int x, int y) {
    return (Places[static_cast<std::size_t>((y & 3) * 4 + (x & 3))] - 7.5f) / 8;
}

/// A pixel of the quick renderer before its shadows are smoothed.
struct Shot {
    Color direct;
    Color shine;
    Color albedo; ///< over π
    Color rest;   ///< all that leaves but for the direct light's share
    Vec3 normal;
    Vec3 position;
    float distance = 0;
};

/// Averages direct light over four pixels along a row or column of `count` shots that lie `step`
/// apart, as far as they show the same surface. Symmetrically: over five, the outer ones by half.
void smoothLine(Shot* shots, std::ptrdiff_t step, int count, std::vector<Color>& buffer) {
    for (int i = 0; i < count; ++i) {
        const Shot& here = shots[i * step];
        const float tolerance = 0.02f * here.distance;
        Color direct, shine;
        float weights = 0;
        for (int k = std::max(i - 2, 0); k <= std::min(i + 2, count - 1); ++k) {
            const Shot& there = shots[k * step];
            if (dot(here.normal, there.normal) < 0.9f
                || std::abs(dot(here.normal, there.position - here.position)) > tolerance)
                continue;
            const float weight = k == i - 2 || k == i + 2 ? 0.5f : 1;
            direct += there.direct * weight;
            shine += there.shine * weight;
            weights += weight;
        }
        buffer[static_cast<std::size_t>(2 * i)] = direct / weights;
        buffer[static_cast<std::size_t>(2 * i + 1)] = shine / weights;
    }
    for (int i = 0; i < count; ++i) {
        shots[i * step].direct = buffer[static_cast<std::size_t>(2 * i)];
        shots[i * step].shine = buffer[static_cast<std::size_t>(2 * i + 1)];
    }
}

void smoothShadows(std::vector<Shot>& shots, int height, int width) {
    std::vector<Color> buffer(static_cast<std::size_t>(2 * std::max(height, width)));
    for (int y = 0; y < height; ++y)
        smoothLine(shots.data() + static_cast<std::ptrdiff_t>(y) * width, 1, width, buffer);
    for (int x = 0; x < width; ++x)
        smoothLine(shots.data() + x, width, height, buffer);
}

Shot shoot(const Scene& scene, const Seen& seen, const Ray& ray, int x, int y) {
    Lighting light = lightingAt(scene, seen, ray.direction, place(x, y), place(x + 1, y + 2));
    Shot shot{light.direct, light.shine, seen.surface.albedo * (1 / Pi)};
    light.direct = light.shine = {};
    shot.rest = leaving(seen.surface, light);
    shot.normal = seen.normal;
    shot.position = seen.position;
    shot.distance = seen.distance;
    return shot;
}

} // namespace

Rendering renderGeometry(const Scene& scene, int height, int width, const UseSeen& use) {
    Rendering rendering{height, width};
    const std::size_t pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    GeometryPlanes& planes = rendering.geometry;
    rendering.light.resize(pixels);
    planes.labels.resize(pixels);
    planes.objects.resize(pixels);
    planes.depth.resize(pixels);
    planes.normals.resize(pixels);
    const View& view = scene.view;
    const float spread = 1 / (View::FocalX * static_cast<float>(width));
    std::size_t pixel = 0;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x, ++pixel) {
            const Ray ray = view.ray((static_cast<float>(x) + 0.5f) / static_cast<float>(width),
                                     (static_cast<float>(y) + 0.5f) / static_cast<float>(height));
            const Seen seen = look(scene, ray, spread);
            planes.labels[pixel] = static_cast<std::uint8_t>(seen.part->label);
            planes.objects[pixel] = seen.part->object;
            planes.depth[pixel] = seen.distance * dot(ray.direction, view.forward);
            planes.normals[pixel] = {dot(seen.normal, view.right), dot(seen.normal, view.down),
                                     dot(seen.normal, view.forward)};
            use(seen, ray, y, x);
        }
    return rendering;
}

Rendering renderQuickly(const Scene& scene, int height, int width) {
    std::vector<Shot> shots(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    std::size_t pixel = 0;
    const auto use = [&](const Seen& seen, const Ray& ray, int y, int x) {
        shots[pixel++] = shoot(scene, seen, ray, x, y);
    };
    Rendering rendering = renderGeometry(scene, height, width, use);
    smoothShadows(shots, height, width);
    for (std::size_t i = 0; i < shots.size(); ++i)
        rendering.light[i] = shots[i].rest + shots[i].albedo * shots[i].direct + shots[i].shine;
    return rendering;
}

Image photograph(const Scene& scene, const Rendering& rendering, double noise, std::uint64_t key) {
    Image image = blankImage(rendering.height, rendering.width);
    const float strength = static_cast<float>(noise) * 1.7f;
    std::size_t pixel = 0;
    for (int y = 0; y < rendering.height; ++y)
        for (int x = 0; x < rendering.width; ++x, ++pixel) {
            const Color film = developed(rendering.light[pixel] * scene.exposure);
            const std::uint64_t bits = scrambled(key + pixel * 0x9e3779b97f4a7c15ULL);
            std::uint8_t* out = image.pixel(y, x);
            for (int channel = 0; channel < 3; ++channel) {
                const float value = toSrgb(film[channel]);
                // Two uniform numbers make a triangle, near enough to a sensor's bell; 21 bits each
                // channel. Noise shows most in the shadows.
                const float a = static_cast<float>((bits >> (21 * channel)) & 1023U);
                const float b = static_cast<float>((bits >> (21 * channel + 10)) & 1023U);
                const float grain = strength * (a + b - 1023) * (1.0f / 420) * (1.4f - value / 255);
                out[channel] = static_cast<std::uint8_t>(std::clamp(value + grain + 0.5f, 0.0f, 255.0f));
            }
        }
    return image;
}

} // namespace concertina::rooms
