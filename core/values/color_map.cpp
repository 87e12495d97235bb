// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/color_map.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace concertina {

namespace {

using Table = std::array<Rgb, 16>;

constexpr Table viridisColors{{{68, 1, 84},
                               {72, 26, 108},
                               {71, 47, 125},
                               {65, 68, 135},
                               {57, 86, 140},
                               {49, 104, 142},
                               {42, 120, 142},
                               {35, 136, 142},
                               {31, 152, 139},
                               {34, 168, 132},
                               {53, 183, 121},
                               {84, 197, 104},
                               {122, 209, 81},
                               {165, 219, 54},
                               {210, 226, 27},
                               {253, 231, 37}}};

constexpr Table infernoColors{{{0, 0, 4},
                               {12, 8, 38},
                               {36, 12, 79},
                               {66, 10, 104},
                               {93, 18, 110},
                               {120, 28, 109},
                               {147, 38, 103},
                               {174, 48, 92},
                               {199, 62, 76},
                               {221, 81, 58},
                               {237, 105, 37},
                               {248, 133, 15},
                               {252, 165, 10},
                               {250, 198, 45},
                               {242, 230, 97},
                               {252, 255, 164}}};

Rgb interpolated(const Table& table, double share) {
    if (std::isnan(share))
        return UnknownColor;
    const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(table.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(at), table.size() - 2);
    const double rest = at - static_cast<double>(low);
    Rgb color{};
    for (std::size_t c = 0; c < 3; ++c)
        color[c] = static_cast<std::uint8_t>(
            std::lround(table[low][c] + rest * (table[low + 1][c] - table[low][c])));
    return color;
}

} // namespace

Rgb viridis(double share) {
    return interpolated(viridisColors, share);
}

Rgb inferno(double share) {
    return interpolated(infernoColors, share);
}

} // namespace concertina
