// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/color_map.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

struct ValueMap;
struct ValueRange;

/// One of the names that say what a target's values are: a class, a quantity, a keypoint.
struct ClassInfo {
    std::string name;
    Rgb color{};
    std::vector<int> joined{}; ///< of a keypoint: those that lines join it to

    bool operator==(const ClassInfo&) const = default;
};

/// How the values of a target look, and with it which legend explains them.
enum class ValueForm {
    Areas,      ///< a class a pixel, in its colour
    Scale,      ///< a number a pixel, by a colour map over a range
    Directions, ///< a unit vector a pixel
    List,       ///< named values of the whole picture
    Objects,    ///< things in boxes, with a class or keypoints
};

/// One named value of a whole picture.
struct ValueRow {
    std::string name;
    std::string text; ///< "0.93", "2.413 m", "–"
    double share = 0; ///< of a bar, from 0 to 1; 0 where it is not known
    Rgb color{};
    bool isSet = true; ///< a class that the picture has, or is said to have

    bool operator==(const ValueRow&) const = default;
};

/// What a dataset stores for a target, a task learns and a map shows: its half that needs no
/// LibTorch. The other one is `TargetTensors` (core/data/target_tensors.h). Each kind is a file in
/// core/values/targets, one in core/data/targets, and a line in the table of either. Functions of
/// pixels take (0, 0) where the values are those of the whole picture.
class TargetKind {
public:
    virtual ~TargetKind() = default;

    virtual const char* id() const = 0;    ///< frozen: it stands in files
    virtual const char* label() const = 0; ///< of its legend: "Depth"
    virtual ValueForm form() const = 0;

    /// The name of a target where its files give none: that of the task that learns it.
    virtual const char* usualName() const = 0;

    /// Whether a list of names says what its values are: classes, or the quantities themselves. A
    /// task's head then has a channel for each.
    virtual bool hasNames() const { return false; }

    /// Whether the names are those of its objects' keypoints, not of their classes.
    virtual bool namesPoints() const { return false; }

    /// Channels of a network's output for it, and what they are, in a sentence for a collapsed
    /// file.
    virtual int outputs(int names) const = 0;
    virtual const char* outputText() const = 0;

    /// What an error is measured in, "m", "°"; and the error that is drawn brightest.
    virtual const char* errorUnit() const = 0;
    virtual double errorLimit() const = 0;

    /// A difference or an error for people: "32 %", "0.68 m", "3.1e-6 m", "–" where it is NaN.
    std::string errorText(double error) const;

    virtual bool isKnown(const ValueMap& map, int y, int x) const = 0;

    /// Whether a prediction is one; a 0 may be where a truth of 0 means that it is not known.
    virtual bool isPredicted(const ValueMap& map, int y, int x) const;

    /// How far a prediction is from the truth, where both are values.
    virtual float error(const ValueMap& prediction, const ValueMap& truth, int y, int x,
                        std::span<const ClassInfo> names) const = 0;

    /// A known value for people.
    virtual std::string text(const ValueMap& map, int y, int x,
                             std::span<const ClassInfo> names) const = 0;

    /// The colour of a known pixel. Not asked of lists.
    virtual Rgb color(const ValueMap& map, int y, int x, std::span<const ClassInfo> names,
                      const ValueRange& range) const;

    /// Of a list, in the order in which it is to be read: what was found first.
    virtual std::vector<ValueRow> rows(const ValueMap& map, std::span<const ClassInfo> names) const;

    /// Why there may be no valid value in a whole set, as a question. `ignore`: the index that
    /// means "none", −1 where there is none such.
    virtual std::string noneHint(int ignore) const = 0;

    /// Whether it has a value a pixel; else its value is one of the whole picture.
    bool isPlane() const { return form() != ValueForm::List && form() != ValueForm::Objects; }

    /// Whether it shows classes in their colours, which a legend lists and hides.
    bool isOfClasses() const { return form() == ValueForm::Areas || form() == ValueForm::Objects; }

protected:
    /// Of a finite error.
    virtual std::string textOf(double error) const = 0;
};

// Those that datasets name.
const TargetKind& classesTarget();
const TargetKind& depthTarget();
const TargetKind& inverseDepthTarget(); ///< a number in proportion to 1 / depth
const TargetKind& normalsTarget();
const TargetKind& labelTarget();    ///< one class of the whole picture
const TargetKind& presenceTarget(); ///< which classes the picture has
const TargetKind& valuesTarget();   ///< quantities of the whole picture
const TargetKind& boxesTarget();    ///< things with a class, each in its box
const TargetKind& keypointsTarget(); ///< things of one kind, each with points in its box

std::span<const TargetKind* const> targetKinds();

/// Null where there is none of this id.
const TargetKind* targetKind(std::string_view id);

} // namespace concertina
