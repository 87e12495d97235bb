// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// The states that a layer's kernel can be in, in the order in which a click goes; tied alone
/// where there is one task.
std::vector<SharingState> availableStates(const LayerFactors& layer, int tasks);

/// The one of these states that a click leads to from another; none: from groups of its own.
/// Merged by product is chosen, not come upon: its place is merged's.
SharingState nextState(std::optional<SharingState> now, std::span<const SharingState> available);

/// The shortest patterns that together match exactly the chosen layers: "*", "enc*", "dec1.*",
/// names.
std::vector<std::string> layerPatterns(std::span<const std::string> names,
                                       std::span<const std::size_t> chosen);

/// The rules after the chosen layers were put into `state`, as a person would write them: a rule
/// for them behind the others, rules that no longer matter dropped, and all of it written anew
/// where that takes fewer rules. Layers that cannot be in the state, and all others, stay as they
/// are; so do rules that are wrong, as their problem is for their writer to mend.
std::vector<std::string> rulesWithState(std::span<const std::string> rules,
                                        std::span<const LayerFactors> layers,
                                        std::span<const std::string> tasks,
                                        std::span<const std::size_t> chosen, SharingState state);

} // namespace concertina
