// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_change.h"

#include "core/values/text.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

std::string groupsText(const Partition& partition, const std::vector<std::string>& tasks) {
    std::vector<std::string> groups;
    for (const auto& names : groupNames(partition, tasks))
        groups.push_back("{" + join(names, ", ") + "}");
    return join(groups, " | ");
}

/// "factored", with the options where both kernels are of one method.
std::string kernelText(const MethodChoice& method, const MethodChoice& other) {
    return method.id == other.id ? method.id + " " + jsonText(method.options) : method.id;
}

/// How one layer changed; empty where it did not.
std::string changeOf(const NetworkDesign& from, const NetworkDesign& to, std::size_t layer) {
    const LayerPlan& before = from.plan.layers[layer];
    const LayerPlan& after = to.plan.layers[layer];
    const MethodChoice& kernel = to.layers[layer].method;
    const MethodChoice& kernelBefore = from.layers[layer].method;
    // What goes the same way is written together: "U, M, V {…} | {…}, before {…}".
    std::vector<std::pair<std::string, std::vector<std::string>>> ways;
    const auto compare = [&](const std::string& what, const Partition& was, const Partition& is) {
        if (was == is)
            return;
        const auto& tasks = to.plan.tasks;
        const std::string way = groupsText(is, tasks) + ", before " + groupsText(was, tasks);
        const auto known =
            std::ranges::find(ways, way, [](const auto& entry) { return entry.first; });
        if (known != ways.end())
            known->second.push_back(what);
        else
            ways.push_back({way, {what}});
    };
    std::vector<std::string> parts;
    if (kernel != kernelBefore)
        parts.push_back("kernel " + kernelText(kernel, kernelBefore) + ", before "
                        + kernelText(kernelBefore, kernel));
    else
        for (std::size_t k = 0; k < after.factors.size(); ++k)
            compare(after.factors[k], before.partitions[k], after.partitions[k]);
    compare("bias", before.bias, after.bias);
    compare("norm", before.norm, after.norm);
    for (const auto& [way, names] : ways)
        parts.push_back(join(names, ", ") + " " + way);
    if (before.merged != after.merged || before.product != after.product)
        parts.push_back(after.product  ? "merged by product"
                        : after.merged ? "merged"
                                       : "no longer merged");
    if (before.frozen != after.frozen)
        parts.push_back(after.frozenText());
    return join(parts, "; ");
}

} // namespace

std::vector<std::string> differences(const NetworkDesign& before, const NetworkDesign& after) {
    std::vector<std::pair<std::string, std::vector<std::string>>> changes; // in words, layers
    for (std::size_t i = 0; i < after.plan.layers.size(); ++i) {
        const std::string change = changeOf(before, after, i);
        if (change.empty())
            continue;
        const auto same = std::ranges::find(changes, change, [](const auto& c) { return c.first; });
        if (same != changes.end())
            same->second.push_back(after.plan.layers[i].layer);
        else
            changes.push_back({change, {after.plan.layers[i].layer}});
    }
    std::vector<std::string> texts;
    for (const auto& [change, layers] : changes)
        texts.push_back(join(layers, ", ") + ": " + change);
    return texts;
}

} // namespace concertina
