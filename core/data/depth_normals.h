// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <vector>

namespace concertina {

/// Directions of the surfaces that a map of depths [height × width], in metres, shows, three values
/// a pixel as Rgb16 stores them: towards the camera, x right, y down, z away from it.
///
/// In the square of `window` pixels (odd) around each, the inverse depth is fitted by least squares
/// as a function of the pixel's place, in which it is affine on a plane; the coefficients are the
/// normal up to its length. Moments come from running sums, so the cost does not depend on the
/// window. Depths that are not finite or not above 0 count nowhere. None where the depth is
/// unknown, where less than a third of the square is known, and where the plane misses the pixel's
/// own depth by more than 5 %: at edges, where two surfaces were fitted as one.
std::vector<std::uint16_t> normalsFromDepth(const std::vector<float>& depths, int height, int width,
                                            const Camera& camera, int window);

} // namespace concertina
