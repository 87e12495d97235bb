// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_plan.h"

#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// Groups of task names as a partition of `tasks`; the problem has no path.
Expected<Partition> namedPartition(const std::vector<std::vector<std::string>>& groups,
                                   std::span<const std::string> tasks) {
    std::vector<TaskSet> sets;
    for (const auto& names : groups) {
        TaskSet set = 0;
        for (const std::string& name : names) {
            const auto task = std::ranges::find(tasks, name);
            if (task == tasks.end())
                return failure({"sharing.unknown_task", "", "\"" + shortened(name, 80) + "\"",
                                "a task of this experiment", suggestion(name, tasks)});
            const TaskSet bit = taskBit(static_cast<int>(task - tasks.begin()));
            TaskSet before = set;
            for (const TaskSet other : sets)
                before |= other;
            if ((before & bit) != 0)
                return failure(
                    {"sharing.groups", "", name + " twice", "each task in one group", ""});
            set |= bit;
        }
        sets.push_back(set);
    }
    Partition partition = partitionOf(std::move(sets));
    TaskSet missing = allTasks(static_cast<int>(tasks.size()));
    for (const TaskSet group : partition.groups)
        missing &= ~group;
    if (missing != 0)
        return failure({"sharing.groups", "", "no group with " + groupName(missing, tasks),
                        "each task in one group", ""});
    return partition;
}

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

/// What a layer's rules can name, in its order.
std::vector<std::string> partNames(const LayerPlan& plan) {
    std::vector<std::string> names = plan.factors;
    names.insert(names.end(), {"bias", "norm"});
    return names;
}

/// Freezes one part of a layer or lets it move.
void setFrozen(LayerPlan& plan, const std::string& part, bool frozen) {
    std::vector<std::string> all;
    for (const std::string& name : partNames(plan))
        if (name == part ? frozen : plan.isFrozen(name))
            all.push_back(name);
    plan.frozen = std::move(all);
}

/// Applies one rule that sets a single factor, the bias or the norm of the layers it matches: its
/// groups, or whether it rests.
std::optional<Problem> applyFactorRule(const SharingRule& rule, const Partition& groups,
                                       std::span<LayerPlan> plans) {
    bool found = false;
    std::vector<std::string> known{"bias", "norm"};
    for (LayerPlan& plan : plans) {
        if (!matchesPattern(plan.layer, rule.layers))
            continue;
        for (const std::string& part : partNames(plan)) {
            if (std::ranges::find(known, part) == known.end())
                known.push_back(part);
            if (part != rule.factor && !(rule.frozen && rule.factor.empty()))
                continue;
            found = true;
            const auto k = static_cast<std::size_t>(std::ranges::find(plan.factors, part)
                                                    - plan.factors.begin());
            if (rule.frozen)
                setFrozen(plan, part, *rule.frozen);
            else if (k < plan.factors.size())
                plan.partitions[k] = groups;
            else
                (part == "bias" ? plan.bias : plan.norm) = groups;
        }
    }
    if (found)
        return std::nullopt;
    return Problem{"sharing.unknown_factor", "", "\"" + shortened(rule.factor, 80) + "\"",
                   "a factor of these layers", suggestion(rule.factor, known)};
}

/// Why a layer cannot be in a state; none where it can.
std::optional<Problem> checkState(const LayerFactors& layer, SharingState state) {
    if (state == SharingState::Tied || state == SharingState::Separate)
        return std::nullopt;
    if (state == SharingState::Merged && !layer.affine)
        return Problem{"sharing.not_linear", "", "merged for " + layer.layer,
                       "a state that does not average its kernels",
                       layer.composable
                           ? "the kernel of a mean of its factors is not the mean of their kernels"
                           : "it is more than a kernel while it trains: norms or operations stand "
                             "beside it"};
    if (!layer.hasCore())
        return Problem{"sharing.no_core", "", std::string(stateName(state)) + " for " + layer.layer,
                       "tied or separate, as its kernel has no core",
                       "expand it (network.kernels), or name it in a later rule"};
    return std::nullopt;
}

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
    for (const LayerPlan& layer : plan.layers) {
        Json factors = Json::object();
        for (std::size_t i = 0; i < layer.factors.size(); ++i)
            factors[layer.factors[i]] = groupNames(layer.partitions[i], plan.tasks);
        json["layers"].push_back({{"layer", layer.layer},
                                  {"merged", layer.merged},
                                  {"factors", std::move(factors)},
                                  {"bias", groupNames(layer.bias, plan.tasks)},
                                  {"norm", groupNames(layer.norm, plan.tasks)}});
        if (!layer.frozen.empty())
            json["layers"].back()["frozen"] = layer.frozen;
    }
    return json;
}

