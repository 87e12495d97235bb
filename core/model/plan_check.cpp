// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a plan is one, and its name.
#include "core/model/plan_parts.h"

#include "core/values/text.h"
#include "core/values/text_hash.h"

#include <algorithm>

namespace concertina {

namespace {

std::string groupsOf(const Partition& partition, const std::vector<std::string>& tasks) {
    std::vector<std::string> groups;
    for (const auto& names : groupNames(partition, tasks))
        groups.push_back(join(names, ","));
    return join(groups, "|");
}

std::string canonicalText(const SharingPlan& plan) {
    std::string text = "tasks " + join(plan.tasks, ",") + "\n";
    if (plan.resting != 0)
        text += "resting " + groupsOf({{plan.resting}}, plan.tasks) + "\n";
    for (const LayerPlan& layer : plan.layers) {
        text += "layer " + layer.layer;
        for (std::size_t k = 0; k < layer.factors.size(); ++k)
            text += " " + layer.factors[k] + " " + groupsOf(layer.partitions[k], plan.tasks);
        if (layer.hasBias())
            text += " bias " + groupsOf(layer.bias, plan.tasks);
        text += " norm " + groupsOf(layer.norm, plan.tasks);
        if (layer.merged)
            text += layer.product ? " merged product" : " merged";
        if (!layer.frozen.empty())
            text += " frozen " + join(layer.frozen, ",");
        text += "\n";
    }
    return text;
}

std::optional<Problem> checkLayer(const LayerPlan& plan, const LayerFactors& layer, int tasks) {
    const auto wrong = [&](const char* code, const std::string& part, std::string found,
                           std::string expected) {
        return Problem{code, plan.layer + "." + part, std::move(found), std::move(expected), ""};
    };
    std::vector<std::string> parts;
    for (const FactorInfo& factor : layer.factors)
        parts.push_back(factor.name);
    if (plan.layer != layer.layer || plan.factors != parts || plan.hasBias() != layer.bias
        || plan.partitions.size() != parts.size())
        return Problem{"plan.layers", plan.layer, "a plan of other layers, factors or tasks",
                       "a plan of this network", ""};
    for (std::size_t k = 0; k < parts.size(); ++k)
        if (!isPartition(plan.partitions[k], tasks))
            return wrong("plan.groups", parts[k], "groups that overlap or leave a task out",
                         "each task in one group");
    for (const char* part : {"bias", "norm"})
        if (const Partition* partition = plan.part(part);
            partition != nullptr && !isPartition(*partition, tasks))
            return wrong("plan.groups", part, "groups that overlap or leave a task out",
                         "each task in one group");
    parts = partNames(plan);
    for (const std::string& frozen : plan.frozen)
        if (std::ranges::find(parts, frozen) == parts.end())
            return wrong("plan.frozen", frozen, "a part that the layer has not",
                         join(parts, ", "));
    if (plan.product && (!plan.merged || !canBeProduct(plan, layer)))
        return Problem{"sharing.product", plan.layer, "merged by product",
                       "one private factor, a square core", ""};
    if (plan.merged && !layer.affine)
        return Problem{"sharing.not_linear", plan.layer, "merged", "kernels that are not averaged",
                       "the kernel of a mean of its factors is not the mean of their kernels"};
    return std::nullopt;
}

} // namespace

std::string planHash(const SharingPlan& plan) {
    const std::uint64_t hash = textHash(canonicalText(plan));
    std::string digits;
    for (int shift = 60; shift >= 0; shift -= 4)
        digits += "0123456789abcdef"[hash >> shift & 15U];
    return digits;
}

std::optional<Problem> checkPlan(const SharingPlan& plan, std::span<const LayerFactors> layers,
                                 std::span<const std::string> tasks) {
    if (!std::ranges::equal(plan.tasks, tasks) || plan.layers.size() != layers.size())
        return Problem{"plan.layers", "", "a plan of other layers, factors or tasks",
                       "a plan of this network", ""};
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (auto problem = checkLayer(plan.layers[i], layers[i], plan.taskCount()))
            return problem;
    return checkResting(plan);
}

std::optional<Problem> checkResting(const SharingPlan& plan) {
    if (plan.resting == 0)
        return std::nullopt;
    const auto names = [&](TaskSet tasks) {
        return join(groupNames({{tasks}}, plan.tasks).front(), ", ");
    };
    if (plan.resting == allTasks(plan.taskCount()))
        return Problem{"sharing.rests", "", "every task rests", "one that learns", ""};
    for (const LayerPlan& layer : plan.layers) {
        if (!layer.merged)
            continue;
        const auto moves = [&](const Partition& partition, std::string_view part) {
            return !layer.isFrozen(part)
                   && std::ranges::any_of(partition.groups,
                                          [&](TaskSet group) { return !plan.rests(group); });
        };
        bool moving = moves(layer.bias, "bias");
        for (std::size_t k = 0; k < layer.factors.size(); ++k)
            moving = moving || moves(layer.partitions[k], layer.factors[k]);
        if (moving)
            return Problem{"sharing.rests", layer.layer,
                           "merged, where " + names(plan.resting)
                               + (taskCount(plan.resting) > 1 ? " rest" : " rests"),
                           "a state in which its kernel is not a mean with copies that move",
                           "tied, factors shared or separate"};
    }
    return std::nullopt;
}

} // namespace concertina
