// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/altered_samples.h"

#include <algorithm>
#include <cstdint>

namespace concertina {

namespace {

using Bytes = std::span<const std::byte>;

/// A number at a place; 0 beyond the end.
std::uint32_t numberAt(Bytes file, std::size_t at, std::size_t count, bool bigEndian) {
    if (at > file.size() || count > file.size() - at)
        return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = value << 8U
                | std::to_integer<std::uint32_t>(file[at + (bigEndian ? i : count - 1 - i)]);
    return value;
}

bool beginsWith(Bytes file, char first, char second) {
    return file.size() > 2 && file[0] == std::byte(first) && file[1] == std::byte(second);
}

/// BITMAPINFOHEADER: samples of 8 bits or fewer are indices of a palette, which the decoder puts in
/// their place; greys that are their own indices are the same in either way.
std::optional<std::string> inBmp(Bytes file) {
    const std::uint32_t bits = numberAt(file, 28, 2, false);
    if (bits == 0 || bits > 8)
        return std::nullopt;
    const std::uint32_t stated = numberAt(file, 46, 4, false);
    const std::size_t colors = stated == 0 ? std::size_t{1} << bits : std::min(stated, 256U);
    const std::size_t palette = 14 + std::size_t{numberAt(file, 14, 4, false)};
    for (std::size_t i = 0; i < colors; ++i)
        if (numberAt(file, palette + 4 * i, 3, false) != i * 0x010101)
            return std::to_string(bits) + "-bit palette";
    return std::nullopt;
}

/// TIFF 6.0: BitsPerSample (258) and PhotometricInterpretation (262) of the first directory.
std::optional<std::string> inTiff(Bytes file, bool bigEndian) {
    if (numberAt(file, 2, 2, bigEndian) != 42)
        return std::nullopt;
    const std::size_t directory = numberAt(file, 4, 4, bigEndian);
    const std::size_t entries = numberAt(file, directory, 2, bigEndian);
    std::uint32_t bits = 1; // where it is not stated
    std::uint32_t photometric = 1;
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        const std::uint32_t tag = numberAt(file, entry, 2, bigEndian);
        const std::uint32_t count = numberAt(file, entry + 4, 4, bigEndian);
        const std::uint32_t value = numberAt(file, entry + 8, 2, bigEndian);
        if (tag == 258) // more than two lie elsewhere
            bits = count <= 2 ? value
                              : numberAt(file, numberAt(file, entry + 8, 4, bigEndian), 2, bigEndian);
        if (tag == 262)
            photometric = value;
    }
    if (photometric == 3)
        return std::to_string(bits) + "-bit palette";
    if (photometric == 0)
        return std::to_string(bits) + "-bit grey whose 0 is white";
    if (bits < 8)
        return std::to_string(bits) + "-bit samples";
    return std::nullopt;
}

} // namespace

std::optional<std::string> alteredSamples(Bytes file) {
    if (beginsWith(file, 'B', 'M'))
        return inBmp(file);
    if (beginsWith(file, 'I', 'I') || beginsWith(file, 'M', 'M'))
        return inTiff(file, beginsWith(file, 'M', 'M'));
    for (const char bitmap : {'1', '4'})
        if (beginsWith(file, 'P', bitmap))
            return "a bitmap whose 0 is white";
    for (const char text : {'2', '3'})
        if (beginsWith(file, 'P', text))
            return "samples as text";
    return std::nullopt;
}

} // namespace concertina
