// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/orientation.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

namespace concertina {

namespace {

constexpr std::uint32_t orientationTag = 0x0112;
constexpr std::uint32_t typeShort = 3;

bool beginsWith(std::span<const std::byte> bytes, std::string_view text) {
    return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

std::span<const std::byte> part(std::span<const std::byte> bytes, std::size_t at,
                                std::size_t count = std::dynamic_extent) {
    const std::size_t from = std::min(at, bytes.size());
    return bytes.subspan(from, std::min(count, bytes.size() - from));
}

/// An unsigned number of `count` bytes; none beyond the end.
std::optional<std::uint32_t> number(std::span<const std::byte> bytes, std::size_t at,
                                    std::size_t count, bool bigEndian) {
    if (at > bytes.size() || count > bytes.size() - at)
        return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = value << 8U
                | std::to_integer<std::uint32_t>(bytes[at + (bigEndian ? i : count - 1 - i)]);
    return value;
}

/// Where the first directory of a TIFF file (and so of EXIF) states the orientation: its value's
/// place, and the order of bytes.
struct StatedAt {
    std::size_t at = 0;
    bool bigEndian = false;
};

std::optional<StatedAt> findInTiff(std::span<const std::byte> tiff) {
    const bool big = beginsWith(tiff, std::string_view("MM\0*", 4));
    if (!big && !beginsWith(tiff, std::string_view("II*\0", 4)))
        return std::nullopt;
    const auto directory = number(tiff, 4, 4, big);
    const auto entries = directory ? number(tiff, *directory, 2, big) : std::nullopt;
    for (std::size_t i = 0; i < entries.value_or(0); ++i) {
        const std::size_t entry = *directory + 2 + 12 * i;
        if (number(tiff, entry, 2, big) == orientationTag
            && number(tiff, entry + 2, 2, big) == typeShort && number(tiff, entry + 8, 2, big))
            return StatedAt{entry + 8, big};
    }
    return std::nullopt;
}

int inTiff(std::span<const std::byte> tiff) {
    const auto found = findInTiff(tiff);
    const auto value = found ? number(tiff, found->at, 2, found->bigEndian) : std::nullopt;
    return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
}

/// Behind the six bytes that EXIF begins with in JPEG files, and in some WebP files.
int inExif(std::span<const std::byte> exif) {
    constexpr std::string_view begin("Exif\0\0", 6);
    return inTiff(beginsWith(exif, begin) ? exif.subspan(begin.size()) : exif);
}

int inJpeg(std::span<const std::byte> file) {
    for (std::size_t at = 2; at + 4 <= file.size() && file[at] == std::byte{0xFF};) {
        const auto marker = std::to_integer<unsigned>(file[at + 1]);
        if (marker == 0xFF) { // a byte of filling
            ++at;
            continue;
        }
        if (marker == 0xDA) // pixels
            break;
        const std::size_t length = number(file, at + 2, 2, true).value_or(0);
        const auto segment = part(file, at + 4, std::max<std::size_t>(length, 2) - 2);
        if (marker == 0xE1 && beginsWith(segment, "Exif"))
            return inExif(segment);
        at += 2 + length;
    }
    return 1;
}

int inPng(std::span<const std::byte> file) {
    for (std::size_t at = 8; at + 12 <= file.size();) {
        const std::size_t length = *number(file, at, 4, true);
        if (beginsWith(file.subspan(at + 4), "eXIf"))
            return inExif(part(file, at + 8, length));
        at += 12 + length;
    }
    return 1;
}

int inWebp(std::span<const std::byte> file) {
    for (std::size_t at = 12; at + 8 <= file.size();) {
        const std::size_t length = *number(file, at + 4, 4, false);
        if (beginsWith(file.subspan(at), "EXIF"))
            return inExif(part(file, at + 8, length));
        at += 8 + length + length % 2;
    }
    return 1;
}

/// Which stored pixel each upright one is: rows counted from below, columns from the right, and
/// first of all rows taken for columns.
struct Turn {
    explicit Turn(int orientation)
        : sides(swapsSides(orientation)),
          rows(orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7),
          columns(orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) {}

    bool sides, rows, columns;
};

std::vector<std::uint8_t> turned(const std::vector<std::uint8_t>& stored, int height, int width,
                                 std::size_t pixel, const Turn& turn) {
    std::vector<std::uint8_t> result(stored.size());
    const int newHeight = turn.sides ? width : height;
    const int newWidth = turn.sides ? height : width;
    std::uint8_t* out = result.data();
    for (int y = 0; y < newHeight; ++y)
        for (int x = 0; x < newWidth; ++x) {
            const int row = turn.sides ? x : y;
            const int column = turn.sides ? y : x;
            const auto fromRow = static_cast<std::size_t>(turn.rows ? height - 1 - row : row);
            const auto fromColumn =
                static_cast<std::size_t>(turn.columns ? width - 1 - column : column);
            std::memcpy(out, stored.data() + (fromRow * width + fromColumn) * pixel, pixel);
            out += pixel;
        }
    return result;
}

/// Directions are stored as (n + 1) / 2, so what is left for the maximum is the opposite.
template <class Value>
void turnDirections(std::vector<std::uint8_t>& bytes, const Turn& turn) {
    constexpr Value most = std::numeric_limits<Value>::max();
    for (std::size_t at = 0; at < bytes.size(); at += 3 * sizeof(Value)) {
        std::array<Value, 2> stored{};
        std::memcpy(stored.data(), bytes.data() + at, sizeof stored);
        const auto x = static_cast<Value>(turn.columns ? most - stored[0] : stored[0]);
        const auto y = static_cast<Value>(turn.rows ? most - stored[1] : stored[1]);
        const std::array<Value, 2> seen = turn.sides ? std::array{y, x} : std::array{x, y};
        std::memcpy(bytes.data() + at, seen.data(), sizeof seen);
    }
}

} // namespace

int orientationOf(std::span<const std::byte> file) {
    if (beginsWith(file, "\xFF\xD8\xFF"))
        return inJpeg(file);
    if (beginsWith(file, "\x89PNG\r\n\x1A\n"))
        return inPng(file);
    if (beginsWith(file, "RIFF") && beginsWith(part(file, 8), "WEBP"))
        return inWebp(file);
    return inTiff(file);
}

void forgetTiffOrientation(std::span<std::byte> file) {
    if (const auto found = findInTiff(file)) {
        file[found->at] = std::byte(found->bigEndian ? 0 : 1);
        file[found->at + 1] = std::byte(found->bigEndian ? 1 : 0);
    }
}

Image upright(const Image& stored, int orientation) {
    if (orientation == 1)
        return stored;
    const bool sides = swapsSides(orientation);
    return {sides ? stored.width : stored.height, sides ? stored.height : stored.width,
            stored.channels,
            turned(stored.bytes, stored.height, stored.width,
                   static_cast<std::size_t>(stored.channels), Turn(orientation))};
}

TargetPlane upright(const TargetPlane& stored, int orientation) {
    if (orientation == 1 || stored.empty())
        return stored;
    const bool sides = swapsSides(orientation);
    TargetPlane seen{stored.encoding, sides ? stored.width : stored.height,
                     sides ? stored.height : stored.width,
                     turned(stored.bytes, stored.height, stored.width,
                            static_cast<std::size_t>(bytesPerPixel(stored.encoding)),
                            Turn(orientation))};
    if (stored.encoding == Encoding::Rgb8)
        turnDirections<std::uint8_t>(seen.bytes, Turn(orientation));
    if (stored.encoding == Encoding::Rgb16)
        turnDirections<std::uint16_t>(seen.bytes, Turn(orientation));
    return seen;
}

std::string turnText(int orientation) {
    switch (orientation) {
    case 2: return "mirrored";
    case 3: return "turned by 180°";
    case 4: return "mirrored upside down";
    case 5: return "mirrored and turned by 90° to the left";
    case 6: return "turned by 90° to the right";
    case 7: return "mirrored and turned by 90° to the right";
    case 8: return "turned by 90° to the left";
    default: return "as it is stored";
    }
}

} // namespace concertina
