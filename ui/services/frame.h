// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/frame.h"
#include "db/records.h"

#include <string>

namespace concertina {

/// Which frame of which run is wanted: one of a split, or a picture file.
struct FrameChoice {
    RunId run;
    std::string split;
    int index = 0;
    std::string file; ///< where it is not empty, this picture instead

    bool operator==(const FrameChoice&) const = default;
};

} // namespace concertina
