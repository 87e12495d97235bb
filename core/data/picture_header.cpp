// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/picture_header.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace concertina {

namespace {

using Bytes = std::span<const std::byte>;

std::uint32_t byteAt(Bytes file, std::size_t at) {
    return std::to_integer<std::uint32_t>(file[at]);
}

std::uint32_t bigEndian(Bytes file, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = value << 8U | byteAt(file, at + i);
    return value;
}

template <std::size_t Size>
bool holds(Bytes file, std::size_t at, const std::array<unsigned char, Size>& expected) {
    return file.size() >= at + Size
           && std::ranges::equal(file.subspan(at, Size), std::as_bytes(std::span(expected)));
}

constexpr std::array<unsigned char, 8> pngBegin{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::array<unsigned char, 4> pngEnd{'I', 'E', 'N', 'D'};
constexpr std::array<unsigned char, 3> jpegBegin{0xFF, 0xD8, 0xFF};

/// PNG specification, 5.3: chunks of length, type, data and checksum; the first holds the size.
std::optional<PictureHeader> readPng(Bytes file) {
    if (file.size() < 24)
        return std::nullopt;
    PictureHeader header{.height = bigEndian(file, 20, 4), .width = bigEndian(file, 16, 4)};
    for (std::size_t at = pngBegin.size(); at + 12 <= file.size();) {
        if (holds(file, at + 4, pngEnd)) {
            header.complete = true;
            break;
        }
        at += 12 + std::size_t{bigEndian(file, at, 4)};
    }
    return header;
}

bool isFrameMarker(std::uint32_t marker) { // SOF0 … SOF15 without DHT, JPG and DAC
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// Whether the end's marker stands in what follows a scan's head. `memchr` looks at many bytes at
/// once: a tenth of the time of looking at each.
bool holdsEnd(Bytes scan) {
    while (scan.size() > 1) {
        const void* found = std::memchr(scan.data(), 0xFF, scan.size() - 1);
        if (found == nullptr)
            return false;
        const auto at =
            static_cast<std::size_t>(static_cast<const std::byte*>(found) - scan.data());
        if (scan[at + 1] == std::byte{0xD9})
            return true;
        scan = scan.subspan(at + 1);
    }
    return false;
}

/// ITU-T T.81, annex B: segments up to the start of the scan, among them a frame header with the
/// size. In what follows the end's marker can stand nowhere but at the end.
std::optional<PictureHeader> readJpeg(Bytes file) {
    std::optional<PictureHeader> header;
    for (std::size_t at = 2; at + 4 <= file.size() && byteAt(file, at) == 0xFF;) {
        const std::uint32_t marker = byteAt(file, at + 1);
        if (marker == 0xFF) { // a byte of filling
            ++at;
            continue;
        }
        if (isFrameMarker(marker) && at + 9 <= file.size())
            header = PictureHeader{.height = bigEndian(file, at + 5, 2),
                                   .width = bigEndian(file, at + 7, 2)};
        const std::size_t next = at + 2 + bigEndian(file, at + 2, 2);
        if (marker == 0xDA) { // the start of the scan
            if (header)
                header->complete = holdsEnd(file.subspan(std::min(next, file.size())));
            return header;
        }
        at = next;
    }
    return header;
}

} // namespace

std::optional<PictureHeader> readPictureHeader(Bytes file) {
    if (holds(file, 0, pngBegin))
        return readPng(file);
    if (holds(file, 0, jpegBegin))
        return readJpeg(file);
    return std::nullopt;
}

} // namespace concertina
