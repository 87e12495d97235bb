// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/data/sample_size.h"
#include "core/values/color_map.h"
#include "core/values/image.h"
#include "core/values/problem.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace concertina {

// Pictures on the disk and in other sizes, through OpenCV.

/// Pictures beyond this many pixels are refused: PNG and JPEG before they are decoded.
inline constexpr std::int64_t LargestPicture = 120'000'000;

/// The bytes of a picture's file. Problems: "image.missing", "image.unreadable".
Expected<std::vector<std::byte>> readPictureFile(const std::filesystem::path& path);

/// A picture as it is to be seen, whatever its file stores (`orientationOf`).
struct Picture {
    Image image; ///< RGB, upright
    int orientation = 1; ///< as it is stored
    int height = 0; ///< of the whole picture, upright; the image is smaller where it was reduced
    int width = 0;
};

/// From the bytes of the file at `path`. Where only `needed` pixels are, a JPEG is decoded at 1/2,
/// 1/4 or 1/8 of its size, as long as that is no smaller. Problems: "image.unreadable",
/// "image.large".
Expected<Picture> decodePicture(std::span<const std::byte> file, const std::filesystem::path& path,
                                std::optional<SampleSize> needed = {});

/// The same of an image file or a `.npy` file. Problems: also those of `npyImage`.
Expected<Picture> decodeSamplePicture(std::span<const std::byte> file,
                                      const std::filesystem::path& path,
                                      std::optional<SampleSize> needed = {});

/// A target's plane, its samples and its orientation as they are stored, checked for the type of
/// its encoding: see `readPngPlane` for PNG; other formats are refused where their samples would
/// not come out as they are. Problems: those of `decodePicture`, and "image.type".
Expected<TargetPlane> decodePlane(std::span<const std::byte> file,
                                  const std::filesystem::path& path, Encoding encoding);

/// Both from a file: `readPictureFile`, and the picture upright.
Expected<Image> readImage(const std::filesystem::path& path);
Expected<TargetPlane> readPlane(const std::filesystem::path& path, Encoding encoding);

/// By averaging where it gets smaller, linear where it gets larger.
Image resized(const Image& image, int height, int width);

/// Of each new pixel, the old one that its centre falls on.
TargetPlane resized(const TargetPlane& plane, int height, int width);

/// A picture (1 or 3 channels) as the bytes of a PNG file.
std::string pngBytes(const Image& image);

/// Writes a PNG. Problems: "file.write", "disk.full".
Expected<void> writePng(const std::filesystem::path& path, const Image& image);

/// Writes values of two bytes as a grey PNG, rows from the top.
Expected<void> writePng16(const std::filesystem::path& path, int height, int width,
                          const std::vector<std::uint16_t>& values);

/// Writes `text` (printable ASCII) into a picture with its lower left corner at (x, y).
void drawText(Image& image, int x, int y, const std::string& text);

/// A line of 2 pixels between two places, smoothed; parts outside are left out.
void drawLine(Image& image, double x, double y, double toX, double toY, const Rgb& color);

} // namespace concertina
