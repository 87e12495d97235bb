// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/objects.h"

#include <cstdint>

namespace concertina {

/// The planes of one class or point of one image, which a loss compares scores with.
struct HeatPlane {
    float* heat;   ///< 1 at a place that is to be found, a Gaussian around it, else 0
    float* counts; ///< 0 where nothing is known, else 1
    std::int64_t height;
    std::int64_t width;

    /// The cell of a place, in cells; the nearest one of a place outside.
    std::int64_t column(double x) const;
    std::int64_t row(double y) const;

    /// Raises the heat to a Gaussian around a cell, whose deviation is (2 radius + 1) ÷ 6.
    void peak(std::int64_t x, std::int64_t y, double radius) const;

    /// Counts no cell whose middle is in the box, in cells.
    void passOver(const Box& box) const;
};

/// How far from its place a box, in cells, may be found: our own, as far as one of the right size
/// may be moved along both axes and overlap the true one by 0.7 (CornerNet, whose radius the paper
/// takes, asks for it of other boxes as well).
double heatRadius(const Box& box);

} // namespace concertina
