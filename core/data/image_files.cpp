// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_files.h"

#include "core/data/altered_samples.h"
#include "core/data/npy.h"
#include "core/data/npy_planes.h"
#include "core/data/orientation.h"
#include "core/data/picture_header.h"
#include "core/data/png_plane.h"
#include "core/tensor/tensor_file.h"
#include "core/values/text.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cassert>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace concertina {

namespace {

/// What OpenCV can be handed, and more than any picture of `LargestPicture` takes.
constexpr std::uintmax_t largestFile = std::numeric_limits<std::int32_t>::max();

int planeType(Encoding encoding) {
    switch (encoding) {
    case Encoding::Index8:
    case Encoding::UInt8: return CV_8UC1;
    case Encoding::Index16:
    case Encoding::UInt16: return CV_16UC1;
    case Encoding::Float32: return CV_32FC1;
    case Encoding::Rgb8: return CV_8UC3;
    case Encoding::Rgb16: return CV_16UC3;
    }
    return CV_8UC1;
}

std::string typeText(int type) {
    const int channels = CV_MAT_CN(type);
    const std::string depth = CV_MAT_DEPTH(type) == CV_8U    ? "8-bit"
                              : CV_MAT_DEPTH(type) == CV_16U ? "16-bit"
                              : CV_MAT_DEPTH(type) == CV_32F ? "float"
                                                             : "other";
    return depth + ", " + std::to_string(channels) + (channels == 1 ? " channel" : " channels");
}

Problem unreadable(const std::filesystem::path& path, std::string found) {
    return {"image.unreadable", path.string(), std::move(found), "a picture that can be decoded",
            "the file may be truncated or of another kind"};
}

Problem tooLarge(const std::filesystem::path& path, std::string found) {
    return {"image.large", path.string(), std::move(found),
            "a picture of at most " + shortCount(double(LargestPicture)) + " pixels", ""};
}

/// What is wrong with a picture that its decoder would not report, or report too late.
std::optional<Problem> checkHeader(std::span<const std::byte> bytes,
                                   const std::filesystem::path& path) {
    const auto header = readPictureHeader(bytes);
    if (!header)
        return std::nullopt;
    if (header->height * header->width > LargestPicture)
        return tooLarge(path, std::to_string(header->width) + " × " + std::to_string(header->height));
    if (!header->complete)
        return unreadable(path, "a file that ends early");
    return std::nullopt;
}

/// Decodes with OpenCV, which answers with an empty matrix or throws. Nothing is turned. `into` is
/// where the pixels go if they fit.
Expected<cv::Mat> decode(std::span<const std::byte> file, const std::filesystem::path& path,
                         int flags, cv::Mat into = {}) {
    if (auto problem = checkHeader(file, path))
        return failure(std::move(*problem));
    std::vector<std::byte> bytes;
    if (orientationOf(file) != 1) { // only TIFF's decoder turns by itself
        bytes.assign(file.begin(), file.end());
        forgetTiffOrientation(bytes);
        file = bytes;
    }
    try {
        const cv::Mat encoded(1, static_cast<int>(file.size()), CV_8UC1,
                              const_cast<std::byte*>(file.data()));
        const cv::Mat decoded = cv::imdecode(encoded, flags, &into);
        if (decoded.empty())
            return failure(unreadable(path, std::to_string(file.size()) + " bytes"));
        if (decoded.total() > static_cast<std::size_t>(LargestPicture))
            return failure(tooLarge(path, std::to_string(decoded.cols) + " × "
                                              + std::to_string(decoded.rows)));
        return decoded;
    } catch (const cv::Exception& exception) {
        // OpenCV refuses pictures beyond its own limit of pixels in this way.
        return failure(tooLarge(path, shortened(exception.err, 120)));
    }
}

/// What lets a JPEG's decoder leave out frequencies, where fewer pixels are still enough.
int reducedFlag(const PictureHeader& header, const SampleSize& needed) {
    const auto isEnough = [&](int part) {
        return header.height / part >= needed.height && header.width / part >= needed.width;
    };
    return isEnough(8)   ? cv::IMREAD_REDUCED_COLOR_8
           : isEnough(4) ? cv::IMREAD_REDUCED_COLOR_4
           : isEnough(2) ? cv::IMREAD_REDUCED_COLOR_2
                         : 0;
}

cv::Mat view(const Image& image) {
    return {image.height, image.width, CV_8UC(image.channels),
            const_cast<std::uint8_t*>(image.bytes.data())};
}

} // namespace

