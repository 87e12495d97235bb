// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/render.h"

#include "core/data/rooms/color.h"
#include "core/data/rooms/random.h"
#include "core/data/rooms/rows.h"
#include "core/data/rooms/smoothing.h"

namespace concertina::rooms {

namespace {

/// Evenly spread points of the unit square for each of a sample's uses: multiples of irrational
/// numbers (Kronecker's sequence), of others for each use, so that a pixel's samples cover all of
/// each square and no use depends on another; shifted by an offset of the pixel's own.
class Spread {
public:
    Spread(std::uint64_t key, int sample) : m_random(key), m_sample(static_cast<float>(sample)) {}

    std::array<float, 2> next() {
        // Fractions of the plastic number's powers, then of square roots of primes.
        static constexpr std::array<std::array<float, 2>, 12> Steps{
            {{0.7548777f, 0.5698403f}, {0.4142136f, 0.7320508f}, {0.2360680f, 0.6457513f},
             {0.3166248f, 0.6055513f}, {0.1231056f, 0.3588989f}, {0.7958315f, 0.3851648f},
             {0.5677644f, 0.0827625f}, {0.4031242f, 0.5574385f}, {0.8556546f, 0.2801099f},
             {0.6811457f, 0.8102497f}, {0.1853528f, 0.4261498f}, {0.5440037f, 0.8881944f}}};
        const auto wrapped = [](float a) { return a - std::floor(a); };
        const auto& step = Steps[m_use++ % Steps.size()];
        const float x = wrapped(m_random.unit() + step[0] * m_sample);
        const float y = wrapped(m_random.unit() + step[1] * m_sample);
        return {x, y};
    }

private:
    Random m_random;
    float m_sample;
    std::size_t m_use = 0;
};

/// About `axis`, as a matte surface scatters light.
Vec3 scattered(Vec3 axis, std::array<float, 2> at) {
    const Vec3 side = normalized(std::abs(axis.y) < 0.9f ? cross(axis, {0, 1, 0})
                                                         : cross(axis, {1, 0, 0}));
    const float radius = std::sqrt(at[0]), angle = 2 * Pi * at[1];
    return side * (radius * std::cos(angle)) + cross(axis, side) * (radius * std::sin(angle))
           + axis * std::sqrt(std::max(0.0f, 1 - at[0]));
}

/// The light on the surface at a pixel's center.
struct PixelLight {
    Color direct, indirect; ///< irradiance
    Color sun;              ///< the same; with sharp shadows, which smoothing must not blur
    Color shine;            ///< what it mirrors

