// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"

#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// How the values of a target are stored, pixel by pixel, in the machine's byte order.
enum class Encoding {
    Index8,  ///< class index; `ignore` means none
    Index16, ///< the same in two bytes
    UInt8,   ///< value · scale + offset in metres; `invalid` means no measurement
    UInt16,  ///< the same in two bytes
    Float32, ///< the same in a float; values that are not finite are invalid as well
    Rgb8,    ///< direction, v / 127.5 − 1 a channel; lengths far from 1 are invalid
    Rgb16,   ///< direction, v / 32767.5 − 1 a channel
};

constexpr int bytesPerPixel(Encoding encoding) {
    switch (encoding) {
    case Encoding::Index8:
    case Encoding::UInt8: return 1;
    case Encoding::Index16:
    case Encoding::UInt16: return 2;
    case Encoding::Rgb8: return 3;
    case Encoding::Float32: return 4;
    case Encoding::Rgb16: return 6;
    }
    return 0;
}

/// One target of one sample as it was decoded: compact, so that many can be kept in memory.
struct TargetPlane {
    Encoding encoding = Encoding::Index8;
    int height = 0;
    int width = 0;
    std::vector<std::uint8_t> bytes; ///< rows from the top, no gaps; empty: this sample has none

    bool operator==(const TargetPlane&) const = default;

    bool empty() const { return bytes.empty(); }
};

/// An image with its targets, in the order of the dataset's target list. All planes have the
/// image's size.
struct Sample {
    Image image; ///< RGB
    std::vector<TargetPlane> targets;

    std::size_t bytes() const {
        std::size_t sum = image.bytes.size();
        for (const TargetPlane& target : targets)
            sum += target.bytes.size();
        return sum;
    }
};

} // namespace concertina
