// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/run_session.h"
#include "core/values/report.h"
#include "core/values/trial.h"
#include "db/records.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace concertina {

struct TrialRequest {
    RunId run;
    std::vector<std::string> rules; ///< one change, as for `changePlan`
    int steps = 50; ///< of each of the two plans; fewer where the run has fewer left
    std::optional<DataFolder> dataFolder{};
};

/// Trains the network of a run's last checkpoint on for some steps, and again with its sharing
/// changed, on the batches that the run would train on next; validates each at its end. Nothing of
/// the run is touched: it may wait in memory meanwhile, and goes on as if there had been no trial.
/// Blocks. Problems beside those of the store, of `withPlanChange` and `prepareTraining`:
/// "trial.no_checkpoint", "trial.no_steps".
Expected<Trial> tryPlan(const std::filesystem::path& store, const TrialRequest& request,
                        const Progress& progress, const std::stop_token& stop);

} // namespace concertina
