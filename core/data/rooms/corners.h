// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/render.h"
#include "core/data/rooms/scene.h"
#include "core/values/objects.h"
#include "core/values/target.h"

#include <vector>

namespace concertina::rooms {

/// The corners of the box around a piece of furniture, joined along its edges. Its front is the
/// side that shows most, left and right are as they are seen: of a table, which is the same from
/// two sides, no picture could say more.
std::vector<ClassInfo> cornerNames();

/// Each piece of furniture of which a thousandth of the picture or more is seen: the box around
/// what is seen of it, in pixels, and its corners, which are hidden where something is nearer, and
/// not known outside the picture. Lamps are none.
std::vector<ImageObject> furnitureCorners(const Scene& scene, const GeometryPlanes& planes,
                                          int height, int width);

} // namespace concertina::rooms
