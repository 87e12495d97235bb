// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/spec.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// A rule that joins those of the sharing plan while a run trains, before step `step` (counted
/// from 0). In a spec it is one text, so that it is set, shown, compared and stored as the rules
/// beside it are:
///
///     400: dec1.*: {segmentation} | {depth, normal} separate
struct PlanChange {
    std::int64_t step = 0;
    std::string rule;

    bool operator==(const PlanChange&) const = default;
};

/// Problems have the codes "plan_change.syntax", "sharing.syntax", and an empty path.
Expected<PlanChange> parsePlanChange(std::string_view text);

/// The text that reads back as the same change.
std::string toText(const PlanChange& change);

/// The changes of a spec, which must be right.
std::vector<PlanChange> planChangesOf(const NetworkSpec& network);

/// Puts a change behind those of its step and before, and returns its index. The spec's own must
/// be right.
std::size_t addChange(NetworkSpec& network, const PlanChange& change);

/// What is wrong with a spec's changes: each must read, come no earlier than the one before it,
/// and give a plan that these layers can have. Problems beside those of `resolvePlan`:
/// "plan_change.syntax", "plan_change.order".
Problems checkPlanChanges(const NetworkSpec& network, std::span<const LayerFactors> layers,
                          std::span<const std::string> tasks);

/// A network's part of a spec with one more change that is the next to take effect, for the
/// running network `design`. Problems: those of `checkPlanChanges` with the rule as their path, and
/// "plan_change.nothing": the plan is like that already.
Expected<NetworkSpec> withPlanChange(NetworkSpec network, const PlanChange& change,
                                     const NetworkDesign& design);

/// The design under the plan after the first `changes` changes, which must be right.
NetworkDesign designAfter(const NetworkSpec& network, std::size_t changes,
                          const NetworkDesign& design);

/// What differs between two plans of one network, in words, a text a layer: "dec4.2: M
/// {segmentation} | {depth, normal}, before {segmentation, depth, normal}; merged". Layers that
/// differ in the same way share one.
std::vector<std::string> differences(const SharingPlan& before, const SharingPlan& after);

} // namespace concertina
