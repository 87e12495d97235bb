// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace concertina {

/// A picture as bytes: rows from the top, pixels from the left, `channels` bytes a pixel
/// (1 grey, 3 RGB), nothing between rows.
struct Image {
    int height = 0;
    int width = 0;
    int channels = 3;
    std::vector<std::uint8_t> bytes;

    bool operator==(const Image&) const = default;

    bool empty() const { return bytes.empty(); }

    std::uint8_t* pixel(int y, int x) {
        return bytes.data() + (static_cast<std::size_t>(y) * width + x) * channels;
    }
    const std::uint8_t* pixel(int y, int x) const {
        return bytes.data() + (static_cast<std::size_t>(y) * width + x) * channels;
    }
};

/// A picture of one colour.
inline Image blankImage(int height, int width, std::uint8_t value = 0) {
    return {height, width, 3,
            std::vector<std::uint8_t>(static_cast<std::size_t>(height) * width * 3, value)};
}

} // namespace concertina
