// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/objects.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace concertina::rooms {

/// The pixels that show a thing, which are added row by row.
struct SeenExtent {
    int left = std::numeric_limits<int>::max();
    int top = std::numeric_limits<int>::max();
    int right = -1;
    int bottom = -1;
    std::size_t pixels = 0;

    void add(int x, int y) {
        left = std::min(left, x);
        top = std::min(top, y);
        right = std::max(right, x);
        bottom = std::max(bottom, y);
        ++pixels;
    }

    /// Whether a thousandth of the picture or more shows it.
    bool isEnough(std::size_t picture) const { return pixels > 0 && 1000 * pixels >= picture; }

    Box box() const {
        return {static_cast<double>(left), static_cast<double>(top),
                static_cast<double>(right - left + 1), static_cast<double>(bottom - top + 1)};
    }
};

} // namespace concertina::rooms
