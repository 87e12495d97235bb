// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/costs.h"
#include "core/model/network_design.h"
#include "core/values/conflict.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

struct SuggestSettings {
    double budget = 0; ///< multiply–adds that all splits together may add to one collapsed image
    CostSettings step; ///< of training, for what a step costs
    int most = 8;      ///< splits
};

/// One way to part tasks that pull apart, with what it costs on top of those before it.
struct SplitSuggestion {
    std::string rule;   ///< joins the rules of the plan: for network.plan_changes, and replan
    std::string reason; ///< what was measured, in words
    double conflict = 0;          ///< minus the sum of the cosines of the pairs that are parted
    double addedMultiplyAdds = 0; ///< of one image through the collapsed network
    double addedWeights = 0;      ///< trained
    double stepRatio = 1;         ///< multiply–adds of a training step, after ÷ before
    NetworkDesign design;         ///< with this split and those before it
};

/// The splits with the most measured conflict per added multiply–add, greedily: each is the best
/// one where those before it are made, so that a layer behind a fork, which runs apart already, is
/// parted for nothing. A split parts one group of a factor, of a norm, or of a whole layer (its
/// cosines are those of `ofWholeLayers`); it never joins what was apart. Where several tasks are
/// parted, pairs that agree count against it. Only what is surely there is suggested: a conflict of
/// more than two standard errors over at least two measurements. This project's own rule.
std::vector<SplitSuggestion> suggestPlan(const NetworkDesign& design,
                                         std::span<const ConflictMean> means,
                                         const SuggestSettings& settings);

} // namespace concertina
