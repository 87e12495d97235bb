// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/value_map.h"

#include "core/values/object_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace concertina {

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Rgb colorAt(const ValueMap& map, int y, int x, std::span<const ClassInfo> classes,
            const ValueRange& range) {
    return map.isKnown(y, x) ? map.kind->color(map, y, x, classes, range) : UnknownColor;
}

float errorAt(const ValueMap& prediction, const ValueMap& truth, int y, int x,
              std::span<const ClassInfo> names) {
    if (!truth.isKnown(y, x))
        return nan;
    if (!truth.kind->isPredicted(prediction, y, x))
        return std::numeric_limits<float>::infinity();
    return truth.kind->error(prediction, truth, y, x, names);
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

ValueRange rangeOf(const ValueMap& map) {
    if (map.kind->form() != ValueForm::Scale)
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

std::vector<float> errors(const ValueMap& prediction, const ValueMap& truth,
                          std::span<const ClassInfo> names) {
    std::vector<float> result;
    result.reserve(static_cast<std::size_t>(truth.height) * truth.width);
    for (int y = 0; y < truth.height; ++y)
        for (int x = 0; x < truth.width; ++x)
            result.push_back(errorAt(prediction, truth, y, x, names));
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

std::string valueText(const ValueMap& map, int y, int x, std::span<const ClassInfo> classes) {
    return map.isKnown(y, x) ? map.kind->text(map, y, x, classes) : "–";
}

std::vector<ValueRow> differenceRows(const ValueMap& left, const ValueMap& right,
                                     std::span<const ClassInfo> names) {
    std::vector<ValueRow> rows = left.kind->rows(left, names);
    const std::vector<ValueRow> others = right.kind->rows(right, names);
    for (ValueRow& row : rows) {
        const auto named = std::ranges::find(names, row.name, &ClassInfo::name) - names.begin();
        const auto other = std::ranges::find(others, row.name, &ValueRow::name);
        const auto index = static_cast<std::size_t>(named);
        const double away = std::abs(static_cast<double>(left.values[index])
                                     - static_cast<double>(right.values[index]));
        row.share = std::isfinite(away) ? std::min(away, 1.0) : 0;
        row.color = inferno(0.3 + 0.6 * row.share);
        row.isSet = row.isSet || (other != others.end() && other->isSet);
        row.text = row.text + " → " + (other != others.end() ? other->text : "–");
    }
    return rows;
}

std::vector<std::size_t> classCounts(const ValueMap& map, std::size_t classes) {
    std::vector<std::size_t> counts(classes);
    if (map.kind->form() == ValueForm::Objects) {
        for (const ImageObject* object : countedObjects(map, classes))
            if (map.kind->namesPoints()) {
                for (std::size_t i = 0; i < std::min(classes, object->points.size()); ++i)
                    counts[i] += object->points[i].state != Keypoint::State::Unknown ? 1 : 0;
            } else {
                ++counts[static_cast<std::size_t>(object->label)];
            }
        return counts;
    }
    for (const float value : map.values)
        if (value >= 0 && static_cast<std::size_t>(value) < classes)
            ++counts[static_cast<std::size_t>(value)];
    return counts;
}

} // namespace concertina
