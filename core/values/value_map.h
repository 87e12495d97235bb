// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"
#include "core/values/objects.h"
#include "core/values/target.h"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// The values of one target or prediction, a plane a channel, rows from the top: 1 channel of class
/// indices (−1: none) or metres (0 or not finite: not known), 3 of directions (all 0: not known).
/// What belongs to the whole picture is 1 × 1: a channel a class or quantity (NaN: not known), or
/// how many objects there are, which are then `objects`, in shares of the image's width and height.
/// A network whose scores at a pixel are not finite predicts no class there.
struct ValueMap {
    const TargetKind* kind = &classesTarget();
    int height = 0;
    int width = 0;
    std::vector<float> values;
    std::vector<ImageObject> objects{}; ///< what was found: those of any score, the best first
    double aspect = 1;                  ///< of objects: width ÷ height of the picture, if known

    bool operator==(const ValueMap&) const = default;

    bool empty() const { return values.empty(); }
    int channels() const {
        return empty() ? 0 : static_cast<int>(values.size()) / (height * width);
    }

    float at(int y, int x, int channel = 0) const {
        return values[(static_cast<std::size_t>(channel) * height + y) * width + x];
    }

    /// Whether the pixel has a value.
    bool isKnown(int y, int x) const { return kind->isKnown(*this, y, x); }
};

/// The span of values that maps are drawn over, so that truth and predictions look alike.
struct ValueRange {
    double low = 0;
    double high = 1;

    bool operator==(const ValueRange&) const = default;
};

/// From the smallest to the largest known value of a scale; 0 to 1 for other forms and where there
/// is none.
ValueRange rangeOf(const ValueMap& map);

/// The range that holds both.
ValueRange joined(const ValueRange& a, const ValueRange& b);

/// A plane in true pixels: classes in their colours, numbers by their colour map over the range,
/// directions as (n + 1) / 2. Unknown pixels have `UnknownColor`. Not of lists, which are text.
Image draw(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range);

/// How far a prediction is from the truth, pixel by pixel: 1 for a wrong class and 0 for a right
/// one, |Δ| in metres, the angle in degrees; NaN where the truth is not known, infinite where it is
/// and what was predicted is no number. One plane; one value for the whole picture.
std::vector<float> errors(const ValueMap& prediction, const ValueMap& truth,
                          std::span<const ClassInfo> names = {});

/// By `inferno` from 0 to `limit`; NaN has `UnknownColor`.
Image drawErrors(std::span<const float> errors, int height, int width, double limit);

/// The mean of the errors that are not NaN; NaN where there is none.
double meanError(std::span<const float> errors);

/// A pixel's value for people: "wall", "2.413 m", "(0.12, −0.93, −0.35)", "bedroom 0.93", "–" where
/// not known.
std::string valueText(const ValueMap& map, int y, int x, std::span<const ClassInfo> classes);

/// Of two lists, row by row in the order of the first: both values, and how far apart they are.
std::vector<ValueRow> differenceRows(const ValueMap& left, const ValueMap& right,
                                     std::span<const ClassInfo> names);

/// Pixels of each class, objects that count, or their known keypoints, by index; those without a
/// class are left out.
std::vector<std::size_t> classCounts(const ValueMap& map, std::size_t classes);

// For kinds of targets.

/// With so many decimals, or two digits where they would all be 0: what collapsing leaves must not
/// read as nothing.
std::string smallText(double value, int decimals);

/// A share that is wrong, "32.0 %", with more digits where it is small.
std::string wrongShareText(double share);

/// Scores of classes, the greatest first.
std::vector<ValueRow> scoreRows(const ValueMap& map, std::span<const ClassInfo> names,
                                const std::function<bool(std::size_t)>& isSet);

} // namespace concertina
