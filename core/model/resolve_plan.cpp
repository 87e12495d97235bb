// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_parts.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

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

/// What a layer's rules can freeze, in its order; all but the last can be parted.
std::vector<std::string> partNames(const LayerPlan& plan) {
    std::vector<std::string> names = plan.factors;
    if (plan.hasBias())
        names.emplace_back("bias");
    names.insert(names.end(), {"norm", std::string(StatisticsPart)});
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

bool canBeProduct(const LayerPlan& plan, const LayerFactors& layer) {
    for (std::size_t k = 0; k < plan.partitions.size(); ++k)
        if (plan.partitions[k].groups.size() > 1 && !layer.factors[k].core)
            return false;
    return layer.hasSquareCore();
}

namespace {

Problem productProblem(const LayerFactors& layer) {
    return {"sharing.product", "", "merged by product for " + layer.layer,
            "one private factor, a square matrix or a diagonal",
            "only such cores can be multiplied with each other; merged is by their mean"};
}

} // namespace

std::optional<Problem> checkState(const LayerFactors& layer, SharingState state) {
    if (state == SharingState::Tied || state == SharingState::Separate)
        return std::nullopt;
    const bool merges = state == SharingState::Merged || state == SharingState::MergedByProduct;
    if (merges && !layer.affine)
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
    if (state == SharingState::MergedByProduct && !layer.hasSquareCore())
        return productProblem(layer);
    return std::nullopt;
}

namespace {

/// Applies one rule that sets a single factor, the bias or the norm of the layers it matches: its
/// groups, or whether it rests.
std::optional<Problem> applyFactorRule(const SharingRule& rule, const Partition& groups,
                                       std::span<LayerPlan> plans) {
    bool found = false;
    std::vector<std::string> known{"bias", "norm"};
    if (rule.frozen)
        known.emplace_back(StatisticsPart);
    for (LayerPlan& plan : plans) {
        if (!matchesPattern(plan.layer, rule.layers))
            continue;
        for (const std::string& part : partNames(plan)) {
            if (part != StatisticsPart && std::ranges::find(known, part) == known.end())
                known.push_back(part);
            const bool all = rule.frozen && rule.factor.empty();
            if (part != rule.factor && !all)
                continue;
            if (part == StatisticsPart && (!rule.frozen || (all && *rule.frozen && !rule.rests)))
                continue;
            found = true;
            if (rule.frozen)
                setFrozen(plan, part, *rule.frozen);
            else
                *plan.part(part) = groups;
        }
    }
    if (found)
        return std::nullopt;
    return Problem{"sharing.unknown_factor", "", "\"" + shortened(rule.factor, 80) + "\"",
                   "a factor of these layers", suggestion(rule.factor, known)};
}

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
        if (!rule->state) {
            auto problem = applyFactorRule(*rule, *own, m_plan.layers);
            for (std::size_t i = 0; i < m_layers.size(); ++i)
                if (matches(m_layers[i]))
                    checkProduct(i, at);
            return problem;
        }
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

    /// Where a rule gives a layer that is merged by product another private factor.
    void checkProduct(std::size_t layer, const std::string& at) {
        if (!m_plan.layers[layer].product || m_misfits[layer]
            || canBeProduct(m_plan.layers[layer], m_layers[layer]))
            return;
        m_misfits[layer] = productProblem(m_layers[layer]);
        reportAt(*m_misfits[layer], at);
    }

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
