// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/color_map.h"

#include <string>
#include <vector>

namespace concertina {

/// What a dataset stores for a target, a task learns, and a map shows.
enum class TargetKind {
    Classes, ///< an index a pixel
    Depth,   ///< metres along the camera's axis
    Normals, ///< unit directions: x right, y down, z away from the camera
};

struct ClassInfo {
    std::string name;
    Rgb color{};

    bool operator==(const ClassInfo&) const = default;
};

} // namespace concertina
