// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"
#include "core/values/value_map.h"

#include <span>

namespace concertina {

/// Values as a picture of this size, for files: a plane as `draw` has it, in its own size; a list
/// as names, bars and numbers, as many as there is room for.
Image pictureOf(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range,
                int height, int width);

} // namespace concertina
