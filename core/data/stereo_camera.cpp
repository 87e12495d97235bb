// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/stereo_camera.h"

#include "core/values/json_document.h"
#include "core/values/text.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

namespace concertina {

namespace {

constexpr std::uintmax_t largestCameraFile = 1 << 20;

/// So that depths are neither 0 nor infinite as floats; no camera comes near either.
constexpr double leastReach = 1e-6, mostReach = 1e12;

/// A number above 0 in a section of the file.
Expected<double> lengthIn(const Json& camera, const char* section, const char* key) {
    const std::string path = std::string(section) + "." + key;
    const Json value = camera.is_object() && camera.contains(section) && camera[section].is_object()
                               && camera[section].contains(key)
                           ? camera[section][key]
                           : Json();
    const double number = value.is_number() ? value.get<double>() : 0;
    if (!std::isfinite(number) || number <= 0)
        return failure({"camera.json", path,
                        value.is_null() ? "nothing" : shortened(jsonText(value), 60),
                        "a number above 0", "depths are baseline · fx / disparity"});
    return number;
}

/// Float32 of what stands in each pixel.
template <class Make>
TargetPlane floatPlane(const TargetPlane& stored, Make make) {
    TargetPlane plane{Encoding::Float32, stored.height, stored.width, {}};
    const std::size_t pixels = static_cast<std::size_t>(stored.height) * stored.width;
    plane.bytes.resize(pixels * sizeof(float));
    for (std::size_t i = 0; i < pixels; ++i) {
        std::uint16_t value = 0;
        std::memcpy(&value, stored.bytes.data() + i * sizeof value, sizeof value);
        const float made = make(value);
        std::memcpy(plane.bytes.data() + i * sizeof made, &made, sizeof made);
    }
    return plane;
}

} // namespace

Expected<StereoCamera> readStereoCamera(std::string_view text) {
    const auto json = readJsonDocument(text, "a camera");
    if (!json)
        return failure(
            {"camera.json", "", json.error().found, json.error().expected, json.error().hint});
    const auto baseline = lengthIn(*json, "extrinsic", "baseline");
    if (!baseline)
        return failure(baseline.error());
    const auto fx = lengthIn(*json, "intrinsic", "fx");
    if (!fx)
        return failure(fx.error());
    const double reach = *baseline * *fx; // the depth at a disparity of one pixel
    if (!(reach >= leastReach && reach <= mostReach))
        return failure(
            {"camera.json", "extrinsic.baseline",
             numberText(*baseline) + " m with a focal length of " + numberText(*fx) + " pixels",
             "a camera: the product is about 470 for those of Cityscapes", ""});
    return StereoCamera{*baseline, *fx};
}

Expected<std::string> readCameraText(const std::filesystem::path& path) {
    std::error_code error;
    std::ifstream stream;
    if (std::filesystem::is_regular_file(path, error))
        stream.open(path, std::ios::binary);
    if (!stream.is_open())
        return failure({"camera.missing", path.string(), "no such file, or one that can't be read",
                        "the camera of a disparity", "camera_trainvaltest.zip has it"});
    const auto size = std::filesystem::file_size(path, error);
    if (error || size > largestCameraFile)
        return failure({"camera.json", path.string(), bytesText(static_cast<double>(size)),
                        "a camera, at most " + bytesText(static_cast<double>(largestCameraFile)),
                        ""});
    return std::string{std::istreambuf_iterator<char>(stream), {}};
}

TargetPlane depthPlane(const TargetPlane& disparities, const StereoCamera& camera,
                       double farthest) {
    const double reach = camera.baseline * camera.fx;
    return floatPlane(disparities, [&](std::uint16_t value) {
        if (value <= 1)
            return 0.0F;
        const double metres = reach * 256 / (value - 1);
        return farthest > 0 && metres > farthest ? 0.0F : static_cast<float>(metres);
    });
}

TargetPlane inverseDepthPlane(const TargetPlane& disparities) {
    return floatPlane(disparities,
                      [](std::uint16_t value) { return static_cast<float>(value / 65535.0); });
}

} // namespace concertina
