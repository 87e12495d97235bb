// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

// What reading a plan and resolving rules have in common.

/// Groups of task names as a partition of `tasks`. Problems have no path: "sharing.unknown_task",
/// "sharing.groups".
Expected<Partition> namedPartition(const std::vector<std::vector<std::string>>& groups,
                                   std::span<const std::string> tasks);

/// What a layer's rules can name, in its order: its factors, norm, and bias where it has one.
std::vector<std::string> partNames(const LayerPlan& plan);

/// Freezes one part of a layer or lets it move.
void setFrozen(LayerPlan& plan, const std::string& part, bool frozen);

/// Whether a layer can be merged by product: its core is square, and no other factor is a task's
/// own.
bool canBeProduct(const LayerPlan& plan, const LayerFactors& layer);

/// Why a layer cannot be in a state, whatever its tasks; none where it can. Problems have no path:
/// "sharing.not_linear", "sharing.no_core", "sharing.product".
std::optional<Problem> checkState(const LayerFactors& layer, SharingState state);

} // namespace concertina
