// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/weight_owners.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace concertina {

namespace {

void addTrained(const NetworkDesign& design, std::vector<OwnedWeights>& all) {
    std::set<std::pair<std::string, TaskSet>> ofNetwork; // factors above layers
    for (std::size_t i = 0; i < design.layers.size(); ++i) {
        const Layer& layer = design.graph.layers[i];
        const LayerPlan plan = design.layerPlan(i);
        const auto add = [&](const Partition& partition, double count) {
            for (const TaskSet group : partition.groups)
                all.push_back({static_cast<int>(i), group, {count, 0}});
        };
        const auto& factors = design.layers[i].factors.factors;
        for (std::size_t k = 0; k < factors.size(); ++k) {
            Partition groups = plan.partitions[k];
            if (factors[k].network) // the first of the layers that read it has it
                std::erase_if(groups.groups, [&](TaskSet group) {
                    return !ofNetwork.emplace(factors[k].name, group).second;
                });
            add(groups, static_cast<double>(factors[k].size()));
        }
        add(plan.bias, layer.kernel.out);
        add(plan.norm, 2.0 * layer.kernel.out
                           * static_cast<double>(std::ranges::count(design.layers[i].fragment.parts,
                                                                    Op::Norm, &FragmentPart::op)));
    }
}

/// Of a design whose kernels are composed.
void addCollapsed(const NetworkDesign& design, std::vector<OwnedWeights>& all) {
    const auto foldable = foldableNorms(design.graph, design.tree);
    std::set<std::size_t> folded; // executed convolutions that take in a norm, and with it a bias
    for (std::size_t i = 0; i < foldable.size(); ++i)
        if (foldable[i])
            folded.insert(static_cast<std::size_t>(design.tree.nodes[i].inputs.front()));
    std::set<std::tuple<int, int, TaskSet>> kernels; // layer, part, owner
    for (std::size_t i = 0; i < design.tree.nodes.size(); ++i) {
        const ExecutedNode& executed = design.tree.nodes[i];
        const Node& node = design.graph.node(executed.node);
        const bool one = design.becomesOneKernel(node);
        if (node.op == Op::Norm && !one && !foldable[i])
            all.push_back({node.layer, executed.tasks, {0, 2.0 * node.channels}});
        // A fragment that becomes one kernel does so for each of its executed ends.
        if (one ? !design.endsLayer(node) : node.op != Op::Conv)
            continue;
        const KernelShape kernel =
            one ? design.fragments[static_cast<std::size_t>(node.layer)].collapsedKernel()
                : design.partOf(node).kernel;
        const bool bias =
            one || node.part > 0 || design.graph.layer(node.layer).bias || folded.contains(i);
        const TaskSet owner = one ? executed.tasks : executed.kernel;
        if (kernels.emplace(node.layer, node.part, owner).second)
            all.push_back({node.layer,
                           owner,
                           {0, static_cast<double>(kernel.weights() + (bias ? kernel.out : 0))}});
    }
}

/// The ways in which layers are shared, in the order in which they are reported.
constexpr std::array<std::string_view, 7> weightPartNames{
    "tied", "merged", "factors shared", "separate", "merged by product", "other", "heads"};

std::size_t partOf(const NetworkDesign& design, std::size_t layer) {
    if (layer >= design.plan.layers.size())
        return weightPartNames.size() - 1;
    const auto state = stateOf(design.plan.layers[layer], design.layers[layer].factors);
    return state ? static_cast<std::size_t>(*state) : weightPartNames.size() - 2;
}

/// Those who own anything, the larger groups first.
std::vector<TaskSet> ownersOf(const std::vector<OwnedWeights>& weights, int tasks) {
    std::vector<TaskSet> owners{allTasks(tasks)};
    for (const OwnedWeights& own : weights)
        if (std::ranges::find(owners, own.owner) == owners.end())
            owners.push_back(own.owner);
    std::ranges::sort(owners, [](TaskSet a, TaskSet b) {
        return std::pair(-taskCount(a), firstTask(a)) < std::pair(-taskCount(b), firstTask(b));
    });
    return owners;
}

} // namespace

std::vector<OwnedWeights> ownedWeights(const NetworkDesign& design) {
    return ownedWeights(design, design);
}

std::vector<OwnedWeights> ownedWeights(const NetworkDesign& trained,
                                       const NetworkDesign& collapsed) {
    std::vector<OwnedWeights> all;
    addTrained(trained, all);
    if (collapsed.runsStretches())
        addCollapsed(composed(collapsed), all);
    else
        addCollapsed(collapsed, all);
    return all;
}

WeightOwners weightOwners(const NetworkDesign& design) {
    return weightOwners(design, design);
}

WeightOwners weightOwners(const NetworkDesign& design, const NetworkDesign& collapsed) {
    const auto weights = ownedWeights(design, collapsed);
    const auto owners = ownersOf(weights, design.taskCount());
    std::array<WeightOwners::Part, weightPartNames.size()> parts;
    for (std::size_t i = 0; i < parts.size(); ++i)
        parts[i] = {std::string(weightPartNames[i]), 0, std::vector<BeforeAfter>(owners.size())};
    std::vector<std::size_t> partOfLayer; // which is asked of thousands of weights
    for (std::size_t i = 0; i < design.layers.size(); ++i) {
        partOfLayer.push_back(partOf(design, i));
        ++parts[partOfLayer.back()].layers;
    }
    for (const OwnedWeights& own : weights) {
        const auto owner = std::ranges::find(owners, own.owner) - owners.begin();
        BeforeAfter& sum = parts[partOfLayer[static_cast<std::size_t>(own.layer)]]
                               .weights[static_cast<std::size_t>(owner)];
        sum.expanded += own.count.expanded;
        sum.collapsed += own.count.collapsed;
    }
    WeightOwners reported;
    for (const TaskSet owner : owners)
        reported.owners.push_back(owner == allTasks(design.taskCount())
                                      ? "all tasks"
                                      : groupName(owner, design.plan.tasks));
    for (WeightOwners::Part& part : parts)
        if (part.layers > 0)
            reported.parts.push_back(std::move(part));
    return reported;
}

} // namespace concertina
