// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/shading.h"
#include "core/values/image.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace concertina::rooms {

/// What the rays through the pixels' centers hit; all from one geometry. Rows from the top.
struct GeometryPlanes {
    std::vector<std::uint8_t> labels;
    std::vector<std::int16_t> objects; ///< `Part::object`
    std::vector<float> depth;  ///< metres along the camera's axis
    std::vector<Vec3> normals; ///< in the camera's frame: x right, y down, z away from it
};

struct Rendering {
    int height = 0;
    int width = 0;
    std::vector<Color> light; ///< before exposure
    GeometryPlanes geometry;
};

/// Looks through each pixel's center, row by row: fills the geometry, and hands what it sees to
/// `use`. The light stays black.
using UseSeen = std::function<void(const Seen& seen, const Ray& ray, int y, int x)>;
Rendering renderGeometry(const Scene& scene, int height, int width, const UseSeen& use);

/// One ray a pixel, hard shadows, indirect light estimated: some 200 small pictures a second.
Rendering renderQuickly(const Scene& scene, int height, int width);

/// `samples` rays a pixel, soft shadows, a traced bounce and reflections, smoothed where there is
/// nothing to see but noise. `key` seeds the sampling.
Rendering renderFinely(const Scene& scene, int height, int width, int samples, std::uint64_t key);

/// What a camera makes of the light: exposure, film, sRGB, and noise of the given strength
/// (1: a phone's indoors).
Image photograph(const Scene& scene, const Rendering& rendering, double noise, std::uint64_t key);

} // namespace concertina::rooms
