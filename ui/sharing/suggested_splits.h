// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/costs.h"
#include "db/store.h"

#include <string>
#include <utility>
#include <vector>

namespace concertina {

/// Per cent of a network's multiply–adds that suggested splits may add to it, as
/// `conflict --suggest` has it.
inline constexpr int UsualSplitBudget = 20;

using ReasonedRules = std::vector<std::pair<std::string, std::string>>; ///< rules, and why

/// The splits that a run's last `window` measurements of conflict suggest for a network. `share`:
/// of its multiply–adds that they may add. With many layers it takes a while: for the store's
/// thread.
Expected<ReasonedRules> suggestedSplits(const Store& store, const RunId& run, int window,
                                        const NetworkDesign& design, const CostSettings& step,
                                        double share);

} // namespace concertina
