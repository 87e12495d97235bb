// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/values/report.h"

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

/// What one target of one split says, over all of its samples.
struct CheckedTarget {
    std::string name;
    int samples = 0; ///< that have it and could be read
    std::int64_t pixels = 0;
    std::int64_t known = 0; ///< pixels with a class, a depth, a direction
};

struct CheckedSplit {
    std::string name;
    int samples = 0;
    std::map<std::pair<int, int>, int> sizes; ///< height and width, and how many pictures have them
    std::vector<CheckedTarget> targets;
};

/// Everything that reading a dataset of files once shows.
struct DataCheck {
    std::string name;
    std::vector<CheckedSplit> splits;
    std::vector<std::string> unused; ///< files that belong to no sample
    std::vector<std::string> remarks; ///< sentences on what was passed over
    /// Samples whose picture is turned by EXIF and that have targets, and how these lie.
    std::vector<std::pair<std::string, std::string>> turned;
    Problems problems; ///< what keeps samples, or a target, from being used
};

/// Reads every file once, with as many threads as the process may use. Problem "stopped"; what is
/// wrong with the dataset is in the result.
Expected<DataCheck> checkData(const MethodChoice& choice, const Progress& progress,
                              const std::stop_token& stop);

} // namespace concertina
