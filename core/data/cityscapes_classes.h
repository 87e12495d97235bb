// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/target.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// What Cityscapes calls each of its labels (Cordts et al., CVPR 2016; its scripts' labels.py).
struct CityscapesLabel {
    const char* name;
    int train;    ///< its place among the 19 classes; −1: void, which counts nowhere
    int category; ///< its place among the 7 categories that the 19 are of
    Rgb color;
};

/// By the id that stands in labelIds, 0 to 33.
std::span<const CityscapesLabel> cityscapesLabels();

/// A class index that stands for void.
inline constexpr std::uint8_t CityscapesVoid = 255;

/// To how many classes labels are mapped: the 19 that Cityscapes evaluates, or their 7 categories,
/// as MTAN has them (flat, construction, object, nature, sky, human, vehicle).
enum class CityscapesClasses { Nineteen, Seven };

/// Names and the official colours; a category, which has none, has that of its most frequent class.
std::vector<ClassInfo> classesOf(CityscapesClasses classes);

/// Of each value that labels are stored in, the class, or `CityscapesVoid`; shorter than 256 where
/// the rest are no labels. `trainIds`: of files with the 19 classes, 255 being void; else of those
/// with the 34 ids.
std::vector<std::uint8_t> classByLabel(CityscapesClasses classes, bool trainIds);

} // namespace concertina
