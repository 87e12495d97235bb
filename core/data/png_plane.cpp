// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/png_plane.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <bit>
#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

namespace {

/// A PNG's samples: one or two bytes each, the machine's order, unscaled.
struct PngSamples {
    int height = 0;
    int width = 0;
    int bits = 0; ///< of a sample in the file
    int color = 0;
    int channels = 0;
    std::vector<std::uint8_t> bytes;
    std::vector<png_bytep> rows;
    std::vector<png_color> palette;

    std::size_t sampleBytes() const { return bits == 16 ? 2 : 1; }
    std::size_t pixels() const { return static_cast<std::size_t>(height) * width; }
    bool isPalette() const { return color == PNG_COLOR_TYPE_PALETTE; }
    bool hasAlpha() const { return (color & PNG_COLOR_MASK_ALPHA) != 0; }
    bool isRgb() const { return !isPalette() && (color & PNG_COLOR_MASK_COLOR) != 0; }
    bool isGrey() const { return !isPalette() && !isRgb(); }
};

struct PngSource {
    std::span<const std::byte> file;
    std::size_t at = 0;
    std::string error;
};

void takeBytes(png_structp png, png_bytep out, std::size_t count) {
    auto& source = *static_cast<PngSource*>(png_get_io_ptr(png));
    if (count > source.file.size() - source.at)
        png_error(png, "it ends early");
    std::memcpy(out, source.file.data() + source.at, count);
    source.at += count;
}

[[noreturn]] void keepError(png_structp png, png_const_charp text) {
    static_cast<PngSource*>(png_get_error_ptr(png))->error = text;
    png_longjmp(png, 1);
}

void passOver(png_structp /*png*/, png_const_charp /*warning*/) {}

/// libpng jumps back here from within its functions when something is wrong, past destructors: so
/// what is filled is the caller's.
bool readSamples(png_structp png, png_infop info, PngSamples& samples) {
    if (setjmp(png_jmpbuf(png)) != 0)
        return false;
    png_read_info(png, info);
    samples.height = static_cast<int>(png_get_image_height(png, info));
    samples.width = static_cast<int>(png_get_image_width(png, info));
    samples.bits = png_get_bit_depth(png, info);
    samples.color = png_get_color_type(png, info);
    samples.channels = png_get_channels(png, info);
    png_colorp palette = nullptr;
    int colors = 0;
    if (png_get_PLTE(png, info, &palette, &colors) != 0)
        samples.palette.assign(palette, palette + colors);
    if (samples.bits < 8)
        png_set_packing(png); // a byte a sample, as it is
    if (samples.bits == 16 && std::endian::native == std::endian::little)
        png_set_swap(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const std::size_t row = png_get_rowbytes(png, info);
    samples.bytes.resize(row * static_cast<std::size_t>(samples.height));
    for (int y = 0; y < samples.height; ++y)
        samples.rows.push_back(samples.bytes.data() + row * static_cast<std::size_t>(y));
    png_read_image(png, samples.rows.data());
    png_read_end(png, nullptr);
    return true;
}

/// Code, found and expected of "image.type" and "image.unreadable" as `readPlane` reports them.
Problem broken(const std::filesystem::path& path, std::string found) {
    return {"image.unreadable", path.string(), std::move(found), "a picture that can be decoded",
            "the file may be truncated or of another kind"};
}

Expected<PngSamples> samplesOf(std::span<const std::byte> file,
                               const std::filesystem::path& path) {
    PngSource source{.file = file};
    PngSamples samples;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, keepError, passOver);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
    bool whole = false;
    if (info != nullptr) {
        png_set_read_fn(png, &source, takeBytes);
        png_set_check_for_invalid_index(png, 0); // an index without a colour is an index
        whole = readSamples(png, info, samples);
    }
    png_destroy_read_struct(&png, &info, nullptr);
    if (!whole)
        return failure(broken(path, source.error.empty() ? "no PNG" : source.error));
    return samples;
}

std::string nameOf(const PngSamples& samples) {
    return std::to_string(samples.bits) + "-bit "
           + (samples.isPalette() ? "palette"
              : samples.isRgb()   ? "RGB"
                                  : "grey")
           + (samples.hasAlpha() ? " with alpha" : "");
}

bool isOpaque(const PngSamples& samples) {
    if (!samples.hasAlpha())
        return true;
    const std::size_t pixel = samples.sampleBytes() * static_cast<std::size_t>(samples.channels);
    for (std::size_t at = pixel - samples.sampleBytes(); at < samples.bytes.size(); at += pixel)
        for (std::size_t i = 0; i < samples.sampleBytes(); ++i)
            if (samples.bytes[at + i] != 0xFF)
                return false;
    return true;
}

/// The first `channels` of each pixel.
std::vector<std::uint8_t> withoutAlpha(const PngSamples& samples, int channels) {
    if (channels == samples.channels)
        return samples.bytes;
    const std::size_t from = samples.sampleBytes() * static_cast<std::size_t>(samples.channels);
    const std::size_t to = samples.sampleBytes() * static_cast<std::size_t>(channels);
    std::vector<std::uint8_t> bytes(samples.pixels() * to);
    for (std::size_t i = 0; i < samples.pixels(); ++i)
        std::memcpy(bytes.data() + i * to, samples.bytes.data() + i * from, to);
    return bytes;
}

std::vector<std::uint8_t> colorsOf(const PngSamples& samples) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(samples.bytes.size() * 3);
    for (const std::uint8_t index : samples.bytes) {
        const png_color color =
            index < samples.palette.size() ? samples.palette[index] : png_color{};
        bytes.insert(bytes.end(), {color.red, color.green, color.blue});
    }
    return bytes;
}

