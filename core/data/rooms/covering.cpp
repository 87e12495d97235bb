// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/material.h"

#include "core/data/rooms/noise.h"

namespace concertina::rooms {

namespace {

/// One board of a wooden floor: its color varies with `id`, its figure runs along it.
Color boardColor(const Material& material, float along, float across, std::uint32_t id,
                 float footprint) {
    const float own = unitFloat(latticeHash(1, 1, id));
    const float figure = noise(along * 1.3f + 31 * own, across * 26, id);
    const float fibres = noise(along * 8, across * 210, id + 1) * detailLeft(0.005f, footprint);
    const float broad = figure * detailLeft(0.04f, footprint);
    const float tone = clamp01(0.1f + 0.6f * own + 0.2f * broad + 0.12f * fibres);
    return mix(material.colors[0], material.colors[1], tone);
}

void shadePlanks(const Material& material, const TexturePoint& point, FacePoint at,
                 Surface& surface) {
    const float width = material.scale;
    const float row = at.across / width;
    const int rowIndex = cellOf(row);
    const float length = width * 9;
    const float shift = unitFloat(latticeHash(rowIndex, 17, material.seed)) * 7;
    const float column = at.along / length + shift;
    const std::uint32_t id = latticeHash(rowIndex, cellOf(column), material.seed);
    surface.albedo = boardColor(material, at.along, at.across, id, point.footprint);
    const float gap = std::max(line(row, 0.003f / width, point.footprint / width),
                               line(column, 0.003f / length, point.footprint / length));
    surface.albedo *= 1 - 0.75f * gap;
    surface.gloss *= 1 - gap;
}

/// Herringbone: in units of a block's width, blocks of length n lie along x or y; in every row
/// they begin one further to the right than in the row before.
void shadeParquet(const Material& material, const TexturePoint& point, FacePoint at,
                  Surface& surface) {
    constexpr int n = 5;
    const float width = material.scale;
    const float x = (at.along + at.across) * 0.70711f / width;
    const float y = (at.along - at.across) * 0.70711f / width;
    const int i = cellOf(x), j = cellOf(y);
    const int d = ((i - j) % (2 * n) + 2 * n) % (2 * n);
    const bool lying = d < n;
    const int place = lying ? d : 2 * n - 1 - d;
    const std::uint32_t id = lying ? latticeHash(i - place, j, material.seed)
                                   : latticeHash(i, j - place, material.seed + 1);
    const float fx = x - static_cast<float>(i), fy = y - static_cast<float>(j);
    const float along = static_cast<float>(place) + (lying ? fx : fy);
    const float across = lying ? fy : fx;
    surface.albedo = boardColor(material, along * width, across * width, id, point.footprint);
    if (!lying)
        surface.albedo *= 0.93f;
    const float soft = point.footprint / width;
    const float gap = std::max(line(across, 0.035f, soft),
                               line(along / n, 0.035f / n, soft / n));
    surface.albedo *= 1 - 0.6f * gap;
    surface.gloss *= 1 - gap;
}

void shadeTiles(const Material& material, const TexturePoint& point, FacePoint at,
                Surface& surface) {
    const float size = material.scale;
    const float x = at.along / size, y = at.across / size;
    const int i = cellOf(x), j = cellOf(y);
    const std::uint32_t id = latticeHash(i, j, material.seed);
    const float own = unitFloat(id) - 0.5f;
    const float cloud = layeredNoise(x * 2.5f, y * 2.5f, id, 3, point.footprint / size * 2.5f);
    const Color base = ((i + j) & 1) != 0 ? material.colors[1] : material.colors[0];
    const float soft = point.footprint / size;
    const float grout = std::max(line(x, 0.006f / size, soft), line(y, 0.006f / size, soft));
    surface.albedo = mix(base * (1 + 0.10f * own + 0.10f * cloud), material.colors[2], grout);
    surface.gloss *= 1 - grout;
}

void shadeCarpet(const Material& material, const TexturePoint& point, FacePoint at,
                 Surface& surface) {
    const float pile = layeredNoise(at.along * 70, at.across * 70, material.seed, 2,
                                    point.footprint * 70);
    const float trodden = layeredNoise(at.along * 2, at.across * 2, material.seed + 3, 2,
                                       point.footprint * 2);
    surface.albedo = mix(material.colors[0], material.colors[1],
                         clamp01(0.5f + 0.7f * pile + 0.35f * trodden));
}

void shadeBrick(const Material& material, const TexturePoint& point, FacePoint at,
                Surface& surface) {
    constexpr float length = 0.23f, height = 0.078f, joint = 0.012f;
    // Walls grow their texture along x, so that `across` is up.
    const float y = at.across / height;
    const int row = cellOf(y);
    const float x = at.along / length + 0.5f * static_cast<float>(row & 1);
    const std::uint32_t id = latticeHash(cellOf(x), row, material.seed);
    const float rough = layeredNoise(at.along * 40, at.across * 40, material.seed, 2,
                                     point.footprint * 40);
    const float tone = clamp01(unitFloat(id) + 0.25f * rough);
    const float mortar = std::max(line(y, joint / height, point.footprint / height),
                                  line(x, joint / length, point.footprint / length));
    const Color brick = mix(material.colors[0], material.colors[1], tone);
    surface.albedo = mix(brick, material.colors[2] * (1 + 0.15f * rough), mortar);
    const float slope = detailLeft(0.02f, point.footprint) * material.relief;
    surface.tilt = {rough * 0.25f * slope, rough * 0.3f * slope, 0};
}

void shadeStripes(const Material& material, const TexturePoint& point, FacePoint at,
                  Surface& surface) {
    const float x = at.across / material.scale;
    const float soft = point.footprint / material.scale;
    const float broad = line(x, 0.5f, soft);
    const float thin = line(x + 0.36f, 0.05f, soft) + line(x - 0.36f, 0.05f, soft);
    surface.albedo = mix(mix(material.colors[0], material.colors[1], broad), material.colors[2],
                         clamp01(thin));
}

void shadeChecks(const Material& material, const TexturePoint& point, FacePoint at,
                 Surface& surface) {
    const float soft = point.footprint / material.scale;
    const float x = at.along / material.scale, y = at.across / material.scale;
    const float both = 0.5f * (line(x, 0.5f, soft) + line(y, 0.5f, soft));
    const float thin = 0.7f * std::max(line(x + 0.5f, 0.06f, soft), line(y + 0.5f, 0.06f, soft));
    surface.albedo = mix(mix(material.colors[0], material.colors[1], both), material.colors[2],
                         thin);
}

/// Ornaments on a lattice whose columns are shifted by half: petals about a center, a stem below.
void shadeMotif(const Material& material, const TexturePoint& point, FacePoint at,
                Surface& surface) {
    const float x = at.along / material.scale;
    const int column = cellOf(x);
    const float y = at.across / material.scale * 0.8f + 0.5f * static_cast<float>(column & 1);
    const float u = x - static_cast<float>(column) - 0.5f;
    const float v = y - static_cast<float>(cellOf(y)) - 0.5f;
    const float soft = point.footprint / material.scale;
    const float radius = std::sqrt(u * u + v * v);
    const float angle = std::atan2(u, v);
    const int petals = 4 + 2 * static_cast<int>(material.seed % 3);
    const float wave = std::cos(static_cast<float>(petals) * angle);
    const float outer = 0.25f + 0.11f * wave;
    const float shape = 1 - edge(outer, radius, soft);
    const float ring = line((radius - outer * 0.62f) / 2, 0.02f, soft / 2);
    const float heart = 1 - edge(0.06f, radius, soft);
    const float bud = 1 - edge(0.07f + 0.03f * std::cos(4 * angle),
                               std::hypot(std::abs(u) - 0.5f, std::abs(v) - 0.5f), soft);
    const float motif = clamp01(shape * (1 - ring) + bud) * (1 - heart);
    surface.albedo = mix(material.colors[0], material.colors[1], motif);
}

} // namespace

void shadeCovering(const Material& material, const TexturePoint& point, FacePoint at,
                   Surface& surface) {
    switch (material.pattern) {
    case Pattern::Planks: shadePlanks(material, point, at, surface); break;
    case Pattern::Parquet: shadeParquet(material, point, at, surface); break;
    case Pattern::Tiles: shadeTiles(material, point, at, surface); break;
    case Pattern::Carpet: shadeCarpet(material, point, at, surface); break;
    case Pattern::Brick: shadeBrick(material, point, at, surface); break;
    case Pattern::Stripes: shadeStripes(material, point, at, surface); break;
    case Pattern::Checks: shadeChecks(material, point, at, surface); break;
    default: shadeMotif(material, point, at, surface); break;
    }
}

} // namespace concertina::rooms
