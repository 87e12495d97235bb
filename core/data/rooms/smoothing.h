// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/part.h"

#include <vector>

namespace concertina::rooms {

/// What distinguishes surfaces of a picture: where each pixel's center hit, and how it is turned.
struct Guide {
    const Part* part = nullptr;
    Vec3 position;
    Vec3 normal;
    float distance = 0; ///< from the camera
    float trust = 1;    ///< share of the pixel's samples that hit this surface
};

/// Removes the noise of sampling from light on surfaces: averages over ever wider neighbourhoods
/// that don't reach across edges of the geometry (edge-avoiding à-trous wavelets, Dammertz et al.
/// 2010). `noise` is the standard deviation of each pixel's luminance, as its samples show: light
/// that differs by much more than that is kept apart (as in SVGF, Schied et al. 2017); empty:
/// geometry alone decides.
std::vector<Color> smoothed(std::vector<Color> light, std::vector<float> noise,
                            const std::vector<Guide>& guides, int height, int width, int levels);

} // namespace concertina::rooms
