// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

/// Rules that `resolvePlan` makes a plan of these layers from, as few as patterns of layer names
/// allow (`PatternTree`): named states, with groups of tasks where several stand together, then
/// groups of single factors, then what is frozen. Which tasks rest is no rule's business. A merged
/// plan must have a core.
std::vector<std::string> rulesOf(const SharingPlan& plan, std::span<const LayerFactors> layers);

/// The same, beginning from rules that were there before: those that still hold stay as a person
/// wrote them, in their order, and new ones come behind them, where writing later ones, or all,
/// anew takes no fewer. Rules that decide nothing any more go; rules that are wrong stay, as their
/// problem is for their writer to mend.
///
/// Plans in which each layer is in a named state, of all tasks or of groups, get the fewest rules
/// that there are; others may get one more.
std::vector<std::string> rulesAfter(std::span<const std::string> rules,
                                    std::span<const LayerFactors> layers, const SharingPlan& plan);

} // namespace concertina
