// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

/// Rules that join those of a plan and make another one of it, for the same layers and tasks; none
/// where they are equal. Layers that are to become alike share their rules by patterns of names. As
/// for `rulesOf`, a merged plan must have a core, and which tasks rest is no rule's business.
std::vector<std::string> rulesBetween(const SharingPlan& before, const SharingPlan& after,
                                      std::span<const LayerFactors> layers);

} // namespace concertina
