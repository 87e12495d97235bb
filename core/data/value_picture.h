// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"
#include "core/values/value_map.h"

#include <span>

namespace concertina {

/// Values as a picture for files, beside the image that they are of: a plane as `draw` has it;
/// objects as boxes with names over the image; a list as names, bars and numbers, as many as there
/// is room for. What has text is several times as large where it has to be to be read.
Image pictureOf(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range,
                const Image& image);

} // namespace concertina
