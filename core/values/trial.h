// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/events.h"
#include "core/values/problem.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What one plan did in a trial.
struct TriedPlan {
    std::vector<std::string> rules; ///< that joined the run's plan; none: the plan as it is
    std::vector<StepEvent> steps;
    std::vector<MetricValue> validation; ///< after the last step
    std::optional<Problem> problem;      ///< why it ended before
};

/// A run's network, trained on from one checkpoint on the same batches: as it is, and with its
/// sharing changed. The run knows nothing of it.
struct Trial {
    std::int64_t step = 0; ///< of the checkpoint
    TriedPlan now;
    TriedPlan changed;
};

/// The mean of a series over a plan's last `count` steps ("loss" of no task: the total that is
/// descended on); none where it has no finite value there.
std::optional<double> lastMean(const TriedPlan& plan, const std::string& task,
                               const std::string& name, std::size_t count);

/// The median time of a step, in seconds; 0 without steps.
double stepSeconds(const TriedPlan& plan);

} // namespace concertina
