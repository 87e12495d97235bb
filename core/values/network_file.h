// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// What a collapsed network was made from.
struct NetworkOrigin {
    std::vector<std::int64_t> steps; ///< of checkpoints, rising; of several it is the mean
    int normBatches = 0; ///< that norms' statistics were estimated anew over; 0: those of training

    bool operator==(const NetworkOrigin&) const = default;
};

/// How far another program's output for a task is from ours.
struct ReaderDifference {
    std::string task;
    double maxRel = 0; ///< ÷ the output's greatest magnitude; 0 of classes
    double beyond = 0; ///< share of values that are further off than 1e-4 of it; of other classes
};

/// What a program that is not ours makes of an export.
struct ReaderReport {
    std::string reader; ///< "OpenCV 4.6.0 (cv::dnn)"
    bool ran = false;   ///< it could read the file
    bool agrees = false; ///< and gets the same
    std::string why{};   ///< it does not, or could not
    std::vector<ReaderDifference> differences{};
};

/// What an export wrote.
struct WrittenNetwork {
    std::string place;              ///< the file, or the folder
    std::vector<std::string> files; ///< all of them
    std::int64_t bytes = 0;         ///< of all
    std::string sha256;             ///< of the file; empty where it is a folder
    std::vector<ReaderReport> readers{}; ///< that are known for the format
    std::string samples{};               ///< what they were given; empty: it was not tried

    /// Whether a program that is not ours gets the same from it.
    bool isVerified() const { return std::ranges::any_of(readers, &ReaderReport::agrees); }
};

Json toJson(const NetworkOrigin& origin);
Json toJson(const ReaderReport& reader);

/// "Verified by OpenCV 4.6.0 (cv::dnn) on 4 images of the split "val": differences up to 3.1e-6.",
/// or "Not verified: …"; empty where no other program is known for the format.
std::string verificationText(const WrittenNetwork& written);

/// Problem "network.header".
Expected<NetworkOrigin> originFromJson(const Json& json);

/// "steps 100, 200 and 300".
std::string stepsText(const std::vector<std::int64_t>& steps);

} // namespace concertina
