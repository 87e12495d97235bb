// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/material.h"

#include "core/data/rooms/noise.h"
#include "core/data/rooms/scene.h"

namespace concertina::rooms {

namespace {

/// Fibres along the grain, broad figure across it.
Color woodColor(const Material& material, FacePoint at, std::uint32_t seed, float footprint) {
    const float along = at.along, across = at.across;
    const float broad = noise(along * 0.9f, across * 7, seed);
    const float wander = across * 16 + 1.6f * broad + noise(along * 2.2f, across * 3, seed + 5);
    const float rings = std::sin(2 * Pi * wander) * detailLeft(0.06f, footprint);
    const float fibres = noise(along * 9, across * 190, seed + 9) * detailLeft(0.006f, footprint);
    const float tone = clamp01(0.45f + 0.28f * broad + 0.16f * rings + 0.18f * fibres);
    return mix(material.colors[0], material.colors[1], tone);
}

Color marbleColor(const Material& material, FacePoint at, float footprint) {
    const float x = at.along / material.scale, y = at.across / material.scale;
    const float bend = 0.9f * layeredNoise(x * 1.7f, y * 1.7f, material.seed, 3, footprint * 1.7f);
    const float vein = 1 - std::abs(noise(x + bend, y * 1.4f - bend, material.seed + 3));
    const float fine = 1 - std::abs(noise(x * 2.7f - bend, y * 3 + bend, material.seed + 4));
    const float veins = smoothstep(0.86f, 1.0f, vein) + 0.4f * smoothstep(0.9f, 1.0f, fine);
    return mix(material.colors[0], material.colors[1], clamp01(veins * 0.8f));
}

/// A book stands with its spine to +z, its cover to ±x and its pages seen from above.
Color spineColor(const Material& material, const TexturePoint& point) {
    const Color cover = material.colors[point.seed & 3U]
                        * (0.75f + 0.5f * unitFloat(latticeHash(1, 2, point.seed)));
    if (std::abs(point.normal.y) > 0.5f)
        return {0.72f, 0.68f, 0.58f};
    if (point.normal.z < 0.5f)
        return cover;
    const float y = point.local.y / point.half.y;
    const float x = point.local.x / point.half.x;
    const float soft = point.footprint / point.half.y;
    const Color ink = point.seed & 16U ? Color{0.75f, 0.66f, 0.42f} : Color{0.06f, 0.06f, 0.07f};
    const float place = 0.45f + 0.3f * unitFloat(latticeHash(3, 4, point.seed));
    const float band = point.seed & 32U ? line((y - place) / 4, 0.03f, soft / 4)
                                              + line((y + place) / 4, 0.03f, soft / 4)
                                        : 0.0f;
    const float title = (std::abs(x) < 0.45f ? 1.0f : 0.0f)
                        * line((y - 0.1f) / 4, 0.2f, soft / 4) * 0.7f;
    return mix(cover, ink, clamp01(band + title));
}

Color leafColor(const Material& material, const TexturePoint& point) {
    const float tone = unitFloat(latticeHash(7, 8, point.seed));
    const float rib = line(point.local.x / point.half.x / 8, 0.02f,
                           point.footprint / point.half.x / 8);
    const float far = clamp01(0.5f + 0.5f * point.local.z / point.half.z);
    const Color blade = mix(material.colors[0], material.colors[1], 0.6f * tone + 0.4f * far);
    return mix(blade, blade * 1.5f + Color{0.02f, 0.03f, 0}, rib);
}

Color wickerColor(const Material& material, FacePoint at, float footprint) {
    const float x = at.along / material.scale, y = at.across / material.scale;
    const int row = cellOf(y);
    const float strand = std::sin(Pi * (x + 0.5f * static_cast<float>(row & 1)) * 2);
    const float round = std::sin(Pi * (y - static_cast<float>(row)));
    const float tone = mix(0.6f, 0.5f * std::abs(strand) + 0.5f * round,
                           detailLeft(1, footprint / material.scale));
    return mix(material.colors[1], material.colors[0], tone);
}

/// Soft folds: ridges of noise that is stretched and bent by other noise.
float folds(float x, float y, std::uint32_t seed) {
    const float bend = noise(x * 1.9f, y * 1.9f, seed + 6);
    const float broad = noise(x * 2.6f + bend, y * 5.5f - bend, seed + 4);
    const float fine = noise(x * 9 - bend * 2, y * 14 + bend, seed + 5);
    return 1.1f * (1 - std::abs(broad)) + 0.3f * (1 - std::abs(fine));
}

/// Threads and fluff; folds tilt the normal.
void shadeWeave(const Material& material, const TexturePoint& point, FacePoint at,
                Surface& surface) {
    const float thread = 0.005f * material.scale;
    const float left = detailLeft(thread * 2, point.footprint);
    const float worn = layeredNoise(at.along * 5, at.across * 5, material.seed, 2,
                                    point.footprint * 5);
    float tone = 0.5f + 0.22f * worn;
    if (left > 0) {
        const float weft = std::sin(2 * Pi * at.along / thread);
        const float warp = std::sin(2 * Pi * at.across / thread);
        const float slub = noise(at.along / thread / 3, at.across / thread / 3, material.seed + 2);
        tone += left * (0.25f * weft * warp + 0.3f * slub);
    }
    surface.albedo = mix(material.colors[0], material.colors[1], clamp01(tone));
    if (material.relief > 0 && point.footprint < 0.02f) {
        const float e = 0.012f;
        const float here = folds(at.along, at.across, material.seed);
        const float a = (folds(at.along + e, at.across, material.seed) - here) / e;
        const float b = (folds(at.along, at.across + e, material.seed) - here) / e;
        surface.tilt = Vec3{a, b, -a} * (0.016f * material.relief);
    }
}

} // namespace

FacePoint facePoint(Vec3 point, Vec3 normal, int grain) {
    const int face = longestAxis(normal);
    const int along = face == grain ? (grain + 1) % 3 : grain;
    return {point[along], point[3 - face - along]};
}

Surface surfaceAt(const Material& material, const TexturePoint& point, const Sky& sky) {
    Surface surface{material.colors[0], material.emission, material.gloss, material.roughness, {}};
    const FacePoint at = facePoint(point.object, point.normal, point.grain);
    switch (material.pattern) {
    case Pattern::Plain:
    case Pattern::Metal: {
        const float uneven = noise(at.along * 2.3f, at.across * 2.3f, material.seed)
                             + 0.5f * noise(at.along * 11, at.across * 11, material.seed + 1);
        surface.albedo *= 1 + 0.025f * uneven;
        break;
    }
    case Pattern::Wood:
        surface.albedo = woodColor(material, at, material.seed ^ point.seed, point.footprint);
        break;
    case Pattern::Marble: surface.albedo = marbleColor(material, at, point.footprint); break;
    case Pattern::Planks:
    case Pattern::Parquet:
    case Pattern::Tiles:
    case Pattern::Carpet:
    case Pattern::Brick:
    case Pattern::Stripes:
    case Pattern::Checks:
    case Pattern::Motif: shadeCovering(material, point, at, surface); break;
    case Pattern::Weave: shadeWeave(material, point, at, surface); break;
    case Pattern::Rug: surface.albedo = rugColor(material, point); break;
    case Pattern::Art:
        surface.albedo = artColor(material, point.local.x / point.half.x,
                                  point.local.y / point.half.y, point.footprint / point.half.y);
        break;
    case Pattern::Spine: surface.albedo = spineColor(material, point); break;
    case Pattern::Leaf: surface.albedo = leafColor(material, point); break;
    case Pattern::Wicker: surface.albedo = wickerColor(material, at, point.footprint); break;
    case Pattern::Shade: {
        // Brightest where the bulb is behind the cloth, darker towards both rims.
        const float off = point.local.y / std::max(point.half.y, 1e-3f);
        surface.emission = material.emission * (1 - 0.45f * off * off);
        break;
    }
    case Pattern::Pane:
        surface.albedo = {};
        surface.emission = outlookColor(sky, point.direction);
        break;
    }
    return surface;
}

} // namespace concertina::rooms
