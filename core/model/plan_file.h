// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// More bytes are no plan.
inline constexpr long long LargestPlanFile = 10'000'000;

/// A plan as a file's text, JSON: the plan itself, layer by layer, and the rules that it comes
/// from, which other networks understand as well.
std::string planFileText(const SharingPlan& plan, std::span<const LayerFactors> layers);

/// The plan of such a text for these layers and tasks: the same where they are, else what its rules
/// come to. `name` is the file's, for problems: "plan_file.json" (no JSON), "plan_file.format" (no
/// plan), "plan_file.version" (of a later program), "plan_file.tasks" (of other tasks); those of
/// `planFromJson` and, of another network, of `resolvePlan`.
Expected<SharingPlan> planOfFile(std::string_view text, const std::string& name,
                                 std::span<const LayerFactors> layers,
                                 std::span<const std::string> tasks);

/// A plan for these layers and tasks from one that may be another network's: itself where it is of
/// them, else what its rules come to, which are asked for then. `name` and problems as above,
/// "plan_file.tasks" the first.
Expected<SharingPlan>
planForNetwork(SharingPlan plan, const std::function<Expected<std::vector<std::string>>()>& rules,
               const std::string& name, std::span<const LayerFactors> layers,
               std::span<const std::string> tasks);

} // namespace concertina
