// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rules_between.h"

#include "core/model/plan_rules.h"
#include "core/model/sharing_edit.h"
#include "core/model/sharing_rule.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// Who shares what, whatever is frozen.
bool sharesAlike(const LayerPlan& a, const LayerPlan& b) {
    return a.partitions == b.partitions && a.bias == b.bias && a.norm == b.norm
           && a.merged == b.merged && a.product == b.product;
}

/// What one layer needs, without the pattern before the colon.
std::vector<std::string> changesOf(const LayerPlan& before, const LayerPlan& after,
                                   const LayerFactors& layer,
                                   const std::vector<std::string>& tasks) {
    std::vector<std::string> changes;
    if (!sharesAlike(before, after)) {
        SharingPlan alone{.tasks = tasks, .layers = {after}};
        alone.layers.front().frozen = layer.frozenAtStart();
        std::vector<std::string> rules = rulesOf(alone, std::span(&layer, 1));
        if (rules.empty()) // it starts as it is to become
            rules.push_back("*: " + std::string(stateName(*stateOf(after, layer))));
        for (const std::string& rule : rules)
            changes.emplace_back(trimmed(std::string_view(rule).substr(rule.find(':') + 1)));
    }
    const auto add = [&](const char* verb, const LayerPlan& with, const LayerPlan& without) {
        for (const std::string& part : with.frozen)
            if (!without.isFrozen(part))
                changes.push_back(std::string(verb) + " " + part);
    };
    const bool freezesAll = after.isAllFrozen() && !before.isAllFrozen()
                            && before.isFrozen(StatisticsPart) == after.isFrozen(StatisticsPart);
    if (before.rests() != after.rests() && after.rests())
        changes.push_back("rest");
    else if (freezesAll)
        changes.push_back("freeze");
    else if (after.frozen.empty() && !before.frozen.empty())
        changes.push_back("unfreeze");
    else {
        add("unfreeze", before, after);
        add("freeze", after, before);
    }
    return changes;
}

} // namespace

std::vector<std::string> rulesBetween(const SharingPlan& before, const SharingPlan& after,
                                      std::span<const LayerFactors> layers) {
    struct Alike {
        std::vector<std::string> changes;
        std::vector<std::size_t> layers;
    };
    std::vector<Alike> groups;
    for (std::size_t i = 0; i < after.layers.size(); ++i) {
        if (before.layers[i] == after.layers[i])
            continue;
        auto changes = changesOf(before.layers[i], after.layers[i], layers[i], after.tasks);
        auto known = std::ranges::find(groups, changes, &Alike::changes);
        if (known == groups.end())
            known = groups.insert(groups.end(), {std::move(changes), {}});
        known->layers.push_back(i);
    }
    std::vector<std::string> rules;
    const std::vector<std::string> names = after.layerNames();
    for (const Alike& group : groups)
        for (const std::string& pattern : layerPatterns(names, group.layers))
            for (const std::string& change : group.changes)
                rules.push_back(pattern + ": " + change);
    return rules;
}

} // namespace concertina
