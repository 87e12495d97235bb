// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/conflict.h"
#include "core/values/factor_reading.h"
#include "core/values/kernel_distance.h"
#include "widgets/sharing/plan_overlay.h"

#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// What of a run can lie over its plan.
enum class Measured { Nothing, Conflict, Gradients, Distances, Claims, Mixtures };

/// Of the tasks of a network, in its order, as far as overlays need them.
struct MeasuredNetwork {
    std::vector<std::string> layers;
    std::vector<std::string> tasks; ///< ids

    bool operator==(const MeasuredNetwork&) const = default;
};

/// How each task's gradient agrees with the sum of the others' (`taskPulls`), or how long it is
/// beside the longest of the network, over the measurements up to a step; as thick as the
/// gradient is long beside the longest of its layer. Behind each cell how it went so far.
PlanOverlay conflictOverlay(Measured kind, const std::vector<ConflictRow>& rows,
                            const MeasuredNetwork& network, std::int64_t upTo);

/// Which layers each task claims, or the shares in which it mixes parts there.
PlanOverlay readingsOverlay(Measured kind, const FactorReadings& readings,
                            const MeasuredNetwork& network);

/// How far each task's kernel is from the mean of the tasks', beside the farthest of the network.
PlanOverlay distanceOverlay(const KernelDistances& distances, const MeasuredNetwork& network);

std::vector<std::int64_t> measuredSteps(const std::vector<ConflictRow>& rows); ///< rising

} // namespace concertina
