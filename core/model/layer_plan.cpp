// SPDX-License-Identifier: GPL-3.0-or-later
// What the plan of one layer says.
#include "core/model/sharing_plan.h"

#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// Of the partitions of a stretch of factors; the bias goes with the first.
Partition refinementOf(const LayerPlan& plan, std::size_t firstFactor, std::size_t count) {
    Partition result = firstFactor == 0 ? plan.bias : plan.partitions[firstFactor];
    for (std::size_t k = firstFactor; k < firstFactor + count; ++k)
        result = commonRefinement(result, plan.partitions[k]);
    return result;
}

} // namespace

Partition LayerPlan::refinement() const {
    return refinementOf(*this, 0, partitions.size());
}

bool LayerPlan::isFrozen(std::string_view what) const {
    return std::ranges::find(frozen, what) != frozen.end();
}

bool LayerPlan::isAllFrozen() const {
    return isFrozen("bias") && isFrozen("norm")
           && std::ranges::all_of(factors, [this](const auto& factor) { return isFrozen(factor); });
}

bool LayerPlan::rests() const {
    return isAllFrozen() && isFrozen(StatisticsPart);
}

std::string LayerPlan::frozenText() const {
    if (frozen.empty())
        return "nothing frozen";
    return rests() ? "rests" : "frozen: " + join(frozen, ", ");
}

Partition LayerPlan::kernels() const {
    return kernels(0, partitions.size());
}

Partition LayerPlan::kernels(std::size_t firstFactor, std::size_t count) const {
    const Partition own = refinementOf(*this, firstFactor, count);
    if (!merged)
        return own;
    TaskSet all = 0;
    for (const TaskSet group : own.groups)
        all |= group;
    return {{all}};
}

Partition LayerPlan::joined() const {
    std::vector<TaskSet> all;
    for (const Partition& partition : partitions)
        for (TaskSet group : partition.groups) {
            std::erase_if(all, [&](TaskSet known) {
                const bool meets = (known & group) != 0;
                group |= meets ? known : 0;
                return meets;
            });
            all.push_back(group);
        }
    return partitionOf(std::move(all));
}

std::size_t LayerPlan::partedFactors() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        partitions, [](const Partition& partition) { return partition.groups.size() > 1; }));
}

bool LayerFactors::hasCore() const {
    return std::ranges::any_of(factors, &FactorInfo::core);
}

std::vector<std::string> LayerFactors::frozenAtStart() const {
    std::vector<std::string> names;
    for (const FactorInfo& factor : factors)
        if (factor.frozen)
            names.push_back(factor.name);
    return names;
}

LayerPlan planAtStart(const LayerFactors& layer, int tasks) {
    const bool each = std::ranges::find(layer.factors, FactorOwner::EachTask, &FactorInfo::owner)
                      != layer.factors.end();
    LayerPlan plan =
        planInState(layer, each ? SharingState::FactorsShared : SharingState::Tied, apart(tasks));
    plan.frozen = layer.frozenAtStart();
    return plan;
}

LayerPlan planInState(const LayerFactors& layer, SharingState state, const Partition& own) {
    TaskSet all = 0;
    for (const TaskSet group : own.groups)
        all |= group;
    const Partition one{{all}};
    const bool outside = state == SharingState::FactorsShared || state == SharingState::Separate;
    LayerPlan plan{.layer = layer.layer,
                   .bias = outside ? own : one,
                   .norm = outside ? own : one,
                   .merged = state == SharingState::Merged && taskCount(all) > 1};
    for (const FactorInfo& factor : layer.factors) {
        const bool apart = state == SharingState::Separate
                           || (factor.core && state != SharingState::Tied);
        plan.factors.push_back(factor.name);
        plan.partitions.push_back(apart ? own : one);
    }
    return plan;
}

std::optional<SharingState> stateOf(const LayerPlan& plan, const LayerFactors& layer) {
    TaskSet all = 0;
    for (const TaskSet group : plan.bias.groups)
        all |= group;
    std::vector<TaskSet> each;
    for (const int task : tasksOf(all))
        each.push_back(taskBit(task));
    const Partition own = partitionOf(std::move(each));
    for (const auto state : {SharingState::Tied, SharingState::Merged, SharingState::FactorsShared,
                             SharingState::Separate})
        if (LayerPlan named = planInState(layer, state, own);
            named.frozen = plan.frozen, plan == named)
            return state;
    return std::nullopt;
}

} // namespace concertina
