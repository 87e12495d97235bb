// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/average_precision.h"

#include <vector>

namespace concertina::testing {

inline ImageObject boxed(Box box, double score = 1, int label = 0) {
    return {.label = label, .box = box, .score = score, .area = box.area(), .points = {}};
}

/// What is true of an image, and what was found in it.
struct ImagePair {
    std::vector<ImageObject> truths, found;
};

inline PrecisionReport reportOf(const std::vector<ImagePair>& images, const PrecisionRules& rules,
                                int classes) {
    AveragePrecision precision(rules, classes);
    for (const ImagePair& image : images)
        precision.add(image.truths, image.found);
    return precision.report();
}

} // namespace concertina::testing
