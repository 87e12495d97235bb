// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace concertina {

/// What the bytes of a picture's file say before anything is decoded.
struct PictureHeader {
    std::int64_t height = 0;
    std::int64_t width = 0;
    bool complete = false; ///< its end is there

    bool operator==(const PictureHeader&) const = default;
};

/// Of a PNG or a JPEG file; none for other formats and for what is broken before its size is read.
/// The size is known before memory is taken for it, and a JPEG that was cut off is distinguished
/// from a whole one: decoders fill up what is missing with grey and say nothing.
std::optional<PictureHeader> readPictureHeader(std::span<const std::byte> file);

} // namespace concertina
