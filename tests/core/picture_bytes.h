// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace concertina::testing {

// Files of pictures, written byte by byte from the formats' specifications: no library that reads
// them here has a part in it.

/// A PNG. `samples` are row by row, `channels` a pixel, of `bits` each.
struct PngFile {
    int height = 1;
    int width = 1;
    int bits = 8;
    int color = 0; ///< 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
    std::vector<int> samples;
    std::vector<std::array<std::uint8_t, 3>> palette{};
    bool interlaced = false;
    std::string transparency{}; ///< the tRNS chunk; empty: none
    int orientation = 1;        ///< an eXIf chunk, where it is not 1

    std::string bytes() const;
};

/// An uncompressed grey or palette TIFF.
struct TiffFile {
    int height = 1;
    int width = 1;
    int bits = 8;
    int photometric = 1; ///< 0: 0 is white, 1: 0 is black, 3: palette
    std::vector<int> samples{};
    int orientation = 1;
    bool bigEndian = false;

    std::string bytes() const;
};

/// A JPEG, with an APP1 segment that states the orientation.
std::string jpegWithOrientation(const std::string& jpeg, int orientation, bool bigEndian);

/// EXIF of one entry, without "Exif\0\0".
std::string exifBytes(int orientation, bool bigEndian);

} // namespace concertina::testing