Expected<std::vector<std::byte>> readPictureFile(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return failure({"image.missing", path.string(), "no such file", "a picture", ""});
    const auto size = std::filesystem::file_size(path, error);
    if (error || size > largestFile)
        return failure(unreadable(path, error ? "a file that can't be read"
                                              : bytesText(static_cast<double>(size))));
    std::ifstream stream(path, std::ios::binary);
    std::vector<std::byte> bytes(size);
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (static_cast<std::size_t>(stream.gcount()) != size)
        return failure(unreadable(path, "a file that can't be read"));
    if (bytes.empty())
        return failure(unreadable(path, "an empty file"));
    return bytes;
}

Expected<Picture> decodePicture(std::span<const std::byte> file, const std::filesystem::path& path,
                                std::optional<SampleSize> needed) {
    if (auto problem = checkHeader(file, path))
        return failure(std::move(*problem));
    const int orientation = orientationOf(file);
    const PictureHeader known = readPictureHeader(file).value_or(PictureHeader{}); // PNG, JPEG
    int flags = cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION;
    if (needed && known.height > 0 && !isPng(file)) {
        if (swapsSides(orientation))
            std::swap(needed->height, needed->width);
        flags |= reducedFlag(known, *needed);
    }
    // Decoded where it stays: memory that is new to the process costs as much as decoding.
    Image stored = blankImage(static_cast<int>(known.height), static_cast<int>(known.width));
    const auto decoded = decode(file, path, flags, stored.empty() ? cv::Mat() : view(stored));
    if (!decoded)
        return failure(decoded.error());
    if (decoded->data != stored.bytes.data())
        stored = blankImage(decoded->rows, decoded->cols);
    cv::cvtColor(*decoded, view(stored), cv::COLOR_BGR2RGB); // pixel by pixel, so also in place
    Picture picture{.orientation = orientation, .height = stored.height, .width = stored.width};
    if (known.height > 0) {
        picture.height = static_cast<int>(known.height);
        picture.width = static_cast<int>(known.width);
    }
    if (swapsSides(orientation))
        std::swap(picture.height, picture.width);
    picture.image = orientation == 1 ? std::move(stored) : upright(stored, orientation);
    return picture;
}

Expected<Picture> decodeSamplePicture(std::span<const std::byte> file,
                                      const std::filesystem::path& path,
                                      std::optional<SampleSize> needed) {
    if (!isNpy(file))
        return decodePicture(file, path, needed);
    auto image = npyImage(file, path);
    if (!image)
        return failure(image.error());
    const int height = image->height;
    const int width = image->width;
    return Picture{std::move(*image), 1, height, width};
}

Expected<TargetPlane> decodePlane(std::span<const std::byte> file,
                                  const std::filesystem::path& path, Encoding encoding) {
    if (isPng(file)) {
        if (auto problem = checkHeader(file, path))
            return failure(std::move(*problem));
        return readPngPlane(file, path, encoding);
    }
    if (auto altered = alteredSamples(file))
        return failure({"image.type", path.string(), std::move(*altered),
                        typeText(planeType(encoding)),
                        "its decoder would change the values: save it as PNG"});
    auto decoded = decode(file, path, cv::IMREAD_UNCHANGED);
    if (!decoded)
        return failure(decoded.error());
    if (decoded->type() != planeType(encoding))
        return failure({"image.type", path.string(), typeText(decoded->type()),
                        typeText(planeType(encoding)), "see dataset.json, \"encoding\""});
    if (decoded->channels() == 3)
        cv::cvtColor(*decoded, *decoded, cv::COLOR_BGR2RGB);
    TargetPlane plane{encoding, decoded->rows, decoded->cols, {}};
    const std::size_t row = decoded->elemSize() * static_cast<std::size_t>(decoded->cols);
    plane.bytes.resize(row * static_cast<std::size_t>(decoded->rows));
    for (int y = 0; y < decoded->rows; ++y)
        std::memcpy(plane.bytes.data() + row * static_cast<std::size_t>(y), decoded->ptr(y), row);
    return plane;
}

