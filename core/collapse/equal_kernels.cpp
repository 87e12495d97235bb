// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapsed_network.h"
#include "core/tensor/torch.h"

#include <algorithm>

namespace concertina {

namespace {

class EqualKernels {
public:
    explicit EqualKernels(const UnfoldedNetwork& network) : m_network(network) {
        for (std::size_t i = 0; i < network.program.tensors.size(); ++i)
            m_tensors[network.program.tensors[i]] = network.tensors[i];
    }

    /// The tasks of a layer by the kernels that they run, those with equal values in one group.
    /// What their biases differ by is the norms' to take.
    Partition groupsOf(std::size_t layer) const {
        const LayerPlan& plan = m_network.design.plan.layers[layer];
        std::vector<TaskSet> groups;
        for (const TaskSet tasks : plan.kernels().groups) {
            const auto equal = std::ranges::find_if(groups, [&](TaskSet group) {
                return torch::equal(ownedBy(plan, "kernel", group), ownedBy(plan, "kernel", tasks));
            });
            if (equal == groups.end())
                groups.push_back(tasks);
            else
                *equal |= tasks;
        }
        return partitionOf(std::move(groups));
    }

    /// A tensor of the tied network's program: of any of those that it stands for.
    const torch::Tensor& tensorOf(const std::string& name) const {
        if (const auto found = m_tensors.find(name); found != m_tensors.end())
            return found->second;
        const std::string start = name.substr(0, name.rfind('/') + 1);
        const std::string tasks = name.substr(start.size()) + "+";
        const auto first = std::ranges::find_if(m_tensors, [&](const auto& entry) {
            return entry.first.starts_with(start)
                   && tasks.starts_with(entry.first.substr(start.size()) + "+");
        });
        return first->second;
    }

    /// By how much the mean of a norm behind a tied convolution moves, as that has the bias of the
    /// group's first task.
    torch::Tensor biasMoved(std::size_t layer, const Partition& groups, TaskSet tasks) const {
        const LayerPlan& plan = m_network.design.plan.layers[layer];
        if (!plan.hasBias())
            return torch::zeros({}, torch::kFloat64);
        return ownedBy(plan, "bias", groupContaining(groups, tasks)) - ownedBy(plan, "bias", tasks);
    }

private:
    /// Of the kernels' group that has the first of these tasks.
    const torch::Tensor& ownedBy(const LayerPlan& plan, const char* what, TaskSet tasks) const {
        return m_tensors.at(tensorName(plan.layer, what,
                                       groupContaining(plan.kernels(), taskBit(firstTask(tasks))),
                                       m_network.design.plan.tasks));
    }

    const UnfoldedNetwork& m_network;
    std::map<std::string, torch::Tensor> m_tensors;
};

/// Where copies differ in what does not count, and norms part the tasks behind the kernel anyway:
/// their statistics stay each task's.
bool mayTie(const NetworkDesign& design, std::size_t layer) {
    const LayerPlan& plan = design.plan.layers[layer];
    const auto& factors = design.layers[layer].factors.factors;
    return std::ranges::find(factors, FactorMeaning::Gate, &FactorInfo::meaning) != factors.end()
           && plan.kernels().groups.size() > 1
           && std::ranges::all_of(plan.norm.groups, [&](TaskSet group) {
                  return groupContaining(plan.kernels(), group) != 0;
              });
}

} // namespace

UnfoldedNetwork withEqualKernelsTied(UnfoldedNetwork network) {
    const EqualKernels kernels(network);
    SharingPlan plan = network.design.plan;
    for (std::size_t i = 0; i < plan.layers.size(); ++i) {
        if (!mayTie(network.design, i))
            continue;
        const Partition groups = kernels.groupsOf(i);
        if (plan.layers[i].hasBias())
            plan.layers[i].bias = groups;
        std::ranges::fill(plan.layers[i].partitions, groups);
    }
    if (plan == network.design.plan)
        return network;
    UnfoldedNetwork tied{.design = withPlan(network.design, std::move(plan)).value()};
    tied.program = programOf(tied.design);
    std::map<std::string, torch::Tensor> means;
    for (const ExecutedNode& executed : tied.design.tree.nodes) {
        const Node& node = tied.design.graph.node(executed.node);
        if (node.op != Op::Norm || node.task >= 0)
            continue;
        const auto layer = static_cast<std::size_t>(node.layer);
        const LayerPlan& after = tied.design.plan.layers[layer];
        if (after == network.design.plan.layers[layer])
            continue;
        const std::string name =
            tensorName(after.layer, normTensor(tied.design.partOf(node), "mean"), executed.tasks,
                       tied.design.plan.tasks);
        means[name] =
            kernels.tensorOf(name) + kernels.biasMoved(layer, after.kernels(), executed.tasks);
    }
    for (const std::string& name : tied.program.tensors) {
        const auto mean = means.find(name);
        tied.tensors.push_back(mean != means.end() ? mean->second : kernels.tensorOf(name));
    }
    return tied;
}

} // namespace concertina
