// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"

#include <string>
#include <vector>

namespace concertina {

/// How long a runner takes for a batch of images.
struct RunnerTime {
    std::string runner;    ///< "OpenCV (cv::dnn)"
    std::string precision; ///< "float32"
    int batch = 1;
    double median = 0; ///< milliseconds of an image
    double late = 0;   ///< the same, of which 95 % of the runs take less
    double memory = 0; ///< bytes that the process took more at its most, beside the network itself
    std::string why{}; ///< it was not measured; then all above is 0
};

struct RunnerTimes {
    std::string network;
    int height = 0;
    int width = 0;
    int threads = 0;
    std::vector<RunnerTime> rows;
};

Json toJson(const RunnerTimes& times);

/// The least median of a batch's rows; infinite where there is none.
double quickestTime(const RunnerTimes& times, int batch);

/// A table for people, and why some are not in it.
std::string toText(const RunnerTimes& times);

} // namespace concertina