namespace {

Expected<LayerPlan> layerFromJson(const Json& json, std::span<const std::string> tasks,
                                  const std::string& path) {
    const auto has = [&](const char* key) { return json.is_object() && json.contains(key); };
    if (!has("layer") || !has("merged") || !has("factors") || !has("bias") || !has("norm")
        || !json["layer"].is_string() || !json["merged"].is_boolean()
        || !json["factors"].is_object())
        return failure(brokenPlan(path, shortened(jsonText(json), 80),
                                  "layer, merged, factors, bias and norm"));
    LayerPlan layer{.layer = json["layer"].get<std::string>(), .merged = json["merged"].get<bool>()};
    auto bias = partitionFromJson(json["bias"], tasks, path + ".bias");
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

namespace {

/// A rule's problem at its place: without the rule there is none.
void reportAt(Problem& problem, const std::string& at) {
    problem.path = at;
    problem.fix = Fix{at};
}

/// Applies rules to a plan, one after the other.
class Resolver {
public:
    Resolver(std::span<const LayerFactors> layers, std::span<const std::string> tasks)
        : m_layers(layers), m_tasks(tasks) {
        m_plan.tasks.assign(tasks.begin(), tasks.end());
        for (const LayerFactors& layer : layers)
            m_plan.layers.push_back(planAtStart(layer, taskCount()));
        m_misfits.resize(layers.size());
    }

    /// The rule's own problem; its path is empty.
    std::optional<Problem> apply(const std::string& text, const std::string& at) {
        const auto rule = parseSharingRule(text);
        if (!rule)
            return rule.error();
        const auto matches = [&](const LayerFactors& layer) {
            return matchesPattern(layer.layer, rule->layers);
        };
        if (std::ranges::none_of(m_layers, matches))
            return unmatched(*rule);
        auto own = rule->groups.empty() ? Expected<Partition>(apart(taskCount()))
                                        : namedPartition(rule->groups, m_tasks);
        if (!own)
            return own.error();
        if (!rule->state)
            return applyFactorRule(*rule, *own, m_plan.layers);
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            if (!matches(m_layers[i]))
                continue;
            auto frozen = std::move(m_plan.layers[i].frozen);
            m_plan.layers[i] = planInState(m_layers[i], *rule->state, *own);
            m_plan.layers[i].frozen = std::move(frozen);
            m_misfits[i] = taskCount() > 1 ? checkState(m_layers[i], *rule->state) : std::nullopt;
            if (m_misfits[i])
                reportAt(*m_misfits[i], at);
        }
        return std::nullopt;
    }

    /// A state that does not fit its layer matters only where no later rule replaced it; of the
    /// layers that one rule did not fit, the first is named.
    PlanResolution take(Problems problems) {
        for (auto& misfit : m_misfits)
            if (misfit
                && std::ranges::find(problems, misfit->path, &Problem::path) == problems.end())
                problems.push_back(std::move(*misfit));
        return {std::move(m_plan), std::move(problems)};
    }

private:
    int taskCount() const { return static_cast<int>(m_tasks.size()); }

    Problem unmatched(const SharingRule& rule) const {
        std::vector<std::string> names;
        for (const LayerFactors& layer : m_layers)
            names.push_back(layer.layer);
        return {"sharing.no_layer", "", "\"" + shortened(rule.layers, 80) + "\"",
                "a pattern that matches a layer", suggestion(rule.layers, names)};
    }

    std::span<const LayerFactors> m_layers;
    std::span<const std::string> m_tasks;
    SharingPlan m_plan;
    std::vector<std::optional<Problem>> m_misfits; ///< one a layer
};

} // namespace

PlanResolution resolvePlan(std::span<const std::string> rules, std::span<const LayerFactors> layers,
                           std::span<const std::string> tasks, const std::string& path) {
    Resolver resolver(layers, tasks);
    Problems problems;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string at = path + "." + std::to_string(i);
        if (auto problem = resolver.apply(rules[i], at)) {
            reportAt(*problem, at);
            problems.push_back(std::move(*problem));
        }
    }
    return resolver.take(std::move(problems));
}

} // namespace concertina
