// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

/// Rules that `resolvePlan` makes a plan of these layers from, in few lines: named states where
/// layers are in one, else groups of single factors, then what is frozen. Which tasks rest is no
/// rule's business. A merged plan must have a core.
std::vector<std::string> rulesOf(const SharingPlan& plan, std::span<const LayerFactors> layers);

} // namespace concertina
