// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/value_map.h"

#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace concertina {

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Rgb colorAt(const ValueMap& map, int y, int x, std::span<const ClassInfo> classes,
            const ValueRange& range) {
    if (!map.isKnown(y, x))
        return UnknownColor;
    switch (map.kind) {
    case TargetKind::Classes: {
        const auto index = static_cast<std::size_t>(map.at(y, x));
        return index < classes.size() ? classes[index].color : UnknownColor;
    }
    case TargetKind::Depth:
        return viridis((static_cast<double>(map.at(y, x)) - range.low) / (range.high - range.low));
    case TargetKind::Normals: break;
    }
    Rgb color{};
    for (int c = 0; c < 3; ++c)
        color[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(
            std::lround(std::clamp((map.at(y, x, c) + 1) * 127.5F, 0.0F, 255.0F)));
    return color;
}

/// Whether a prediction is one: a class, or finite numbers, 0 too.
bool isPredicted(const ValueMap& prediction, int y, int x) {
    if (prediction.kind == TargetKind::Classes)
        return prediction.isKnown(y, x);
    for (int c = 0; c < prediction.channels(); ++c)
        if (!std::isfinite(prediction.at(y, x, c)))
            return false;
    return true;
}

float errorAt(const ValueMap& prediction, const ValueMap& truth, int y, int x) {
    if (!truth.isKnown(y, x))
        return nan;
    if (!isPredicted(prediction, y, x))
        return std::numeric_limits<float>::infinity();
    switch (truth.kind) {
    case TargetKind::Classes: return prediction.at(y, x) == truth.at(y, x) ? 0.0F : 1.0F;
    case TargetKind::Depth: return std::abs(prediction.at(y, x) - truth.at(y, x));
    case TargetKind::Normals: break;
    }
    double cosine = 0;
    for (int c = 0; c < 3; ++c)
        cosine += static_cast<double>(prediction.at(y, x, c)) * static_cast<double>(truth.at(y, x, c));
    return static_cast<float>(std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / std::numbers::pi);
}

/// Fills a picture pixel by pixel.
template <class Color>
Image painted(int height, int width, Color color) {
    Image image = blankImage(height, width);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const Rgb rgb = color(y, x);
            std::copy(rgb.begin(), rgb.end(), image.pixel(y, x));
        }
    return image;
}

} // namespace

bool ValueMap::isKnown(int y, int x) const {
    const float value = at(y, x);
    switch (kind) {
    case TargetKind::Classes: return value >= 0;
    case TargetKind::Depth: return value != 0 && std::isfinite(value);
    case TargetKind::Normals: break;
    }
    const float sum = std::abs(value) + std::abs(at(y, x, 1)) + std::abs(at(y, x, 2));
    return sum > 0 && std::isfinite(sum);
}

ValueRange rangeOf(const ValueMap& map) {
    if (map.kind != TargetKind::Depth)
        return {};
    ValueRange range{std::numeric_limits<double>::infinity(),
                     -std::numeric_limits<double>::infinity()};
    for (int y = 0; y < map.height; ++y)
        for (int x = 0; x < map.width; ++x)
            if (map.isKnown(y, x)) {
                range.low = std::min(range.low, static_cast<double>(map.at(y, x)));
                range.high = std::max(range.high, static_cast<double>(map.at(y, x)));
            }
    if (!std::isfinite(range.low))
        return {};
    return range.high > range.low ? range : ValueRange{range.low, range.low + 1};
}

ValueRange joined(const ValueRange& a, const ValueRange& b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

Image draw(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range) {
    return painted(map.height, map.width,
                   [&](int y, int x) { return colorAt(map, y, x, classes, range); });
}

std::vector<float> errors(const ValueMap& prediction, const ValueMap& truth) {
    std::vector<float> result;
    result.reserve(static_cast<std::size_t>(truth.height) * truth.width);
    for (int y = 0; y < truth.height; ++y)
        for (int x = 0; x < truth.width; ++x)
            result.push_back(errorAt(prediction, truth, y, x));
    return result;
}

Image drawErrors(std::span<const float> errors, int height, int width, double limit) {
    return painted(height, width, [&](int y, int x) {
        const float error = errors[static_cast<std::size_t>(y) * width + x];
        return std::isnan(error) ? UnknownColor : inferno(static_cast<double>(error) / limit);
    });
}

double meanError(std::span<const float> errors) {
    double sum = 0;
    double count = 0;
    for (const float error : errors)
        if (!std::isnan(error)) {
            sum += static_cast<double>(error);
            ++count;
        }
    return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

const char* errorUnit(TargetKind kind) {
    switch (kind) {
    case TargetKind::Classes: return "share wrong";
    case TargetKind::Depth: return "m";
    case TargetKind::Normals: return "°";
    }
    return "";
}

double errorLimit(TargetKind kind) {
    switch (kind) {
    case TargetKind::Classes: return 1;
    case TargetKind::Depth: return 0.5;
    case TargetKind::Normals: return 45;
    }
    return 1;
}

std::string valueText(const ValueMap& map, int y, int x, std::span<const ClassInfo> classes) {
    if (!map.isKnown(y, x))
        return "–";
    switch (map.kind) {
    case TargetKind::Classes: {
        const auto index = static_cast<std::size_t>(map.at(y, x));
        return index < classes.size() ? classes[index].name : "–";
    }
    case TargetKind::Depth: return fixedText(static_cast<double>(map.at(y, x)), 3) + " m";
    case TargetKind::Normals: break;
    }
    std::vector<std::string> parts;
    for (int c = 0; c < 3; ++c)
        parts.push_back(fixedText(static_cast<double>(map.at(y, x, c)), 2));
    return "(" + join(parts, ", ") + ")";
}

std::vector<std::size_t> classCounts(const ValueMap& map, std::size_t classes) {
    std::vector<std::size_t> counts(classes);
    for (const float value : map.values)
        if (value >= 0 && static_cast<std::size_t>(value) < classes)
            ++counts[static_cast<std::size_t>(value)];
    return counts;
}

} // namespace concertina