    PixelLight& operator+=(const PixelLight& other) {
        direct += other.direct;
        indirect += other.indirect;
        sun += other.sun;
        shine += other.shine;
        return *this;
    }
    PixelLight& operator*=(float share) {
        direct *= share;
        indirect *= share;
        sun *= share;
        shine *= share;
        return *this;
    }
};

/// The mean over those of a pixel's samples that hit the surface of its center.
struct Sampled {
    PixelLight light;
    Color albedo;
    Color emission;
    float noise = 0; ///< standard deviation of the direct light's luminance …
    float sunNoise = 0; ///< … and of the sun's
    int count = 0;
};

bool isSameSurface(const Seen& seen, const Guide& guide) {
    return seen.part == guide.part && dot(seen.normal, guide.normal) > 0.9f;
}

/// All lights, each from a place of its own on it.
void addDirect(const Scene& scene, const Seen& seen, Spread& spread, PixelLight& sum) {
    const Vec3 from = liftedFrom(seen);
    for (const Light& light : scene.lights) {
        const auto [u, v] = spread.next();
        Arriving arriving;
        if (!arrives(light, seen.position, seen.shading, 2 * u - 1, 2 * v - 1, arriving)
            || dot(arriving.direction, seen.normal) <= 0)
            continue;
        const bool isSun = light.kind == Light::Kind::Sun;
        if (isSun && !leavesByPane(scene, from, arriving.direction))
            continue;
        if (!scene.bvh.blocked(scene.parts, {from, arriving.direction}, arriving.distance,
                               arriving.shadow))
            (isSun ? sum.sun : sum.direct) += arriving.irradiance;
    }
}

/// One of the lights, the more likely the more it gives, stands for all of them.
Color directByOne(const Scene& scene, const Seen& seen, std::array<float, 2> at, float choice) {
    Arriving chosen;
    float sum = 0, chosenLevel = 0;
    for (const Light& light : scene.lights) {
        Arriving arriving;
        if (!arrives(light, seen.position, seen.shading, 2 * at[0] - 1, 2 * at[1] - 1, arriving)
            || dot(arriving.direction, seen.normal) <= 0)
            continue;
        const float level = luminance(arriving.irradiance);
        if (level <= 0)
            continue;
        sum += level;
        if (choice * sum < level) {
            chosen = arriving;
            chosenLevel = level;
            choice *= sum / level;
        } else {
            choice = (choice * sum - level) / (sum - level);
        }
    }
    const Vec3 from = liftedFrom(seen);
    if (chosenLevel <= 0
        || scene.bvh.blocked(scene.parts, {from, chosen.direction}, chosen.distance, chosen.shadow))
        return {};
    return chosen.irradiance * (sum / chosenLevel);
}

/// What a scattered ray brings back. Lights are left out: they have been asked directly.
Color bouncedLight(const Scene& scene, const Seen& seen, Spread& spread) {
    const Vec3 direction = scattered(seen.shading, spread.next());
    if (dot(direction, seen.normal) <= 0)
        return {};
    const Seen other = look(scene, {liftedFrom(seen), direction}, 0.05f);
    if (other.part == nullptr || other.surface.albedo == Color{})
        return {};
    const Color ambient = ambientLight(scene.ambient, other.shading)
                          * openness(scene, other.position, other.normal);
    return other.surface.albedo
           * (directByOne(scene, other, spread.next(), spread.next()[0]) + ambient);
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

PixelLight lightOn(const Scene& scene, const Seen& seen, Vec3 direction, Spread& points) {
    PixelLight light;
    if (seen.surface.albedo != Color{}) {
        addDirect(scene, seen, points, light);
        light.indirect = bouncedLight(scene, seen, points);
    }
    if (seen.surface.gloss > 0)
        light.shine = mirroredLight(scene, seen, direction, points);
    return light;
}

Color leaving(const Surface& surface, const PixelLight& light) {
    return surface.albedo * (light.direct + light.sun + light.indirect) * (1 / Pi) + light.shine
           + surface.emission;
}

/// A picture that is being made: what its pixels' centers see, and the light there.
struct Canvas {
    const Scene& scene;
    int height = 0;
    int width = 0;
    int samples = 0;
    std::uint64_t key = 0;
    std::vector<Guide> guides;
    std::vector<PixelLight> lights;

    std::size_t index(int y, int x) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width)
               + static_cast<std::size_t>(x);
    }
    /// The same places in all pixels, or edges would look frayed; denser about the center and
    /// some beyond the pixel, as a lens spreads them.
    Ray ray(int y, int x, int sample) const {
        const auto tent = [](float a) {
            return 0.5f + 0.7f * (a < 0.5f ? std::sqrt(2 * a) - 1 : 1 - std::sqrt(2 - 2 * a));
        };
        const auto [dx, dy] = Spread(0, sample).next();
        return scene.view.ray((static_cast<float>(x) + tent(dx)) / static_cast<float>(width),
                              (static_cast<float>(y) + tent(dy)) / static_cast<float>(height));
    }
    float spread() const { return 0.5f / (View::FocalX * static_cast<float>(width)); }
    Spread points(int y, int x, int sample) const {
        return {combined(key, index(y, x)), sample};
    }
};

/// The standard deviation of a mean, from the samples themselves.
struct Noise {
    float sum = 0, squares = 0, count = 0;