Expected<Image> readImage(const std::filesystem::path& path) {
    const auto file = readPictureFile(path);
    if (!file)
        return failure(file.error());
    auto picture = decodePicture(*file, path);
    if (!picture)
        return failure(picture.error());
    return std::move(picture->image);
}

Expected<TargetPlane> readPlane(const std::filesystem::path& path, Encoding encoding) {
    const auto file = readPictureFile(path);
    return file ? decodePlane(*file, path, encoding) : failure(file.error());
}

Image resized(const Image& image, int height, int width) {
    if (image.height == height && image.width == width)
        return image;
    Image result{height, width, image.channels, {}};
    result.bytes.resize(static_cast<std::size_t>(height) * width * image.channels);
    cv::Mat target = view(result);
    const bool smaller = height < image.height || width < image.width;
    cv::resize(view(image), target, {width, height}, 0, 0,
               smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
    assert(target.data == result.bytes.data());
    return result;
}

TargetPlane resized(const TargetPlane& plane, int height, int width) {
    if (plane.empty() || (plane.height == height && plane.width == width))
        return plane;
    const auto size = static_cast<std::size_t>(bytesPerPixel(plane.encoding));
    TargetPlane result{plane.encoding, height, width, {}};
    result.bytes.resize(static_cast<std::size_t>(height) * width * size);
    for (int y = 0; y < height; ++y) {
        const auto from = static_cast<std::size_t>((2 * y + 1) * plane.height / (2 * height));
        for (int x = 0; x < width; ++x) {
            const auto column = static_cast<std::size_t>((2 * x + 1) * plane.width / (2 * width));
            std::memcpy(result.bytes.data() + (static_cast<std::size_t>(y) * width + x) * size,
                        plane.bytes.data() + (from * plane.width + column) * size, size);
        }
    }
    return result;
}

std::string pngBytes(const Image& image) {
    cv::Mat bgr = view(image);
    if (image.channels == 3)
        cv::cvtColor(view(image), bgr, cv::COLOR_RGB2BGR);
    std::vector<std::uint8_t> bytes;
    cv::imencode(".png", bgr, bytes);
    return {bytes.begin(), bytes.end()};
}

Expected<void> writePng(const std::filesystem::path& path, const Image& image) {
    const std::string bytes = pngBytes(image);
    const std::string_view piece = bytes;
    return writeFileAtomically(path, {&piece, 1});
}

Expected<void> writePng16(const std::filesystem::path& path, int height, int width,
                          const std::vector<std::uint16_t>& values) {
    const cv::Mat plane(height, width, CV_16UC1, const_cast<std::uint16_t*>(values.data()));
    std::vector<std::uint8_t> bytes;
    cv::imencode(".png", plane, bytes);
    const std::string_view piece(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return writeFileAtomically(path, {&piece, 1});
}

void drawText(Image& image, int x, int y, const std::string& text) {
    cv::Mat target = view(image);
    cv::putText(target, text, {x, y}, cv::FONT_HERSHEY_SIMPLEX, 0.4, {235, 235, 235}, 1,
                cv::LINE_AA);
}

void drawLine(Image& image, double x, double y, double toX, double toY, const Rgb& color) {
    cv::Mat target = view(image);
    cv::line(target, {cvRound(x), cvRound(y)}, {cvRound(toX), cvRound(toY)},
             {double(color[0]), double(color[1]), double(color[2])}, 2, cv::LINE_AA);
}

} // namespace concertina
