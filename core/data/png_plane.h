// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/values/problem.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace concertina {

bool isPng(std::span<const std::byte> file);

/// A target's plane from a PNG file, its samples as they are stored (libpng). OpenCV's decoder makes
/// colours of palette indices and stretches samples of 1, 2 and 4 bits to 8.
///
/// | encoding | PNG |
/// |---|---|
/// | index8, index16 | grey, or a palette's indices, of as many bits or fewer |
/// | uint8 | grey of 8 bits or fewer |
/// | uint16 | grey of 16 bits |
/// | rgb8, rgb16 | RGB of as many bits; rgb8 also the colours of a palette |
///
/// An alpha channel is passed over where it is opaque everywhere; a transparent colour is a colour.
/// Everything else is "image.type", by its name and with what to do; and a palette of greys that
/// are not its indices, as tools that shrink files make one, where either could be meant.
/// "image.unreadable".
Expected<TargetPlane> readPngPlane(std::span<const std::byte> file,
                                   const std::filesystem::path& path, Encoding encoding);

} // namespace concertina
