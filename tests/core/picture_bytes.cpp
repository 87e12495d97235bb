// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/picture_bytes.h"

namespace concertina::testing {

namespace {

std::string number(std::uint64_t value, int bytes, bool bigEndian) {
    std::string text(static_cast<std::size_t>(bytes), '\0');
    for (int i = 0; i < bytes; ++i)
        text[static_cast<std::size_t>(bigEndian ? bytes - 1 - i : i)] =
            static_cast<char>(value >> (8 * i) & 0xFF);
    return text;
}

/// PNG specification, annex D.
std::uint32_t crc(const std::string& bytes) {
    std::uint32_t sum = 0xFFFFFFFF;
    for (const char byte : bytes) {
        sum ^= static_cast<unsigned char>(byte);
        for (int i = 0; i < 8; ++i)
            sum = (sum & 1U) != 0 ? 0xEDB88320U ^ sum >> 1U : sum >> 1U;
    }
    return ~sum;
}

std::string chunk(const std::string& type, const std::string& data) {
    return number(data.size(), 4, true) + type + data + number(crc(type + data), 4, true);
}

/// RFC 1950 and 1951: one block that is stored as it is (below 64 KiB).
std::string zlib(const std::string& data) {
    std::uint32_t a = 1, b = 0;
    for (const char byte : data) {
        a = (a + static_cast<unsigned char>(byte)) % 65521;
        b = (b + a) % 65521;
    }
    return std::string("\x78\x01\x01") + number(data.size(), 2, false)
           + number(~data.size() & 0xFFFF, 2, false) + data + number(b << 16U | a, 4, true);
}

/// Samples of `bits` each in whole bytes, the first at the top.
std::string packed(const std::vector<int>& samples, int bits, bool bigEndian) {
    std::string bytes;
    if (bits >= 8) {
        for (const int sample : samples)
            bytes += number(static_cast<std::uint64_t>(sample), bits / 8, bigEndian);
        return bytes;
    }
    int byte = 0, used = 0;
    for (const int sample : samples) {
        byte = byte << bits | sample;
        used += bits;
        if (used == 8) {
            bytes += static_cast<char>(byte);
            byte = used = 0;
        }
    }
    if (used > 0)
        bytes += static_cast<char>(byte << (8 - used));
    return bytes;
}

/// The pixels of every `stepY`th row and `stepX`th column, each row behind filter 0.
std::string rows(const PngFile& file, int channels, int startY, int startX, int stepY, int stepX) {
    std::string bytes;
    for (int y = startY; y < file.height; y += stepY) {
        std::vector<int> row;
        for (int x = startX; x < file.width; x += stepX)
            for (int c = 0; c < channels; ++c)
                row.push_back(
                    file.samples[static_cast<std::size_t>((y * file.width + x) * channels + c)]);
        if (!row.empty())
            bytes += '\0' + packed(row, file.bits, true);
    }
    return bytes;
}

} // namespace

std::string PngFile::bytes() const {
    const int channels = color == 2 ? 3 : color == 4 ? 2 : color == 6 ? 4 : 1;
    std::string pixels;
    if (interlaced) { // Adam7
        constexpr int passes[7][4] = {{0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4},
                                      {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}};
        for (const auto& pass : passes)
            pixels += rows(*this, channels, pass[0], pass[1], pass[2], pass[3]);
    } else {
        pixels = rows(*this, channels, 0, 0, 1, 1);
    }
    std::string file = "\x89PNG\r\n\x1A\n";
    file += chunk("IHDR", number(static_cast<std::uint64_t>(width), 4, true)
                              + number(static_cast<std::uint64_t>(height), 4, true)
                              + static_cast<char>(bits) + static_cast<char>(color)
                              + std::string(2, '\0') + (interlaced ? '\1' : '\0'));
    std::string colors;
    for (const auto& entry : palette)
        colors.append(entry.begin(), entry.end());
    if (!colors.empty())
        file += chunk("PLTE", colors);
    if (!transparency.empty())
        file += chunk("tRNS", transparency);
    if (orientation != 1)
        file += chunk("eXIf", exifBytes(orientation, true));
    return file + chunk("IDAT", zlib(pixels)) + chunk("IEND", "");
}

std::string exifBytes(int orientation, bool bigEndian) {
    return (bigEndian ? std::string("MM\0\x2A", 4) : std::string("II\x2A\0", 4))
           + number(8, 4, bigEndian) + number(1, 2, bigEndian) + number(0x112, 2, bigEndian)
           + number(3, 2, bigEndian) + number(1, 4, bigEndian)
           + number(static_cast<std::uint64_t>(orientation), 2, bigEndian)
           + number(0, 2, bigEndian) + number(0, 4, bigEndian);
}

std::string TiffFile::bytes() const {
    std::string pixels;
    for (int y = 0; y < height; ++y)
        pixels += packed({samples.begin() + y * width, samples.begin() + (y + 1) * width}, bits,
                         bigEndian);
    std::string colors; // 16 bits each, all reds first
    if (photometric == 3)
        for (int i = 0; i < 3 << bits; ++i)
            colors += number(static_cast<std::uint64_t>(i) * 77 % 65536, 2, bigEndian);
    const std::string data = pixels + std::string(pixels.size() % 2, '\0') + colors;
    const auto colorsAt = 8 + data.size() - colors.size();
    struct Entry {
        int tag;
        int type; ///< 3: two bytes, 4: four
        std::uint64_t value;
        std::uint64_t count = 1;
    };
    const auto stated = [](int value) { return static_cast<std::uint64_t>(value); };
    std::vector<Entry> entries{{256, 3, stated(width)},       {257, 3, stated(height)},
                               {258, 3, stated(bits)},        {259, 3, 1},
                               {262, 3, stated(photometric)}, {273, 4, 8},
                               {274, 3, stated(orientation)}, {277, 3, 1},
                               {278, 3, stated(height)},      {279, 4, pixels.size()}};
    if (photometric == 3)
        entries.push_back({320, 3, colorsAt, std::uint64_t{3} << stated(bits)});
    std::string directory = number(entries.size(), 2, bigEndian);
    for (const Entry& entry : entries) {
        const bool isShort = entry.type == 3 && entry.count == 1;
        directory += number(stated(entry.tag), 2, bigEndian)
                     + number(stated(entry.type), 2, bigEndian) + number(entry.count, 4, bigEndian)
                     + number(entry.value, isShort ? 2 : 4, bigEndian)
                     + (isShort ? std::string(2, '\0') : "");
    }
    return (bigEndian ? std::string("MM\0\x2A", 4) : std::string("II\x2A\0", 4))
           + number(8 + data.size(), 4, bigEndian) + data + directory + number(0, 4, bigEndian);
}

std::string jpegWithOrientation(const std::string& jpeg, int orientation, bool bigEndian) {
    const std::string exif = std::string("Exif\0\0", 6) + exifBytes(orientation, bigEndian);
    return jpeg.substr(0, 2) + "\xFF\xE1" + number(exif.size() + 2, 2, true) + exif
           + jpeg.substr(2);
}

} // namespace concertina::testing
