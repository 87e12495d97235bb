// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"
#include "core/values/value_map.h"

#include <span>

namespace concertina {

/// Values as a picture for files, beside one of this size: a plane as `draw` has it; a list as names,
/// bars and numbers, as many as there is room for, several times as large where it has to be to be
/// read.
Image pictureOf(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range,
                int height, int width);

} // namespace concertina
