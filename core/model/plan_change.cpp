// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_change.h"

#include "core/values/text.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace concertina {

namespace {

constexpr const char* changesPath = "network.plan_changes";

std::string groupsText(const Partition& partition, const std::vector<std::string>& tasks) {
    std::vector<std::string> groups;
    for (const TaskSet group : partition.groups) {
        std::vector<std::string> names;
        for (const int task : tasksOf(group))
            names.push_back(tasks[static_cast<std::size_t>(task)]);
        groups.push_back("{" + join(names, ", ") + "}");
    }
    return join(groups, " | ");
}

/// How one layer changed; empty where it did not.
std::string changeOf(const LayerPlan& before, const LayerPlan& after,
                     const std::vector<std::string>& tasks) {
    // What goes the same way is told together: "U, M, V {…} | {…}, before {…}".
    std::vector<std::pair<std::string, std::vector<std::string>>> ways;
    const auto compare = [&](const std::string& what, const Partition& from, const Partition& to) {
        if (from == to)
            return;
        const std::string way = groupsText(to, tasks) + ", before " + groupsText(from, tasks);
        const auto known = std::ranges::find(ways, way, [](const auto& entry) { return entry.first; });
        if (known != ways.end())
            known->second.push_back(what);
        else
            ways.push_back({way, {what}});
    };
    for (std::size_t k = 0; k < after.factors.size(); ++k)
        compare(after.factors[k], before.partitions[k], after.partitions[k]);
    compare("bias", before.bias, after.bias);
    compare("norm", before.norm, after.norm);
    std::vector<std::string> parts;
    for (const auto& [way, names] : ways)
        parts.push_back(join(names, ", ") + " " + way);
    if (before.merged != after.merged)
        parts.push_back(after.merged ? "merged" : "no longer merged");
    return join(parts, "; ");
}

/// The plan with the rules of a spec and those of its first `changes` changes.
PlanResolution planAfter(const NetworkSpec& network, std::size_t changes,
                         std::span<const LayerFactors> layers,
                         std::span<const std::string> tasks) {
    std::vector<std::string> rules = network.sharing;
    for (std::size_t i = 0; i < changes; ++i)
        rules.push_back(parsePlanChange(network.planChanges[i]).value().rule);
    return resolvePlan(rules, layers, tasks, "network.sharing");
}

/// What plans speak of: the layers that are no head's.
std::vector<LayerFactors> sharedLayers(const NetworkDesign& design) {
    std::vector<LayerFactors> layers;
    for (std::size_t i = 0; i < design.plan.layers.size(); ++i)
        layers.push_back(design.layers[i].factors);
    return layers;
}

} // namespace

Expected<PlanChange> parsePlanChange(std::string_view text) {
    const auto refused = [&] {
        return failure({"plan_change.syntax", "", "\"" + shortened(std::string(text), 80) + "\"",
                        "STEP: LAYERS: STATE, as in \"400: dec1.*: separate\"", ""});
    };
    const std::string_view line = trimmed(text);
    PlanChange change;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), change.step);
    const auto digits = static_cast<std::size_t>(end - line.data());
    if (error != std::errc{} || change.step < 0 || digits >= line.size() || line[digits] != ':')
        return refused();
    change.rule = trimmed(line.substr(digits + 1));
    if (const auto rule = parseSharingRule(change.rule); !rule)
        return failure(rule.error());
    return change;
}

std::string toText(const PlanChange& change) {
    return std::to_string(change.step) + ": " + change.rule;
}

std::vector<PlanChange> planChangesOf(const NetworkSpec& network) {
    std::vector<PlanChange> changes;
    for (const std::string& text : network.planChanges)
        changes.push_back(parsePlanChange(text).value());
    return changes;
}

std::size_t addChange(NetworkSpec& network, const PlanChange& change) {
    const auto changes = planChangesOf(network);
    const auto behind = std::ranges::upper_bound(changes, change.step, {}, &PlanChange::step);
    const auto index = behind - changes.begin();
    network.planChanges.insert(network.planChanges.begin() + index, toText(change));
    return static_cast<std::size_t>(index);
}

Problems checkPlanChanges(const NetworkSpec& network, std::span<const LayerFactors> layers,
                          std::span<const std::string> tasks) {
    Problems problems;
    std::int64_t before = 0;
    for (std::size_t i = 0; i < network.planChanges.size(); ++i) {
        const std::string at = std::string(changesPath) + "." + std::to_string(i);
        const auto change = parsePlanChange(network.planChanges[i]);
        if (!change) {
            problems.push_back(change.error());
            problems.back().path = at;
            return problems; // what comes behind it builds on it
        }
        if (change->step < before)
            problems.push_back({"plan_change.order", at, "step " + std::to_string(change->step),
                                "at least " + std::to_string(before) + ", the change before it",
                                "put the changes in the order of their steps"});
        before = change->step;
        const std::string own = "network.sharing." + std::to_string(network.sharing.size() + i);
        for (Problem& problem : planAfter(network, i + 1, layers, tasks).problems)
            if (problem.path == own) {
                problem.path = at;
                problems.push_back(std::move(problem));
            }
    }
    return problems;
}

Expected<NetworkSpec> withPlanChange(NetworkSpec network, const PlanChange& change,
                                     const NetworkDesign& design) {
    const std::size_t index = addChange(network, change);
    auto problems = checkPlanChanges(network, sharedLayers(design), design.plan.tasks);
    if (!problems.empty()) {
        problems.front().path = change.rule;
        return failure(std::move(problems.front()));
    }
    if (designAfter(network, index + 1, design).plan == design.plan)
        return failure({"plan_change.nothing", change.rule, "the sharing as it is",
                        "a rule that changes it", ""});
    return network;
}

NetworkDesign designAfter(const NetworkSpec& network, std::size_t changes,
                          const NetworkDesign& design) {
    return withPlan(design,
                    planAfter(network, changes, sharedLayers(design), design.plan.tasks).plan)
        .value();
}

std::vector<std::string> differences(const SharingPlan& before, const SharingPlan& after) {
    std::vector<std::pair<std::string, std::vector<std::string>>> changes; // in words, layers
    for (std::size_t i = 0; i < after.layers.size(); ++i) {
        const std::string change = changeOf(before.layers[i], after.layers[i], after.tasks);
        if (change.empty())
            continue;
        const auto same = std::ranges::find(changes, change, [](const auto& c) { return c.first; });
        if (same != changes.end())
            same->second.push_back(after.layers[i].layer);
        else
            changes.push_back({change, {after.layers[i].layer}});
    }
    std::vector<std::string> texts;
    for (const auto& [change, layers] : changes)
        texts.push_back(join(layers, ", ") + ": " + change);
    return texts;
}

} // namespace concertina
