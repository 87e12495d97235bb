// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/model/partition.h"
#include "core/model/sharing_rule.h"
#include "core/values/json.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// How the tasks share one layer: a partition for each factor, for the bias and for the norm,
/// and whether the copies are merged (averaged) into one kernel.
struct LayerPlan {
    std::string layer;
    std::vector<std::string> factors;
    std::vector<Partition> partitions; ///< one a factor
    Partition bias;                    ///< no group where the layer has no bias
    Partition norm; ///< shares γ and β; meaningless where the layer has no norm
    bool merged = false;
    bool product = false; ///< merged by the product of the cores' copies, in their order, not by
                          ///< the mean of the kernels
    /// What rests while the others train: names of factors, "bias", "norm", "statistics", in this
    /// order.
    std::vector<std::string> frozen{};

    bool operator==(const LayerPlan&) const = default;

    bool isFrozen(std::string_view what) const;

    bool hasBias() const { return !bias.groups.empty(); }

    /// Of a factor, "bias" or "norm"; null where the layer has no such.
    Partition* part(std::string_view name);
    const Partition* part(std::string_view name) const;

    /// Factors, norm, and bias where it has one.
    bool isAllFrozen() const;

    /// All of it, and its norms' running statistics, by which they normalize.
    bool rests() const;

    /// "frozen: U, V", "rests", "nothing frozen".
    std::string frozenText() const;

    /// The common refinement of the factors' and the bias's partitions: whose kernels differ.
    /// Where the layer is merged, these are averaged, or their cores multiplied.
    Partition refinement() const;

    /// The partition of tasks by the kernel that they run: one group where it is merged.
    Partition kernels() const;

    /// The same for a kernel that is made of some of the factors; that of the first has the bias.
    Partition kernels(std::size_t firstFactor, std::size_t count) const;

    /// Tasks that share a copy of any factor, directly or through others.
    Partition joined() const;

    /// How many factors have several copies.
    std::size_t partedFactors() const;
};

/// What a layer's plan calls the running statistics of its norms.
inline constexpr std::string_view StatisticsPart = "statistics";

/// A plan for every layer of one network, resolved from rules: explicit, comparable, storable.
struct SharingPlan {
    std::vector<std::string> tasks;
    std::vector<LayerPlan> layers;
    /// Tasks that rest: every copy that one of them uses, its head, and the statistics of every
    /// norm that runs for one of them stay as they are, so that its outputs do.
    TaskSet resting = 0;

    bool operator==(const SharingPlan&) const = default;

    int taskCount() const { return static_cast<int>(tasks.size()); }
    std::vector<std::string> layerNames() const;

    /// Whether something that these tasks use rests, as one of them does.
    bool rests(TaskSet users) const { return (users & resting) != 0; }
};

Json toJson(const SharingPlan& plan);

/// Problems: "plan.json", with the place in the JSON.
Expected<SharingPlan> planFromJson(const Json& json);

/// Names a plan in 16 hexadecimal digits; equal plans have equal ones on every machine and in
/// every release. FNV-1a (64 bits) over the UTF-8 of
///
///     tasks a,b,c
///     layer l.1 U a,b|c M a|b|c V a,b,c bias a,b,c norm a,b,c merged frozen U,norm
///
/// with a line end behind each line: a line a layer; its factors in their order, with groups in the
/// order of their first tasks; "merged" (or "merged product") and "frozen …" only where it is so.
/// Where tasks rest, a line "resting a,b" stands behind the first; a layer without a bias has none
/// here.
std::string planHash(const SharingPlan& plan);

/// What a plan has to know of a layer.
struct LayerFactors {
    std::string layer;
    std::vector<FactorInfo> factors;
    bool composable = true; ///< else kernels cannot be made anew
    bool affine = true;     ///< else copies cannot be merged
    bool bias = true;       ///< whether the layer has one

    bool hasCore() const;

    /// Whether copies of its core can be multiplied with each other: it is one square matrix, or a
    /// diagonal.
    bool hasSquareCore() const;

    /// Whether one of its factors is each task's, which a layer that no rule names gives it.
    bool hasTaskFactors() const;

    /// Whether a factor is a bias: tasks have that one of their own, and not the layer's.
    bool hasBiasFactor() const;

    /// What rests from the start, until a rule unfreezes it.
    std::vector<std::string> frozenAtStart() const;
};

/// What keeps a plan from being one of these layers and tasks; none where it is valid. Problems:
/// "plan.layers" (other layers, factors or tasks), "plan.groups" (a task in no group or in two),
/// "plan.frozen" (what is no factor), "sharing.not_linear", "sharing.product" (what is multiplied
/// is more than one square core), "sharing.rests" (a resting task's kernel would be made with
/// copies that move); the path is "LAYER.FACTOR".
std::optional<Problem> checkPlan(const SharingPlan& plan, std::span<const LayerFactors> layers,
                                 std::span<const std::string> tasks);

/// Why a plan does not keep what rests; none where it does. Problem "sharing.rests" of `checkPlan`.
std::optional<Problem> checkResting(const SharingPlan& plan);

/// The plan of a layer in a named state; `own` stands where the state says "own". One task alone
/// has nothing to be merged.
LayerPlan planInState(const LayerFactors& layer, SharingState state, const Partition& own);

/// The plan of a layer that no rule names: tied, or `factors shared` where its kernel has a factor
/// that is each task's; what is frozen from the start rests.
LayerPlan planAtStart(const LayerFactors& layer, int tasks);

/// Which named state a layer is in when each task stands where the state says "own"; none where
/// it is in none of them; whatever is frozen. With a single task everything is tied.
std::optional<SharingState> stateOf(const LayerPlan& plan, const LayerFactors& layer);

struct PlanResolution {
    SharingPlan plan;
    Problems problems; ///< with the path `path.INDEX` of the rule
};

/// Applies rules in their order, the later wins; what no rule names is as `planAtStart` says.
/// Problems:
/// "sharing.syntax", "sharing.no_layer", "sharing.unknown_task", "sharing.groups",
/// "sharing.unknown_factor", "sharing.no_core", "sharing.not_linear", "sharing.product".
PlanResolution resolvePlan(std::span<const std::string> rules, std::span<const LayerFactors> layers,
                           std::span<const std::string> tasks, const std::string& path);

} // namespace concertina
