// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/class_colors.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace concertina {

Rgb classColor(int index) {
    constexpr double goldenTurn = 0.61803398874989485; // hues that fill the circle evenly
    constexpr std::array<double, 3> brightness{0.90, 0.62, 0.76};
    const double hue = std::fmod(0.58 + goldenTurn * index, 1.0);
    const double value = brightness[static_cast<std::size_t>(index) % brightness.size()];
    constexpr double saturation = 0.58;
    Rgb color;
    for (std::size_t c = 0; c < 3; ++c) { // HSV, channel by channel (Smith 1978)
        const double k = std::fmod((c == 0 ? 5.0 : c == 1 ? 3.0 : 1.0) + hue * 6, 6.0);
        const double share = value * (1 - saturation * std::clamp(std::min(k, 4 - k), 0.0, 1.0));
        color[c] = static_cast<std::uint8_t>(std::lround(share * 255));
    }
    return color;
}

std::vector<ClassInfo> coloredClasses(const std::vector<std::string>& names) {
    std::vector<ClassInfo> classes;
    for (const std::string& name : names)
        classes.push_back({name, classColor(static_cast<int>(classes.size()))});
    return classes;
}

} // namespace concertina
