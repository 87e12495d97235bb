// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

namespace concertina {

/// Where things stand in a line of the sharing matrix, for its header and its rows alike.
struct SharingGeometry {
    int tasks = 1;
    int width = 0;

    static constexpr int labelWidth = 96;
    static constexpr int stateWidth = 92;
    static constexpr int rowHeight = 26;
    static constexpr int narrowest = 18;
    static constexpr int widest = 64;

    int cellWidth() const {
        return std::clamp((width - labelWidth - stateWidth) / std::max(tasks, 1), narrowest, widest);
    }
    int cellLeft(int task) const { return labelWidth + task * cellWidth(); }
    int cellsRight() const { return cellLeft(tasks); }
    bool hasRoomForState() const { return width - cellsRight() >= stateWidth - 8; }
    int leastWidth() const { return labelWidth + tasks * narrowest; }
};

} // namespace concertina
