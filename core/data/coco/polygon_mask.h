// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/coco/run_mask.h"

#include <span>

namespace concertina {

/// The pixels of a polygon as COCO counts them, so that areas and masks are those of other
/// programs: its corners are rounded to a grid five times as fine, its edges walked point by point
/// along their longer side, and where the walk passes the middle of a column, the pixels change
/// from the next row on. Corners may lie beside the image, whose pixels alone count.
///
/// `corners`: x, y, x, y, … in pixels. Problems, without a path: "polygon.corners" (fewer than
/// three, an odd number, or one that is no number), "polygon.outside" (farther from the image than
/// its own size).
Expected<RunMask> maskOfPolygon(int height, int width, std::span<const double> corners);

} // namespace concertina
