// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_plan.h"

#include "core/model/plan_parts.h"
#include "core/values/text.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

Problem brokenPlan(std::string path, std::string found, std::string expected) {
    return {"plan.json", std::move(path), std::move(found), std::move(expected),
            "the file is damaged or not of this program"};
}

Expected<Partition> partitionFromJson(const Json& json, std::span<const std::string> tasks,
                                      const std::string& path) {
    const auto isGroup = [](const Json& names) {
        return names.is_array() && !names.empty()
               && std::ranges::all_of(names, [](const Json& name) { return name.is_string(); });
    };
    if (!json.is_array() || !std::ranges::all_of(json, isGroup))
        return failure(brokenPlan(path, shortened(jsonText(json), 80), "groups of tasks"));
    auto partition = namedPartition(json.get<std::vector<std::vector<std::string>>>(), tasks);
    if (!partition)
        return failure(brokenPlan(path, partition.error().found, partition.error().expected));
    return partition;
}

/// Of the partitions of a stretch of factors; the bias goes with the first.
Partition refinementOf(const LayerPlan& plan, std::size_t firstFactor, std::size_t count) {
    Partition result =
        firstFactor == 0 && plan.hasBias() ? plan.bias : plan.partitions[firstFactor];
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

const Partition* LayerPlan::part(std::string_view name) const {
    const auto factor = std::ranges::find(factors, name);
    if (factor != factors.end())
        return &partitions[static_cast<std::size_t>(factor - factors.begin())];
    return name == "norm" ? &norm : name == "bias" && hasBias() ? &bias : nullptr;
}

Partition* LayerPlan::part(std::string_view name) {
    return const_cast<Partition*>(std::as_const(*this).part(name));
}

bool LayerPlan::isAllFrozen() const {
    return (!hasBias() || isFrozen("bias")) && isFrozen("norm")
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

std::vector<std::string> SharingPlan::layerNames() const {
    std::vector<std::string> names;
    for (const LayerPlan& layer : layers)
        names.push_back(layer.layer);
    return names;
}

Json toJson(const SharingPlan& plan) {
    Json json = {{"tasks", plan.tasks}, {"layers", Json::array()}};
    if (plan.resting != 0)
        json["resting"] = groupNames({{plan.resting}}, plan.tasks).front();
    for (const LayerPlan& layer : plan.layers) {
        Json factors = Json::object();
        for (std::size_t i = 0; i < layer.factors.size(); ++i)
            factors[layer.factors[i]] = groupNames(layer.partitions[i], plan.tasks);
        Json item = {
            {"layer", layer.layer}, {"merged", layer.merged}, {"factors", std::move(factors)}};
        if (layer.hasBias())
            item["bias"] = groupNames(layer.bias, plan.tasks);
        item["norm"] = groupNames(layer.norm, plan.tasks);
        if (layer.product)
            item["merged_by"] = "product";
        if (!layer.frozen.empty())
            item["frozen"] = layer.frozen;
        json["layers"].push_back(std::move(item));
    }
    return json;
}

namespace {

Expected<LayerPlan> layerFromJson(const Json& json, std::span<const std::string> tasks,
                                  const std::string& path) {
    const auto has = [&](const char* key) { return json.is_object() && json.contains(key); };
    if (!has("layer") || !has("merged") || !has("factors") || !has("norm")
        || !json["layer"].is_string() || !json["merged"].is_boolean()
        || !json["factors"].is_object())
        return failure(
            brokenPlan(path, shortened(jsonText(json), 80), "layer, merged, factors and norm"));
    LayerPlan layer{.layer = json["layer"].get<std::string>(), .merged = json["merged"].get<bool>()};
    auto bias = has("bias") ? partitionFromJson(json["bias"], tasks, path + ".bias") : Partition{};
    if (!bias)
        return failure(bias.error());
    auto norm = partitionFromJson(json["norm"], tasks, path + ".norm");
    if (!norm)
        return failure(norm.error());
    layer.bias = std::move(*bias);
    layer.norm = std::move(*norm);
    for (const auto& factor : json["factors"].items()) {
        auto partition = partitionFromJson(factor.value(), tasks, path + "." + factor.key());
        if (!partition)
            return failure(partition.error());
        layer.factors.push_back(factor.key());
        layer.partitions.push_back(std::move(*partition));
    }
    if (has("merged_by")) {
        if (json["merged_by"] != "product" || !layer.merged)
            return failure(brokenPlan(path + ".merged_by",
                                      shortened(jsonText(json["merged_by"]), 80),
                                      "product, where the layer is merged"));
        layer.product = true;
    }
    for (const Json& part : json.value("frozen", Json::array())) {
        const auto parts = partNames(layer);
        if (!part.is_string() || std::ranges::find(parts, part.get<std::string>()) == parts.end())
            return failure(brokenPlan(path + ".frozen", shortened(jsonText(part), 80),
                                      "names of the layer's factors, bias or norm"));
        setFrozen(layer, part.get<std::string>(), true);
    }
    return layer;
}

} // namespace

Expected<SharingPlan> planFromJson(const Json& json) {
    SharingPlan plan;
    for (const char* key : {"tasks", "layers"})
        if (!json.is_object() || !json.contains(key) || !json[key].is_array())
            return failure(brokenPlan(key, "no list", "a resolved plan"));
    for (const Json& task : json["tasks"]) {
        if (!task.is_string() || plan.tasks.size() == MaxTasks
            || std::ranges::find(plan.tasks, task.get<std::string>()) != plan.tasks.end())
            return failure(brokenPlan("tasks", shortened(jsonText(task), 80),
                                      "names of tasks, each once"));
        plan.tasks.push_back(task.get<std::string>());
    }
    if (plan.tasks.empty())
        return failure(brokenPlan("tasks", "no task", "at least one"));
    if (json.contains("resting") && !json["resting"].is_array())
        return failure(
            brokenPlan("resting", shortened(jsonText(json["resting"]), 80), "names of tasks"));
    for (const Json& name : json.value("resting", Json::array())) {
        const auto task = name.is_string() ? std::ranges::find(plan.tasks, name.get<std::string>())
                                           : plan.tasks.end();
        if (task == plan.tasks.end())
            return failure(brokenPlan("resting", shortened(jsonText(name), 80), "names of tasks"));
        plan.resting |= taskBit(static_cast<int>(task - plan.tasks.begin()));
    }
    for (const Json& item : json["layers"]) {
        auto layer = layerFromJson(item, plan.tasks,
                                   "layers." + std::to_string(plan.layers.size()));
        if (!layer)
            return failure(layer.error());
        plan.layers.push_back(std::move(*layer));
    }
    return plan;
}

bool LayerFactors::hasCore() const {
    return std::ranges::any_of(factors, &FactorInfo::core);
}

bool LayerFactors::hasSquareCore() const {
    const auto isSquare = [](const FactorInfo& factor) {
        return factor.shape.size() == 1
               || (factor.shape.size() == 2 && factor.shape[0] == factor.shape[1]);
    };
    return std::ranges::count_if(factors, &FactorInfo::core) == 1
           && isSquare(*std::ranges::find_if(factors, &FactorInfo::core));
}

std::vector<std::string> LayerFactors::frozenAtStart() const {
    std::vector<std::string> names;
    for (const FactorInfo& factor : factors)
        if (factor.frozen)
            names.push_back(factor.name);
    return names;
}

bool LayerFactors::hasTaskFactors() const {
    return std::ranges::find(factors, FactorOwner::EachTask, &FactorInfo::owner) != factors.end();
}

bool LayerFactors::hasBiasFactor() const {
    return std::ranges::any_of(factors, &FactorInfo::bias);
}

LayerPlan planAtStart(const LayerFactors& layer, int tasks) {
    LayerPlan plan = planInState(
        layer, layer.hasTaskFactors() ? SharingState::FactorsShared : SharingState::Tied,
        apart(tasks));
    plan.frozen = layer.frozenAtStart();
    return plan;
}

LayerPlan planInState(const LayerFactors& layer, SharingState state, const Partition& own) {
    TaskSet all = 0;
    for (const TaskSet group : own.groups)
        all |= group;
    const Partition one{{all}};
    const bool outside = state == SharingState::FactorsShared || state == SharingState::Separate;
    const bool product = state == SharingState::MergedByProduct;
    LayerPlan plan{.layer = layer.layer,
                   .bias = !layer.bias ? Partition{}
                           : state == SharingState::Separate || (outside && !layer.hasBiasFactor())
                               ? own
                               : one,
                   .norm = outside ? own : one,
                   .merged = (state == SharingState::Merged || product) && taskCount(all) > 1,
                   .product = product && taskCount(all) > 1};
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
    for (const TaskSet group : plan.norm.groups)
        all |= group;
    std::vector<TaskSet> each;
    for (const int task : tasksOf(all))
        each.push_back(taskBit(task));
    const Partition own = partitionOf(std::move(each));
    for (const auto state : {SharingState::Tied, SharingState::Merged, SharingState::FactorsShared,
                             SharingState::Separate, SharingState::MergedByProduct})
        if (LayerPlan named = planInState(layer, state, own);
            named.frozen = plan.frozen, plan == named)
            return state;
    return std::nullopt;
}

} // namespace concertina
