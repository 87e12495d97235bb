// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/run_session.h"
#include "core/model/network_design.h"
#include "core/values/factor_reading.h"
#include "core/values/kernel_distance.h"
#include "core/values/spec.h"
#include "db/records.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// A run that has a network: its spec and its checkpoints.
struct TrainedRun {
    struct Kept {
        std::int64_t step = 0;
        std::filesystem::path file;
    };

    RunId id;
    ExperimentSpec spec; ///< with its dataset's place
    std::filesystem::path checkpoint; ///< the last
    std::vector<Kept> checkpoints;    ///< all of the run's line that are kept, by step
};

/// The run that a person means by an id or a name. Codes beside the store's: "run.no_checkpoint",
/// and those of `specOf`.
Expected<TrainedRun> findTrained(const std::filesystem::path& store, const std::string& run,
                                 const std::optional<DataFolder>& dataFolder);

/// What the gates and mixtures of its last checkpoint say. Problems of `checkpointReadings`.
Expected<FactorReadings> readingsOf(const TrainedRun& run);

/// How far the tasks' kernels are apart in it. Problems of `checkpointDistances`.
Expected<KernelDistances> distancesOf(const TrainedRun& run);

/// Some checkpoints of a run, by step: the last and those before it.
struct ChosenCheckpoints {
    std::filesystem::path last;
    std::vector<std::filesystem::path> earlier;
};

/// Its last `count`. Code: "run.few_checkpoints".
Expected<ChosenCheckpoints> lastCheckpoints(const TrainedRun& run, int count);

/// Those of given steps, rising; without steps the last. Code: "run.gone_checkpoint".
Expected<ChosenCheckpoints> checkpointsAt(const TrainedRun& run,
                                          const std::vector<std::int64_t>& steps);

/// A run's network under the plan that it has now, from its spec and the classes of its dataset.
/// Problems: those of `designNetwork`, and "plan.json" where the run has not begun.
Expected<NetworkDesign> designOf(const RunRecord& run, const ExperimentSpec& spec);

} // namespace concertina
