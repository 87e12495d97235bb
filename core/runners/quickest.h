// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runners/runner.h"
#include "core/values/report.h"

#include <filesystem>
#include <memory>
#include <stop_token>

namespace concertina {

/// Who runs a network on this machine.
struct QuickestRunner {
    std::string id;
    std::string label;
    NetworkRun run{};
    bool wasKept = false; ///< it was measured before
};

/// What is done where nothing was measured before. Measuring takes as long as some twelve images by
/// each runner: it pays where more are to come.
enum class IfNotKept { Measure, TakeExecutor };
inline constexpr int WorthMeasuring = 50; ///< images

/// "$XDG_CACHE_HOME/concertina/runners", else in ~/.cache: what was measured, a file a network and
/// machine. Nothing is lost with it but the time to measure again.
std::filesystem::path runnerTimesFolder();
inline constexpr int MostKeptTimes = 200; ///< files; the oldest go

/// The quickest runner of `among` in float32 whose outputs agree with the executor's (`agreement`),
/// for single images of the network's size: as it was measured on this machine before, else as is
/// said, on made images. The executor where no other is right. A file in `folder` that can't be
/// read, is damaged, or is of another network, machine or version is measured anew, and one that
/// can't be written is left. Problem "stopped".
Expected<QuickestRunner> quickestRunner(const CollapsedNetwork& network,
                                        const std::filesystem::path& folder,
                                        std::span<const RunnerEntry* const> among,
                                        IfNotKept otherwise, const Progress& progress,
                                        const std::stop_token& stop);

} // namespace concertina