    void add(float a) {
        sum += a;
        squares += a * a;
        count += 1;
    }
    float ofMean() const {
        if (count < 5) // too few to know
            return 1 + sum;
        const float mean = sum / count;
        return std::sqrt(std::max(0.0f, squares / count - mean * mean) / count);
    }
};

Sampled samplePixel(const Canvas& canvas, int y, int x) {
    Sampled sampled;
    Noise direct, sun;
    const Guide& guide = canvas.guides[canvas.index(y, x)];
    for (int sample = 0; sample < canvas.samples; ++sample) {
        Spread points = canvas.points(y, x, sample);
        const Ray ray = canvas.ray(y, x, sample);
        const Seen seen = look(canvas.scene, ray, canvas.spread());
        if (!isSameSurface(seen, guide))
            continue;
        const PixelLight light = lightOn(canvas.scene, seen, ray.direction, points);
        sampled.light += light;
        sampled.albedo += seen.surface.albedo;
        sampled.emission += seen.surface.emission;
        direct.add(luminance(light.direct));
        sun.add(luminance(light.sun));
        ++sampled.count;
    }
    const float share = 1 / static_cast<float>(std::max(sampled.count, 1));
    sampled.light *= share;
    sampled.albedo *= share;
    sampled.emission *= share;
    sampled.noise = direct.ofMean();
    sampled.sunNoise = sun.ofMean();
    return sampled;
}

/// A pixel in which several surfaces meet: each of its samples takes the light of the neighbour
/// whose center shows the same surface. Where there is none the quick estimate does: it is too
/// small to show more, and has no noise.
Color edgePixel(const Canvas& canvas, int y, int x) {
    Color sum;
    for (int sample = 0; sample < canvas.samples; ++sample) {
        const Ray ray = canvas.ray(y, x, sample);
        const Seen seen = look(canvas.scene, ray, canvas.spread());
        const PixelLight* light = nullptr;
        float best = 2;
        for (int v = std::max(y - 1, 0); v <= std::min(y + 1, canvas.height - 1); ++v)
            for (int u = std::max(x - 1, 0); u <= std::min(x + 1, canvas.width - 1); ++u) {
                const std::size_t there = canvas.index(v, u);
                const Guide& guide = canvas.guides[there];
                const float unlike = 1 - dot(seen.normal, guide.normal);
                if (unlike < best && isSameSurface(seen, guide)) {
                    best = unlike;
                    light = &canvas.lights[there];
                }
            }
        PixelLight estimate;
        if (light == nullptr) {
            const Lighting quick = lightingAt(canvas.scene, seen, ray.direction, 0, 0);
            estimate = {quick.direct, quick.ambient};
        }
        sum += leaving(seen.surface, light != nullptr ? *light : estimate);
    }
    return sum / static_cast<float>(canvas.samples);
}

/// Takes the noise out of the light, each kind as far as it can bear.
void smoothLights(Canvas& canvas, const std::vector<float>& noise,
                  const std::vector<float>& sunNoise) {
    const auto smooth = [&](Color PixelLight::*member, const std::vector<float>& by, int levels) {
        std::vector<Color> plane;
        plane.reserve(canvas.lights.size());
        for (const PixelLight& light : canvas.lights)
            plane.push_back(light.*member);
        plane = smoothed(std::move(plane), by, canvas.guides, canvas.height, canvas.width, levels);
        for (std::size_t i = 0; i < plane.size(); ++i)
            canvas.lights[i].*member = plane[i];
    };
    smooth(&PixelLight::direct, noise, 3);
    smooth(&PixelLight::sun, sunNoise, 2);
    smooth(&PixelLight::indirect, {}, 5);
    smooth(&PixelLight::shine, {}, 2);
}

} // namespace

Rendering renderFinely(const Scene& scene, int height, int width, int samples, std::uint64_t key) {
    Canvas canvas{scene, height, width, samples, key};
    const auto use = [&](const Seen& seen, const Ray&, int, int) {
        canvas.guides.push_back({seen.part, seen.position, seen.normal, seen.distance});
    };
    Rendering rendering = renderGeometry(scene, height, width, use);
    const std::size_t pixels = rendering.light.size();
    canvas.lights.resize(pixels);
    std::vector<Sampled> sampled(pixels);
    std::vector<float> noise(pixels), sunNoise(pixels);
    forRows(height, [&](int y) {
        for (int x = 0; x < width; ++x) {
            const std::size_t pixel = canvas.index(y, x);
            sampled[pixel] = samplePixel(canvas, y, x);
            canvas.lights[pixel] = sampled[pixel].light;
            noise[pixel] = sampled[pixel].noise;
            sunNoise[pixel] = sampled[pixel].sunNoise;
            canvas.guides[pixel].trust =
                static_cast<float>(sampled[pixel].count) / static_cast<float>(samples);
        }
    });
    smoothLights(canvas, noise, sunNoise);
    forRows(height, [&](int y) {
        for (int x = 0; x < width; ++x) {
            const std::size_t pixel = canvas.index(y, x);
            const Sampled& own = sampled[pixel];
            rendering.light[pixel] =
                own.count == samples
                    ? leaving({own.albedo, own.emission}, canvas.lights[pixel])
                    : edgePixel(canvas, y, x);
        }
    });
    return rendering;
}

} // namespace concertina::rooms
