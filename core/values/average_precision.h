// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/object_matching.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// What average precision is taken over (COCO's evaluation, cocodataset.org/#detection-eval).
struct PrecisionRules {
    /// Truths and unmatched found objects of another area, in pixels, do not count. Both bounds are
    /// inside.
    struct AreaRange {
        std::string name; ///< "" of all, "small"
        double least = 0;
        double most = 0;
    };

    MatchMeasure measure;
    std::vector<AreaRange> areas; ///< at most 4; the first is of all
    std::vector<int> limits;      ///< how many found objects of an image and class count, rising
};

/// Boxes: areas of all, to 32², to 96² and above, and 1, 10 or 100 found objects of an image.
PrecisionRules boxPrecisionRules();

/// Keypoints: areas of all, from 32² to 96² and above, and 20 found objects of an image.
PrecisionRules keypointPrecisionRules(std::vector<double> sigmas);

/// A share from 0 to 1 by its name; NaN where no truth says anything of it (COCO writes −1).
struct PrecisionFigure {
    std::string name; ///< "AP", "AP50", "APsmall", "AR10"
    double value = 0;

    bool operator==(const PrecisionFigure&) const = default;
};

/// Of one class, over all areas; NaN where it has no truths.
struct ClassPrecision {
    std::int64_t truths = 0; ///< that count
    double average = 0;      ///< "AP"
    double atHalf = 0;       ///< "AP50"
    double atThreeQuarters = 0;
    double recall = 0; ///< "AR", with as many found objects as the rules allow
};

struct PrecisionReport {
    std::vector<PrecisionFigure> figures; ///< in COCO's order: twelve of boxes, ten of keypoints
    std::vector<ClassPrecision> classes;  ///< by label

    /// Of a name that is among them.
    double figure(std::string_view name) const;
};

/// Average precision and recall of what was found in many images, which are added one by one. Kept
/// of an image are a score and 16 bytes for each found object that counts; scores that are equal
/// count in the order in which images are added.
class AveragePrecision {
public:
    /// Labels are below `classes`; objects of others are passed over.
    AveragePrecision(PrecisionRules rules, int classes);

    void add(std::span<const ImageObject> truths, std::span<const ImageObject> found);

    PrecisionReport report() const;

    /// COCO's thresholds of the overlap: 0.50, 0.55, …, 0.95.
    static constexpr std::size_t Thresholds = 10;
    static constexpr std::size_t MostAreas = 4;

private:
    /// What became of a found object: a bit a threshold, by the range of areas.
    struct Outcome {
        double score = 0;
        int rank = 0; ///< in its image and class, from 0
        std::array<std::uint16_t, MostAreas> matched{};
        std::array<std::uint16_t, MostAreas> ignored{};
    };
    struct ClassOutcomes {
        std::vector<Outcome> found;
        std::array<std::int64_t, MostAreas> truths{}; ///< that count, by the range of areas
    };
    struct Curve;
    struct ClassCurves;

    void addClass(std::span<const ImageObject> truths, std::span<const ImageObject> found,
                  ClassOutcomes& outcomes) const;
    Curve curveOf(const std::vector<const Outcome*>& found, std::int64_t truths, std::size_t area,
                  std::size_t threshold) const;
    ClassCurves curvesOf(const ClassOutcomes& outcomes) const;
    std::vector<PrecisionFigure> figuresOf(const std::vector<ClassCurves>& classes) const;

    PrecisionRules m_rules;
    std::vector<ClassOutcomes> m_classes;
};

} // namespace concertina
