// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/mean.h"
#include "core/network/network.h"
#include "core/tensor/torch.h"
#include "core/values/text_hash.h"

#include <algorithm>

namespace concertina {

namespace {

/// "layer/what/" of a tensor's name: the same for every group.
std::string_view withoutGroup(std::string_view name) {
    return name.substr(0, name.rfind('/') + 1);
}

} // namespace

Expected<Network> Network::replanned(NetworkDesign design) const {
    const torch::NoGradGuard noGrad;
    Network result(std::move(design));
    result.setOptions(m_parameters.front().value.options().requires_grad(false));
    std::vector<std::size_t> remade;
    std::vector<bool> isNew(result.m_parameters.size());
    for (const bool stays :
         {false, true}) // a factor of the whole network, where another layer has it
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            if ((m_design.layers[i].method == result.m_design.layers[i].method) != stays)
                continue;
            if (!stays)
                remade.push_back(i);
            for (const auto& copies : result.m_layers[i].factors)
                for (const std::size_t copy : copies)
                    isNew[copy] = !stays;
        }
    if (!remade.empty()) {
        const Network precise = convertedTo(torch::kFloat64);
        for (const std::size_t layer : remade)
            if (auto made = result.remakeKernel(layer, precise); !made)
                return failure(made.error());
    }
    for (std::size_t i = 0; i < isNew.size(); ++i)
        if (!isNew[i])
            result.takeParameter(result.m_parameters[i], *this);
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        if (std::ranges::find(remade, i) == remade.end())
            for (std::size_t k = 0; k < m_layers[i].factors.size(); ++k)
                if (m_design.layers[i].factors.factors[k].core)
                    result.takeProduct(i, k, *this);
    for (const ExecutedNode& executed : result.m_design.tree.nodes)
        if (result.m_design.graph.node(executed.node).op == Op::Norm)
            result.takeStatistics(executed, *this);
    return result;
}

/// New factors from the kernels that tasks ran before; those that share a factor shared the kernel.
Expected<void> Network::remakeKernel(std::size_t layer, const Network& from) {
    const std::string& name = m_design.graph.layers[layer].name;
    const LayerPlan before = from.m_design.layerPlan(layer);
    for (const TaskSet tasks : before.kernels().groups) {
        const torch::Tensor kernel = from.kernelFor(
            layer, before, tasks, from.m_design.layers[layer].fragment.mainConvolution(), {});
        if (!torch::isfinite(kernel).all().item<bool>())
            return failure({"network.not_finite", name, "a kernel that is not finite",
                            "finite numbers, to start the new kernel from",
                            "go back to a checkpoint from before"});
        takeFactors(layer,
                    m_layers[layer].parametrization->initialize(kernel, {.seed = textHash(name)}),
                    tasks);
    }
    return {};
}

/// From the copies of the tasks that own it now.
void Network::takeParameter(Parameter& parameter, const Network& from) {
    std::vector<const Parameter*> sources;
    std::vector<int> weights;
    for (const Parameter& source : from.m_parameters)
        if ((source.owners & parameter.owners) != 0
            && withoutGroup(source.name) == withoutGroup(parameter.name)) {
            sources.push_back(&source);
            weights.push_back(taskCount(source.owners & parameter.owners));
        }
    const auto mean = [&](const auto& of) {
        std::vector<torch::Tensor> copies;
        for (const Parameter* source : sources)
            copies.push_back(of(*source));
        return weightedMean(copies, weights);
    };
    parameter.value.copy_(mean([](const Parameter& source) { return source.value; }));
    for (const auto& [key, first] : sources.front()->state) {
        const bool known = std::ranges::all_of(
            sources, [&, name = key](const Parameter* p) { return p->state.contains(name); });
        if (!known)
            continue;
        const auto value = [&, name = key](const Parameter& p) { return p.state.at(name); };
        // A copy that rested has fewer steps behind it: the mean's bias correction is that of the
        // one with the most, as its moments weigh the most.
        torch::Tensor made = first.clone();
        if (first.is_floating_point())
            made = mean(value).clone();
        else
            for (const Parameter* source : sources)
                made = torch::maximum(made, value(*source));
        parameter.state[key] = made;
    }
}

/// Where copies of a core are multiplied, before or now. Parted: the first is the core that they
/// had, with what the optimizer keeps, and the others begin as identities, so that outputs stay.
/// No longer multiplied, or in other groups that are not parts of those before: each has, or the
/// first has, the product of all.
void Network::takeProduct(std::size_t layer, std::size_t factor, const Network& from) {
    const LayerPlan was = from.m_design.layerPlan(layer), is = m_design.layerPlan(layer);
    const Partition& before = was.partitions[factor];
    const Partition& now = is.partitions[factor];
    if ((!was.product && !is.product) || (was.product == is.product && before == now))
        return;
    const auto& copies = m_layers[layer].factors[factor];
    const auto& sources = from.m_layers[layer].factors[factor];
    const auto begin = [&](std::size_t copy, const torch::Tensor& value) {
        m_parameters[copy].value.copy_(value);
        m_parameters[copy].state.clear();
    };
    if (!is.product) {
        const torch::Tensor product = from.productFor(sources);
        for (const std::size_t copy : copies)
            begin(copy, product);
        return;
    }
    const bool isPart = std::ranges::all_of(
        now.groups, [&](TaskSet group) { return groupContaining(before, group) != 0; });
    const bool parts = isPart && (was.product || before.groups.size() == 1);
    torch::Tensor whole = was.product ? from.productFor(sources) : torch::Tensor();
    if (!whole.defined()) { // of copies that were averaged, or ran apart: their mean
        Parameter joined = m_parameters[copies.front()];
        joined.value = joined.value.clone();
        joined.owners = allTasks(m_design.taskCount());
        takeParameter(joined, from);
        whole = joined.value;
    }
    for (std::size_t h = 0; h < copies.size(); ++h) {
        // Of a group that is parted the first part goes on with what it had.
        const TaskSet had = groupContaining(before, now.groups[h]);
        const bool first = firstTask(had) == firstTask(now.groups[h]);
        if (!parts)
            begin(copies[h], h == 0 ? whole : identityLike(whole));
        else if (!first)
            begin(copies[h], identityLike(whole));
    }
}

/// Of the executed nodes that ran for its tasks; a joined one has their mean and their mean square.
void Network::takeStatistics(const ExecutedNode& executed, const Network& from) {
    const Node& node = m_design.graph.node(executed.node);
    const auto statistic = [&](const char* what, TaskSet tasks) {
        return tensorName(m_design.graph.layer(node.layer).name,
                          normTensor(m_design.partOf(node), what), tasks, m_design.plan.tasks);
    };
    std::vector<torch::Tensor> means, variances;
    std::vector<int> weights;
    for (const ExecutedNode& source : from.m_design.tree.nodes) {
        const Node& other = from.m_design.graph.node(source.node);
        if (other.op != Op::Norm || other.layer != node.layer
            || from.m_design.partOf(other).name != m_design.partOf(node).name
            || (source.tasks & executed.tasks) == 0)
            continue;
        means.push_back(from.m_statistics.at(statistic("mean", source.tasks)));
        variances.push_back(from.m_statistics.at(statistic("var", source.tasks)));
        weights.push_back(taskCount(source.tasks & executed.tasks));
    }
    const auto [mean, variance] = joinedStatistics(means, variances, weights);
    m_statistics.at(statistic("mean", executed.tasks)).copy_(mean);
    m_statistics.at(statistic("var", executed.tasks)).copy_(variance);
}

} // namespace concertina
