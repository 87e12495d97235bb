// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npy_planes.h"

#include "core/data/image_files.h"
#include "core/data/npy.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace concertina {

namespace {

/// Bicubic filters leave the range a little.
constexpr float overshoot = 0.002F;

struct NpyExtents {
    int height = 0;
    int width = 0;
    int channels = 1;
};

Problem inNpy(Problem problem, const std::filesystem::path& path) {
    problem.path = path.string();
    return problem;
}

/// Height, width and channels of what has one of the wanted numbers of channels.
Expected<NpyExtents> extentsOf(const NpyArray& array, const std::filesystem::path& path,
                               std::initializer_list<int> channels, const char* expected) {
    const auto& shape = array.shape;
    const Problem misfit{"npy.shape", path.string(), toText(array), expected,
                         shape.size() == 3 && shape[0] <= 4 && shape[2] > 4
                             ? "its channels come first: a.transpose(1, 2, 0)"
                             : ""};
    if (shape.size() < 2 || shape.size() > 3)
        return failure(misfit);
    const std::int64_t third = shape.size() == 3 ? shape[2] : 1;
    if (std::ranges::find(channels, third) == channels.end() || shape[0] < 1 || shape[1] < 1
        || shape[0] > LargestPicture / shape[1])
        return failure(misfit);
    return NpyExtents{static_cast<int>(shape[0]), static_cast<int>(shape[1]),
                      static_cast<int>(third)};
}

Problem badValue(const std::filesystem::path& path, float value, std::string expected,
                 std::string hint) {
    return {"npy.value", path.string(), "the value " + numberText(static_cast<double>(value)),
            std::move(expected), std::move(hint)};
}

template <class Stored>
void store(TargetPlane& plane, std::size_t at, Stored value) {
    std::memcpy(plane.bytes.data() + at * sizeof value, &value, sizeof value);
}

/// Whole numbers, for indices and for depths in whole units.
Expected<TargetPlane> wholePlane(const std::vector<float>& values, TargetPlane plane,
                                 const std::filesystem::path& path, const TargetInfo& target) {
    const int width = bytesPerPixel(plane.encoding);
    const float most = width == 1 ? 255.0F : 65535.0F;
    const bool indices = target.kind == &classesTarget();
    for (std::size_t i = 0; i < values.size(); ++i) {
        float value = values[i];
        if (indices && value == -1 && target.ignore >= 0)
            value = static_cast<float>(target.ignore);
        if (!(value >= 0 && value <= most && value == std::floor(value)))
            return failure(badValue(path, values[i],
                                    "whole numbers from 0 to "
                                        + numberText(static_cast<double>(most))
                                        + (indices && target.ignore >= 0 ? ", or -1 for none" : ""),
                                    indices ? "" : "for metres: the encoding float32"));
        if (width == 1)
            store(plane, i, static_cast<std::uint8_t>(value));
        else
            store(plane, i, static_cast<std::uint16_t>(value));
    }
    return plane;
}

TargetPlane directionPlane(const std::vector<float>& values, TargetPlane plane) {
    for (std::size_t i = 0; i < values.size(); i += 3) {
        const auto packed = packedNormal(values[i], values[i + 1], values[i + 2]);
        for (std::size_t c = 0; c < 3; ++c) {
            if (plane.encoding == Encoding::Rgb16)
                store(plane, i + c, packed[c]);
            else
                store(plane, i + c, static_cast<std::uint8_t>((packed[c] + 128) / 257));
        }
    }
    return plane;
}

} // namespace

std::array<std::uint16_t, 3> packedNormal(float x, float y, float z) {
    constexpr std::array<std::uint16_t, 3> none{32768, 32768, 32768};
    const float length = std::sqrt(x * x + y * y + z * z);
    if (!(length > 0.5F && length < 1.5F)) // what is not finite, too
        return none;
    const auto packed = [length](float value) {
        return static_cast<std::uint16_t>(std::lround((value / length + 1) * 32767.5F));
    };
    return {packed(x), packed(y), packed(z)};
}

Expected<Image> npyImage(std::span<const std::byte> file, const std::filesystem::path& path) {
    const auto array = readNpy(file);
    if (!array)
        return failure(inNpy(array.error(), path));
    const auto extents = extentsOf(*array, path, {1, 3}, "a picture: height × width × 3");
    if (!extents)
        return failure(extents.error());
    const bool real = isReal(array->type);
    if (!real && array->type != NpyType::UInt8)
        return failure({"npy.value", path.string(), toText(*array), "reals from 0 to 1, or uint8",
                        "np.save(name, a.astype('uint8'))"});
    const std::vector<float> values = npyValues(*array, 0, array->size());
    Image image{extents->height, extents->width, 3, {}};
    image.bytes.resize(static_cast<std::size_t>(image.height) * image.width * 3);
    const std::size_t repeats = extents->channels == 1 ? 3 : 1; // grey three times
    for (std::size_t i = 0; i < values.size(); ++i) {
        float value = values[i];
        if (real) {
            if (!(value >= -overshoot && value <= 1 + overshoot))
                return failure(badValue(path, value, "reals from 0 to 1",
                                        "values from 0 to 255 are saved as uint8"));
            value = std::clamp(value, 0.0F, 1.0F) * 255;
        }
        for (std::size_t r = 0; r < repeats; ++r)
            image.bytes[i * repeats + r] = static_cast<std::uint8_t>(std::lround(value));
    }
    return image;
}

Expected<TargetPlane> npyPlane(std::span<const std::byte> file, const std::filesystem::path& path,
                               const TargetInfo& target) {
    const auto array = readNpy(file);
    if (!array)
        return failure(inNpy(array.error(), path));
    const bool directions = target.kind == &normalsTarget();
    const auto extents = directions ? extentsOf(*array, path, {3}, "directions: height × width × 3")
                                    : extentsOf(*array, path, {1}, "a plane: height × width");
    if (!extents)
        return failure(extents.error());
    if (directions && !isReal(array->type))
        return failure({"npy.value", path.string(), toText(*array), "reals from -1 to 1", ""});
    TargetPlane plane{target.encoding, extents->height, extents->width, {}};
    plane.bytes.resize(static_cast<std::size_t>(plane.height) * plane.width
                       * bytesPerPixel(plane.encoding));
    const std::vector<float> values = npyValues(*array, 0, array->size());
    if (directions)
        return directionPlane(values, std::move(plane));
    if (target.encoding != Encoding::Float32)
        return wholePlane(values, std::move(plane), path, target);
    std::memcpy(plane.bytes.data(), values.data(), plane.bytes.size());
    return plane;
}

} // namespace concertina
