// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/smoothing.h"

#include "core/data/rooms/color.h"
#include "core/data/rooms/rows.h"

#include <array>

namespace concertina::rooms {

namespace {

constexpr std::array<float, 5> Kernel{1 / 16.0f, 1 / 4.0f, 3 / 8.0f, 1 / 4.0f, 1 / 16.0f};

struct Level {
    const std::vector<Color>& light;
    const std::vector<float>& noise;
    const std::vector<Guide>& guides;
    int height = 0;
    int width = 0;
    int step = 1;

    std::size_t index(int y, int x) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width)
               + static_cast<std::size_t>(x);
    }
};

/// How much a neighbour has to say.
float closeness(const Level& level, std::size_t here, std::size_t there) {
    const Guide& a = level.guides[here];
    const Guide& b = level.guides[there];
    const float turned = dot(a.normal, b.normal);
    if (turned < 0.5f)
        return 0;
    const Vec3 between = b.position - a.position;
    const float off = std::abs(dot(a.normal, between)) / (0.005f * a.distance);
    float weight = b.trust * std::exp(-off - 24 * (1 - turned));
    if (!level.noise.empty()) {
        const float apart = std::abs(luminance(level.light[here] - level.light[there]));
        weight *= std::exp(-apart / (4 * level.noise[here] + 1e-4f));
    }
    return weight;
}

void average(const Level& level, int y, int x, Color& light, float& noise) {
    const std::size_t here = level.index(y, x);
    Color sum;
    float variance = 0, weights = 0;
    for (int dy = -2; dy <= 2; ++dy)
        for (int dx = -2; dx <= 2; ++dx) {
            const int v = y + dy * level.step, u = x + dx * level.step;
            if (v < 0 || v >= level.height || u < 0 || u >= level.width)
                continue;
            const std::size_t there = level.index(v, u);
            const float weight = Kernel[static_cast<std::size_t>(dy + 2)]
                                 * Kernel[static_cast<std::size_t>(dx + 2)]
                                 * (here == there ? level.guides[here].trust
                                                  : closeness(level, here, there));
            sum += level.light[there] * weight;
            weights += weight;
            if (!level.noise.empty())
                variance += weight * weight * level.noise[there] * level.noise[there];
        }
    if (weights < 1e-6f) { // no neighbour has a value
        light = level.light[here];
        return;
    }
    light = sum / weights;
    noise = std::sqrt(variance) / weights;
}

/// Samples that agree by chance know nothing of the noise about them: the mean of 3 × 3 does.
std::vector<float> spreadNoise(const std::vector<float>& noise, int height, int width) {
    std::vector<float> wide(noise.size());
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            float sum = 0, count = 0;
            for (int v = std::max(y - 1, 0); v <= std::min(y + 1, height - 1); ++v)
                for (int u = std::max(x - 1, 0); u <= std::min(x + 1, width - 1); ++u) {
                    sum += noise[static_cast<std::size_t>(v) * static_cast<std::size_t>(width)
                                 + static_cast<std::size_t>(u)];
                    count += 1;
                }
            wide[static_cast<std::size_t>(y) * static_cast<std::size_t>(width)
                 + static_cast<std::size_t>(x)] = sum / count;
        }
    return wide;
}

} // namespace

std::vector<Color> smoothed(std::vector<Color> light, std::vector<float> noise,
                            const std::vector<Guide>& guides, int height, int width, int levels) {
    if (!noise.empty())
        noise = spreadNoise(noise, height, width);
    for (int i = 0; i < levels; ++i) {
        std::vector<Color> nextLight(light.size());
        std::vector<float> nextNoise(noise.size());
        const Level level{light, noise, guides, height, width, 1 << i};
        forRows(height, [&](int y) {
            for (int x = 0; x < width; ++x) {
                float left = 0;
                average(level, y, x, nextLight[level.index(y, x)], left);
                if (!noise.empty())
                    nextNoise[level.index(y, x)] = left;
            }
        });
        light.swap(nextLight);
        noise.swap(nextNoise);
    }
    return light;
}

} // namespace concertina::rooms
