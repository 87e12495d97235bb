// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "core/values/report.h"

#include <filesystem>
#include <string>
#include <vector>

namespace concertina {

/// How large predictions are written.
enum class PredictionSize {
    Network, ///< as the network gives them
    Picture, ///< as the picture is; what the network gives is interpolated
};

/// What predictions are written of, and where.
struct PredictRequest {
    std::filesystem::path network;             ///< a checkpoint, or an exported network
    std::vector<std::filesystem::path> images; ///< pictures of any size, folders of them, videos
    std::filesystem::path folder;              ///< made where it is missing
    bool collapsed = false;                    ///< by a checkpoint's collapsed network
    PredictionSize size = PredictionSize::Network;
    bool isExported = false;
    int every = 1; ///< of videos, every n-th frame
};

/// What was written, and what could not be.
struct Predictions : PredictReport {
    Problems failed{}; ///< pictures that can't be read, and other ends
    std::string runner{}; ///< what ran the network, of the last picture
    std::vector<std::string>
        passedOver{}; ///< files of folders that are neither pictures nor videos
};

} // namespace concertina
