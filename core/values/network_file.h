// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"

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

/// What an export wrote.
struct WrittenNetwork {
    std::string place;              ///< the file, or the folder
    std::vector<std::string> files; ///< all of them
    std::int64_t bytes = 0;         ///< of all
    std::string sha256;             ///< of the file; empty where it is a folder
};

Json toJson(const NetworkOrigin& origin);

/// Problem "network.header".
Expected<NetworkOrigin> originFromJson(const Json& json);

/// "steps 100, 200 and 300".
std::string stepsText(const std::vector<std::int64_t>& steps);

} // namespace concertina
