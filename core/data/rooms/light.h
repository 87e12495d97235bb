// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/random.h"
#include "core/data/rooms/scene.h"

namespace concertina::rooms {

/// Light that reaches a point from one place on a lamp, a window or the sun.
struct Arriving {
    Vec3 direction; ///< towards where it comes from, unit
    float distance = 0;
    Color irradiance; ///< on the surface, if nothing is in between
    Shadow shadow = Shadow::Full;
};

/// From the light's point (u, v), both in [−1, 1]; (0, 0) is its middle. False: no light comes
/// from there.
bool arrives(const Light& light, Vec3 at, Vec3 normal, float u, float v, Arriving& arriving);

/// Irradiance from all around.
Color ambientLight(const Ambient& ambient, Vec3 normal);

/// The hour and the weather: gives the scene its sky, its panes their light, and adds a sun.
/// `night` 0: day … 1: night.
Sky chooseSky(Random& random, float night);
void lightFromSky(Scene& scene, Random random);

} // namespace concertina::rooms
