// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "core/values/report.h"
#include "core/values/runner_times.h"

#include <filesystem>
#include <stop_token>
#include <vector>

namespace concertina {

struct TimingRequest {
    std::filesystem::path
        network;             ///< a checkpoint, which is collapsed, or a collapsed network's file
    bool isExported = false; ///< it is the latter
    std::vector<int> batches{1, 8};
    int repeats = 20; ///< of each, at most; a slow one has fewer
};

/// Runs a collapsed network by every runner, in every precision that it has, in turns, on made
/// images of the network's size. A runner that can't run it, or whose outputs are not the
/// executor's (in float32 to 1e-4 of the greatest, in bfloat16 to a tenth on average), says why in
/// place of its times. Sets the thread's compute threads to all cores. Problems of `loadNetwork` or
/// `loadCollapsed`, and "stopped".
Expected<RunnerTimes> timeNetwork(const TimingRequest& request, const Progress& progress,
                                  const std::stop_token& stop);

} // namespace concertina