/// Whether index `i` has the grey that it has between black (0) and white (`last`).
bool isOnRamp(std::size_t i, std::size_t last, int grey) {
    return grey * static_cast<int>(last) == static_cast<int>(i) * 255;
}

/// Whether all the colours that pixels have are greys, and neither their indices nor a ramp from
/// black to white: a grey plane that a tool made smaller looks just like indices shown as greys.
bool isAmbiguous(const PngSamples& samples) {
    std::array<bool, 256> used{};
    for (const std::uint8_t index : samples.bytes)
        used[index] = true;
    std::size_t largest = 255;
    while (largest > 0 && !used[largest])
        --largest;
    const std::size_t possible = (std::size_t{1} << static_cast<unsigned>(samples.bits)) - 1;
    bool identity = true;
    bool ramp = true;
    for (std::size_t i = 0; i < samples.palette.size(); ++i) {
        const png_color& color = samples.palette[i];
        if (!used[i])
            continue;
        if (color.red != color.green || color.red != color.blue)
            return false;
        identity = identity && color.red == i;
        ramp = ramp && (isOnRamp(i, largest, color.red) || isOnRamp(i, possible, color.red));
    }
    return !identity && !ramp;
}

/// Whether each colour that pixels have is the grey of its index.
bool isIdentity(const PngSamples& samples) {
    return std::ranges::all_of(samples.bytes, [&](std::uint8_t index) {
        if (index >= samples.palette.size())
            return false;
        const png_color& color = samples.palette[index];
        return color.red == index && color.green == index && color.blue == index;
    });
}

std::vector<std::uint8_t> widened(const std::vector<std::uint8_t>& bytes) {
    std::vector<std::uint8_t> wide(2 * bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::uint16_t value = bytes[i];
        std::memcpy(wide.data() + 2 * i, &value, sizeof value);
    }
    return wide;
}

/// What a PNG of an encoding is to be, in words.
std::string wantedText(Encoding encoding) {
    switch (encoding) {
    case Encoding::Index8: return "8-bit indices: grey, or a palette";
    case Encoding::Index16: return "16-bit indices: grey, or a palette";
    case Encoding::UInt8: return "8-bit grey";
    case Encoding::UInt16: return "16-bit grey";
    case Encoding::Rgb8: return "8-bit RGB";
    case Encoding::Rgb16: return "16-bit RGB";
    case Encoding::Float32: break;
    }
    return "floats, which a PNG cannot hold";
}

/// What to do about a PNG of another type.
std::string wayOut(const PngSamples& samples, Encoding encoding) {
    const bool indices = encoding == Encoding::Index8 || encoding == Encoding::Index16;
    if (samples.hasAlpha() && !isOpaque(samples))
        return "what transparent pixels mean is not known: save it without alpha";
    if (indices && samples.isRgb())
        return "save each pixel's class index, as a grey PNG or one with a palette";
    if (encoding == Encoding::Index8 && samples.bits == 16)
        return "write \"encoding\": \"index16\" in dataset.json";
    if (samples.isPalette())
        return "whether a palette's indices or its colours are meant is not known: save it as "
               + wantedText(encoding);
    return "see dataset.json, \"encoding\"";
}

/// The bytes of a plane; none where the PNG is of another type.
std::optional<std::vector<std::uint8_t>> planeBytes(const PngSamples& samples, Encoding encoding) {
    if (!isOpaque(samples))
        return std::nullopt;
    const bool fewBits = samples.bits <= 8;
    switch (encoding) {
    case Encoding::Index8:
    case Encoding::Index16:
        if (samples.isPalette() ? isAmbiguous(samples) : !samples.isGrey())
            return std::nullopt;
        if (encoding == Encoding::Index8)
            return fewBits ? std::optional(withoutAlpha(samples, 1)) : std::nullopt;
        return fewBits ? widened(withoutAlpha(samples, 1)) : withoutAlpha(samples, 1);
    case Encoding::UInt8:
        if (fewBits && (samples.isGrey() || (samples.isPalette() && isIdentity(samples))))
            return withoutAlpha(samples, 1);
        return std::nullopt;
    case Encoding::UInt16:
        if (!fewBits && samples.isGrey())
            return withoutAlpha(samples, 1);
        return std::nullopt;
    case Encoding::Rgb8:
        if (samples.isPalette())
            return colorsOf(samples);
        if (fewBits && samples.isRgb())
            return withoutAlpha(samples, 3);
        return std::nullopt;
    case Encoding::Rgb16:
        if (!fewBits && samples.isRgb())
            return withoutAlpha(samples, 3);
        return std::nullopt;
    case Encoding::Float32: break;
    }
    return std::nullopt;
}

} // namespace

bool isPng(std::span<const std::byte> file) {
    return file.size() >= 8 && png_sig_cmp(reinterpret_cast<png_const_bytep>(file.data()), 0, 8) == 0;
}

Expected<TargetPlane> readPngPlane(std::span<const std::byte> file,
                                   const std::filesystem::path& path, Encoding encoding) {
    const auto samples = samplesOf(file, path);
    if (!samples)
        return failure(samples.error());
    auto bytes = planeBytes(*samples, encoding);
    if (!bytes) {
        const bool greys = samples->isPalette() && isAmbiguous(*samples);
        return failure({"image.type", path.string(),
                        nameOf(*samples) + (greys ? " of greys that are not their indices" : ""),
                        wantedText(encoding), wayOut(*samples, encoding)});
    }
    return TargetPlane{encoding, samples->height, samples->width, std::move(*bytes)};
}

} // namespace concertina
