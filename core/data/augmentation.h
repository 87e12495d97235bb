// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>

namespace concertina {

/// What is done to one training sample: a window of 1 / `scale` of its size is enlarged to the
/// whole, depth divided by `scale`; then mirrored, the x of normals negated. What belongs to the
/// whole picture stays as it is.
struct Augmentation {
    double scale = 1;
    double top = 0; ///< of the window, as a share of the room there is: 0 … 1
    double left = 0;
    bool flip = false;

    bool operator==(const Augmentation&) const = default;
};

/// Which pixel of a sample each pixel of its augmented form is taken from.
struct Window {
    Window(int fullHeight, int fullWidth, const Augmentation& augmentation)
        : height(fullHeight),
          width(fullWidth),
          flip(augmentation.flip),
          rows(std::max(1, static_cast<int>(height / augmentation.scale))),
          columns(std::max(1, static_cast<int>(width / augmentation.scale))),
          top(static_cast<int>(std::lround(augmentation.top * (height - rows)))),
          left(static_cast<int>(std::lround(augmentation.left * (width - columns)))) {}

    int row(int y) const { return top + (2 * y + 1) * rows / (2 * height); }
    int column(int x) const {
        const int from = flip ? width - 1 - x : x;
        return left + (2 * from + 1) * columns / (2 * width);
    }

    int height, width; ///< of the sample
    bool flip;
    int rows, columns, top, left; ///< of the window
};

} // namespace concertina
