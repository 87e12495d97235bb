// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/model/network_design.h"
#include "core/values/spec.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// Rules that join those of the sharing plan while a run trains, before step `step` (counted
/// from 0), or parametrizations that join the kernels. What was asked for together is one change,
/// made and taken back as one. In a spec it is one text, so that it is set, shown, compared and
/// stored as the rules beside it are:
///
///     400: dec1.*: {segmentation} | {depth, normal} separate
///     500: enc1*: freeze
///     600: dec1.*: kernel factored
///     700: dec2.*: kernel factored {"core": "diagonal"}
///     800: dec1.*: separate; enc1*: freeze
///
/// A kernel that is made anew starts from what the old one was, its optimizer's moments from zero.
struct PlanChange {
    std::int64_t step = 0;
    std::vector<std::string> rules; ///< in their order; at least one

    bool operator==(const PlanChange&) const = default;
};

/// Problems have the codes "plan_change.syntax", "kernel.syntax", "sharing.syntax", and an empty
/// path.
Expected<PlanChange> parsePlanChange(std::string_view text);

/// What a change's rule does to kernels; none where it is a rule of sharing. Problem
/// "kernel.syntax".
Expected<std::optional<KernelSpec>> parseKernelRule(std::string_view rule);

/// The text that reads back as the same change.
std::string toText(const PlanChange& change);

/// The rules alone: "dec1.*: separate; enc1*: freeze".
std::string rulesText(const PlanChange& change);

/// The changes of a spec, which must be right.
std::vector<PlanChange> planChangesOf(const NetworkSpec& network);

/// Puts a change behind those of its step and before, and returns its index. The spec's own must
/// be right.
std::size_t addChange(NetworkSpec& network, const PlanChange& change);

/// Takes a change out again.
void removeChange(NetworkSpec& network, std::size_t index);

/// The step of change `index`; beyond all steps where there is none.
std::int64_t nextChange(const NetworkSpec& network, std::size_t index);

/// How many of a spec's changes are in effect in a checkpoint of step `step`: those before it.
std::size_t changesBefore(const NetworkSpec& network, std::int64_t step);

/// What is wrong with a spec's changes on a graph with its heads: each must read, come no earlier
/// than the one before it, and give a network that can be. Problems beside those of
/// `designLayers` and `checkMethod`: "plan_change.syntax", "kernel.syntax", "plan_change.order",
/// "kernel.not_linear" (a kernel that is more than its factors cannot be made anew),
/// "kernel.shared" (tasks whose kernels differ would share a factor of the new one),
/// "sharing.rests" (the outputs of a task that rests would change).
Problems checkPlanChanges(const NetworkSpec& network, const LayerGraph& graph,
                          const std::vector<std::string>& tasks, const Catalogue& catalogue,
                          TaskSet resting = 0);

/// A network's part of a spec with one more change that is the next to take effect, for the
/// running network `design`. Problems: those of `checkPlanChanges` with the rules as their path, and
/// "plan_change.nothing": the plan is like that already.
Expected<NetworkSpec> withPlanChange(NetworkSpec network, const PlanChange& change,
                                     const NetworkDesign& design, const Catalogue& catalogue);

/// Adds rules that were asked for together as one change before step `step`, for the running
/// network `design`. Returns why rules were refused; the change is made without them.
Problems addRules(NetworkSpec& network, const std::vector<std::string>& rules, std::int64_t step,
                  const NetworkDesign& design, const Catalogue& catalogue);

/// The design after the first `changes` changes, which must be right, from that of any number.
NetworkDesign designAfter(const NetworkSpec& network, std::size_t changes,
                          const NetworkDesign& design, const Catalogue& catalogue);

/// The designs after each rule of change `index`. A network takes them one after the other: what a
/// rule makes anew starts from what the rules before it made.
std::vector<NetworkDesign> designsOfChange(const NetworkSpec& network, std::size_t index,
                                           const NetworkDesign& design,
                                           const Catalogue& catalogue);

/// Whether a change can change the outputs of these tasks: they join others, a merged kernel is
/// taken apart, or a kernel is made anew (which is exact to rounding where its rank allows).
bool changesOutputs(const NetworkDesign& before, const NetworkDesign& after,
                    TaskSet tasks = ~TaskSet{0});

/// The network's part of a spec whose first `changes` changes, which must read, have become its own
/// rules and kernels; it has no others.
NetworkSpec networkAfter(const NetworkSpec& network, std::size_t changes);

/// What differs between two plans of one graph, in words, a text a layer: "dec4.2: M
/// {segmentation} | {depth, normal}, before {segmentation, depth, normal}; merged; frozen: U".
/// Layers that differ in the same way share one.
std::vector<std::string> differences(const NetworkDesign& before, const NetworkDesign& after);

} // namespace concertina
