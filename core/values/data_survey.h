// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"
#include "core/values/target.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What the names of a target say of a sample.
enum class NamesCount {
    Nothing,  ///< it has none: depths, directions
    Pixels,   ///< how many each class has
    Pictures, ///< whether the picture has the class
    Values,   ///< the quantity itself
};

/// Of one name of a target: pixels, 1 or a quantity; NaN where it is not known whether a picture
/// has the class.
struct NameAmount {
    int index = 0;
    double amount = 0;

    bool operator==(const NameAmount&) const = default;
};

/// What one sample has of one target.
struct SurveyedTarget {
    bool has = false;
    std::int64_t known = 0;        ///< pixels, classes or quantities
    std::vector<NameAmount> names; ///< by index; classes that the sample does not have are left out

    bool operator==(const SurveyedTarget&) const = default;
};

struct SurveyedSample {
    std::string name;
    std::vector<SurveyedTarget> targets; ///< those of the survey; empty where it can't be read
    std::optional<Problem> problem;      ///< why it can't

    /// Whether it can be read and has pixels of this class, or is a picture of it.
    bool hasClass(std::size_t target, int index) const;

    /// Whether it can be read and does not have this target.
    bool lacks(std::size_t target) const;
};

/// What the samples of a split have, from the first one on, as far as they were counted.
struct DataSurvey {
    struct Target {
        std::string name;
        const TargetKind* kind = &classesTarget();
        NamesCount count = NamesCount::Nothing;
        std::vector<ClassInfo> names; ///< classes, or the quantities

        bool isOfClasses() const {
            return count == NamesCount::Pixels || count == NamesCount::Pictures;
        }
    };

    std::string split;
    int size = 0; ///< samples of the split
    std::vector<Target> targets;
    std::vector<SurveyedSample> samples;

    bool isComplete() const { return static_cast<int>(samples.size()) >= size; }

    /// Adds the samples that follow those that are there, of the same split.
    void append(DataSurvey further);
};

/// A class over the samples of a survey that can be read.
struct ClassShare {
    int index = 0;
    double share = 0; ///< of the pixels that have a class, or of the pictures where it is known
    int samples = 0;  ///< that have it
};

/// Every class of a target, by index; none where it is no target of classes.
std::vector<ClassShare> classShares(const DataSurvey& survey, std::size_t target);

/// A quantity over the samples that have it; zeros where none has.
struct QuantitySpread {
    int index = 0;
    int samples = 0;
    double least = 0;
    double mean = 0;
    double most = 0;
};

/// Every quantity of a target, by index; none where it has no quantities.
std::vector<QuantitySpread> quantitySpreads(const DataSurvey& survey, std::size_t target);

/// How many samples have a target.
int samplesWith(const DataSurvey& survey, std::size_t target);

/// Samples that can't be read, by their place in the split.
std::vector<int> unreadableSamples(const DataSurvey& survey);

/// Shares and spreads with their names; every sample that can't be read with its problem.
Json toJson(const DataSurvey& survey);

} // namespace concertina
