// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/spec.h"
#include "db/records.h"

#include <filesystem>
#include <optional>
#include <string>

namespace concertina {

/// A run that has a network: its spec and its last checkpoint.
struct TrainedRun {
    RunId id;
    ExperimentSpec spec; ///< with its dataset's place
    std::filesystem::path checkpoint;
};

/// The run that a person means by an id or a name. Codes beside the store's: "run.no_checkpoint",
/// and those of `specOf`.
Expected<TrainedRun> findTrained(const std::filesystem::path& store, const std::string& run,
                                 const std::optional<std::string>& dataFolder);

/// A run's network under the plan that it has now, from its spec and the classes of its dataset.
/// Problems: those of `designNetwork`, and "plan.json" where the run has not begun.
Expected<NetworkDesign> designOf(const RunRecord& run, const ExperimentSpec& spec);

} // namespace concertina
