// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/suggested_splits.h"

#include "core/model/suggest_plan.h"

namespace concertina {

Expected<ReasonedRules> suggestedSplits(const Store& store, const RunId& run, int window,
                                        const NetworkDesign& design, const CostSettings& step,
                                        double share) {
    const auto measured = store.conflicts(run, -1, window);
    if (!measured)
        return failure(measured.error());
    const auto means = conflictMeans(*measured, window, design.plan.layerNames());
    const double whole = networkCosts(design, {}).multiplyAdds;
    ReasonedRules reasons;
    for (SplitSuggestion& split :
         suggestPlan(design, means, {.budget = share * whole, .step = step}))
        reasons.emplace_back(std::move(split.rule), std::move(split.reason));
    return reasons;
}

} // namespace concertina
