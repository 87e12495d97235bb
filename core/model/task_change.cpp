// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/task_change.h"

#include "core/model/network_design.h"
#include "core/model/plan_change.h"
#include "core/model/plan_rules.h"
#include "core/values/spec_fields.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

std::vector<std::string> taskIds(const ExperimentSpec& spec) {
    std::vector<std::string> ids;
    for (const TaskSpec& task : spec.tasks)
        ids.push_back(task.called());
    return ids;
}

/// The layers that tasks share, with the kernels that the network has now.
Expected<std::vector<LayerFactors>> layersOf(const PlannedNetwork& network,
                                             const Catalogue& catalogue) {
    const std::vector<int> outputs(network.spec.tasks.size(), 1); // heads are no part of a plan
    const auto design =
        designNetwork(network.spec, catalogue, outputs, network.changes, network.plan);
    if (!design)
        return failure(design.error());
    return design->sharedFactors();
}

/// A layer that runs one kernel as one that has one: the mean of its copies.
LayerPlan unmerged(LayerPlan layer, TaskSet all) {
    if (!layer.merged)
        return layer;
    layer.merged = layer.product = false;
    if (layer.hasBias())
        layer.bias = {{all}};
    for (Partition& partition : layer.partitions)
        partition = {{all}};
    return layer;
}

/// With another task, in a group of its own or in the one group that there is.
Partition withTask(Partition partition, int task, bool own) {
    if (own || partition.groups.size() > 1)
        partition.groups.push_back(taskBit(task));
    else
        partition.groups.front() |= taskBit(task);
    return partition;
}

/// Without one; those behind it move up.
Partition withoutTask(const Partition& partition, int task) {
    std::vector<TaskSet> groups;
    for (const TaskSet group : partition.groups) {
        const TaskSet before = group & (taskBit(task) - 1);
        const TaskSet behind = (group & ~(taskBit(task) | (taskBit(task) - 1))) >> 1;
        if ((before | behind) != 0)
            groups.push_back(before | behind);
    }
    return partitionOf(std::move(groups));
}

/// The spec begins as the network: its rules say the plan, and its kernels what changes made.
ExperimentSpec begunFrom(const PlannedNetwork& network, const SharingPlan& plan,
                         std::span<const LayerFactors> layers) {
    ExperimentSpec spec = network.spec;
    spec.network = networkAfter(network.spec.network, network.changes);
    spec.network.sharing = rulesOf(plan, layers);
    spec.network.initial = network.initial;
    for (TaskSpec& task : spec.tasks)
        task.from.clear(); // of what that network itself began from
    return spec;
}

/// Whether a new spec is one; its problem, if any, names a rule that no person wrote.
Expected<ExperimentSpec> checked(ExperimentSpec spec, const Catalogue& catalogue) {
    const std::vector<int> outputs(spec.tasks.size(), 1);
    auto problems = designNetwork(spec, catalogue, outputs).problems;
    if (!problems.empty())
        return failure(std::move(problems.front()));
    return spec;
}

} // namespace

Expected<ExperimentSpec> withInitial(const PlannedNetwork& network, const Catalogue& catalogue) {
    const auto layers = layersOf(network, catalogue);
    if (!layers)
        return failure(layers.error());
    return checked(begunFrom(network, network.plan, *layers), catalogue);
}

Expected<ExperimentSpec> withTaskAdded(const PlannedNetwork& network, const AddedTask& task,
                                       const Catalogue& catalogue) {
    const auto ids = taskIds(network.spec);
    if (std::ranges::find(ids, task.id) != ids.end())
        return failure({"tasks.twice", task.id, "a task that the network has", "another task", ""});
    if (auto problems = checkMethod(catalogue, Family::Task, {task.id}, task.id); !problems.empty())
        return failure(std::move(problems.front()));
    if (!task.from.empty() && std::ranges::find(ids, task.from) == ids.end())
        return failure({"tasks.from", task.from, "no task of the network",
                        "one whose copies the new task begins with", suggestion(task.from, ids)});
    const auto layers = layersOf(network, catalogue);
    if (!layers)
        return failure(layers.error());
    const auto added = static_cast<int>(ids.size());
    SharingPlan plan = network.plan;
    plan.tasks.push_back(task.id);
    bool matched = false;
    for (std::size_t i = 0; i < plan.layers.size(); ++i) {
        LayerPlan& layer = plan.layers[i];
        const bool named = !task.layers.empty() && matchesPattern(layer.layer, task.layers);
        matched = matched || named;
        if (named && task.state == SharingState::FactorsShared && !(*layers)[i].hasCore())
            return failure({"sharing.no_core", layer.layer, "factors shared",
                            "separate, as its kernel has no core", ""});
        layer = unmerged(std::move(layer), allTasks(added));
        // What is each task's is the new one's too; with one task nothing shows that it is.
        const LayerFactors& factors = (*layers)[i];
        const bool separate = named && task.state == SharingState::Separate;
        const bool outside =
            (named && task.state != SharingState::Tied) || (added == 1 && factors.hasTaskFactors());
        if (layer.hasBias())
            layer.bias = withTask(std::move(layer.bias), added,
                                  separate || (outside && !factors.hasBiasFactor()));
        layer.norm = withTask(std::move(layer.norm), added, outside);
        for (std::size_t k = 0; k < layer.partitions.size(); ++k)
            layer.partitions[k] = withTask(std::move(layer.partitions[k]), added,
                                           separate || (outside && factors.factors[k].core));
    }
    if (!task.layers.empty() && !matched)
        return failure({"sharing.no_layer", "--layers", "\"" + shortened(task.layers, 80) + "\"",
                        "a pattern that matches a layer",
                        suggestion(task.layers, plan.layerNames())});
    ExperimentSpec spec = begunFrom(network, plan, *layers);
    for (TaskSpec& old : spec.tasks)
        old.rests = true;
    spec.tasks.push_back({.method = {task.id, Json::object()}, .from = task.from});
    spec.network.routing = Routing::Exact; // images are no longer the old tasks' to learn from
    spec.name += " + " + task.id;
    return checked(std::move(spec), catalogue);
}

Expected<ExperimentSpec> withTaskDropped(const PlannedNetwork& network, const std::string& task,
                                         const Catalogue& catalogue) {
    const auto ids = taskIds(network.spec);
    const auto found = std::ranges::find(ids, task);
    if (found == ids.end())
        return failure({"tasks.unknown", task, "no task of the network", "one to be dropped",
                        suggestion(task, ids)});
    if (ids.size() == 1)
        return failure({"tasks.none", task, "the only task", "a network that has others", ""});
    const auto layers = layersOf(network, catalogue);
    if (!layers)
        return failure(layers.error());
    const auto dropped = static_cast<int>(found - ids.begin());
    SharingPlan plan = network.plan;
    plan.tasks.erase(plan.tasks.begin() + dropped);
    for (LayerPlan& layer : plan.layers) {
        layer = unmerged(std::move(layer), allTasks(static_cast<int>(ids.size())));
        layer.bias = withoutTask(layer.bias, dropped);
        layer.norm = withoutTask(layer.norm, dropped);
        for (Partition& partition : layer.partitions)
            partition = withoutTask(partition, dropped);
    }
    ExperimentSpec spec = begunFrom(network, plan, *layers);
    spec.tasks.erase(spec.tasks.begin() + dropped);
    if (std::ranges::all_of(spec.tasks, &TaskSpec::rests)) // the one that learned is gone
        for (TaskSpec& left : spec.tasks)
            left.rests = false;
    spec.name += " without " + task;
    return checked(std::move(spec), catalogue);
}

} // namespace concertina
