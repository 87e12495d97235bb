// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/backward.h"

#include "core/tensor/torch.h"

#include <map>
#include <utility>

namespace concertina {

namespace {

torch::Tensor sum(const torch::Tensor& a, const torch::Tensor& b) {
    if (!a.defined() || !b.defined())
        return a.defined() ? a : b;
    return a + b;
}

torch::Tensor times(const torch::Tensor& tensor, double factor) {
    return factor == 1 ? tensor : tensor * factor;
}

/// The program's tensors that want gradients, each once, and their gradients for each route.
class Leaves {
public:
    explicit Leaves(const std::vector<torch::Tensor>& tensors) {
        for (std::size_t slot = 0; slot < tensors.size(); ++slot) {
            if (!tensors[slot].defined() || !tensors[slot].requires_grad())
                continue;
            const auto* key = tensors[slot].unsafeGetTensorImpl();
            const auto [entry, added] = m_index.try_emplace(key, m_leaves.size());
            if (added)
                m_leaves.push_back(tensors[slot]);
        }
    }

    /// One backward pass a route, over the losses of its tasks.
    void differentiate(const Partition& routes, std::span<const torch::Tensor> losses) {
        m_routes = routes;
        std::vector<torch::Tensor> roots;
        for (const TaskSet route : routes.groups) {
            torch::Tensor root;
            for (const int task : tasksOf(route))
                root = sum(root, losses[static_cast<std::size_t>(task)]);
            roots.push_back(root);
        }
        for (std::size_t r = 0; r < roots.size(); ++r) {
            const bool last = r + 1 == roots.size();
            m_gradients.push_back(roots[r].defined()
                                      ? torch::autograd::grad({roots[r]}, m_leaves, {}, !last,
                                                              false, true)
                                      : std::vector<torch::Tensor>(m_leaves.size()));
        }
    }

    /// The gradient of the losses of the routes inside `tasks`; undefined where none reaches it.
    torch::Tensor gradient(const torch::Tensor& leaf, TaskSet tasks) const {
        const auto index = m_index.find(leaf.unsafeGetTensorImpl());
        torch::Tensor total;
        if (index == m_index.end())
            return total;
        for (std::size_t r = 0; r < m_gradients.size(); ++r)
            if ((m_routes.groups[r] & ~tasks) == 0)
                total = sum(total, m_gradients[r][index->second]);
        return total;
    }

private:
    std::vector<torch::Tensor> m_leaves;
    std::map<const void*, std::size_t> m_index;
    Partition m_routes;
    std::vector<std::vector<torch::Tensor>> m_gradients; ///< by route and leaf
};

/// One pull-back through the composition: parameters, and what is known of the kernels' gradients.
struct PullBack {
    std::vector<torch::Tensor> outputs;
    std::vector<torch::Tensor> cotangents;
    std::vector<std::size_t> parameters;

    void run(std::vector<Parameter>& all) const {
        std::vector<torch::Tensor> inputs;
        for (const std::size_t index : parameters)
            inputs.push_back(all[index].value);
        if (outputs.empty() || inputs.empty())
            return;
        // Retained: the graph of a merged kernel is walked once for each set of owners.
        const auto gradients =
            torch::autograd::grad(outputs, inputs, cotangents, true, false, true);
        for (std::size_t i = 0; i < gradients.size(); ++i)
            all[parameters[i]].grad = sum(all[parameters[i]].grad, gradients[i]);
    }
};

class BackwardPass {
public:
    BackwardPass(Network& network, const ComposedNetwork& composed, const BackwardSettings& settings)
        : m_network(network), m_composed(composed), m_settings(settings), m_leaves(composed.tensors),
          m_all(allTasks(network.design().taskCount())) {}

    void run(std::span<const torch::Tensor> losses) {
        for (Parameter& parameter : m_network.parameters())
            parameter.grad.reset();
        m_routes = gradientRoutes(m_network.design(), m_settings.moving, m_settings.step);
        m_leaves.differentiate(m_routes.passes, losses);
        takeDirectGradients();
        for (const ComposedNetwork::Kernel& kernel : m_composed.kernels) {
            pullBackKernel(kernel);
            pullBackBias(kernel);
        }
        addMovingCopies();
        for (const auto& [owners, pullBack] : m_pullBacks)
            pullBack.run(m_network.parameters());
        addRegularizers();
    }

private:
    /// Parameters that the program ran on themselves: norms, heads, plain kernels, biases.
    void takeDirectGradients() {
        for (Parameter& parameter : m_network.parameters()) {
            parameter.grad = m_leaves.gradient(parameter.value, m_all);
            if (parameter.kind == ParameterKind::Factor && parameter.grad.defined())
                parameter.grad = withDecay(parameter.grad, parameter.value, m_all);
        }
    }

    /// Each task has its share of the decay of a kernel that several own.
    torch::Tensor withDecay(const torch::Tensor& gradient, const torch::Tensor& kernel,
                            TaskSet tasks) const {
        if (m_settings.kernelDecay == 0)
            return gradient;
        const double share = double(taskCount(tasks)) / taskCount(m_all);
        return gradient.add(kernel.detach(), m_settings.kernelDecay * share);
    }

    /// The sets of owners whose copies see different gradients: all in one where kernels are apart.
    std::vector<TaskSet> ownersOf(const LayerPlan& plan, std::size_t layer) const {
        std::vector<TaskSet> owners;
        if (!plan.merged)
            return {m_all};
        const LayerFactors& factors = m_network.design().layers[layer].factors;
        for (std::size_t k = 0; k < plan.partitions.size(); ++k)
            if (moves(factors, factors.factors[k], m_settings.moving))
                for (const TaskSet group : plan.partitions[k].groups)
                    owners.push_back(group);
        std::ranges::sort(owners);
        owners.erase(std::ranges::unique(owners).begin(), owners.end());
        return owners;
    }

    void pullBackKernel(const ComposedNetwork::Kernel& kernel) {
        if (kernel.kernelSlot < 0 || kernel.kernel.is_leaf())
            return;
        const torch::Tensor& leaf = m_composed.tensors[static_cast<std::size_t>(kernel.kernelSlot)];
        const LayerPlan plan = m_network.design().layerPlan(kernel.layer);
        for (const TaskSet owners : ownersOf(plan, kernel.layer)) {
            const torch::Tensor gradient = m_leaves.gradient(leaf, owners);
            const double weight = m_routes.weight(owners);
            if (!gradient.defined() || weight == 0)
                continue;
            PullBack& pullBack = m_pullBacks[plan.merged ? owners : TaskSet{0}];
            pullBack.outputs.push_back(kernel.kernel);
            pullBack.cotangents.push_back(times(withDecay(gradient, leaf, owners), weight));
        }
    }

    void pullBackBias(const ComposedNetwork::Kernel& kernel) {
        if (kernel.biasSlot < 0 || kernel.bias.is_leaf())
            return;
        const torch::Tensor& leaf = m_composed.tensors[static_cast<std::size_t>(kernel.biasSlot)];
        for (const TaskSet owners : m_network.design().layerPlan(kernel.layer).bias.groups) {
            const torch::Tensor gradient = m_leaves.gradient(leaf, owners);
            const double weight = m_routes.weight(owners);
            if (!gradient.defined() || weight == 0)
                continue;
            m_pullBacks[owners].outputs.push_back(kernel.bias);
            m_pullBacks[owners].cotangents.push_back(times(gradient, weight));
        }
    }

    /// Puts every moving copy of a composed layer where its gradient comes from.
    void addMovingCopies() {
        const NetworkDesign& design = m_network.design();
        const auto& parameters = m_network.parameters();
        const auto addTo = [&](bool merged, std::span<const std::size_t> copies) {
            for (const std::size_t copy : copies) {
                auto& all = m_pullBacks[merged ? parameters[copy].owners : TaskSet{0}].parameters;
                // Once, where several layers read it.
                if (!parameters[copy].frozen && std::ranges::find(all, copy) == all.end())
                    all.push_back(copy);
            }
        };
        for (std::size_t i = 0; i < design.layers.size(); ++i) {
            const bool merged = design.layerPlan(i).merged;
            const LayerFactors& layer = design.layers[i].factors;
            for (std::size_t k = 0; k < layer.factors.size(); ++k)
                if (moves(layer, layer.factors[k], m_settings.moving))
                    addTo(merged, m_network.copies(i, k));
            if (merged)
                addTo(true, m_network.biases(i));
        }
    }

    /// The regularizer of each copy that is updated in this step, added once.
    void addRegularizers() {
        for (std::size_t i = 0; i < m_network.design().layers.size(); ++i)
            for (std::size_t k = 0; k < m_network.design().layers[i].factors.factors.size(); ++k)
                for (const std::size_t copy : m_network.copies(i, k)) {
                    Parameter& parameter = m_network.parameters()[copy];
                    const torch::Tensor regularizer = parameter.grad.defined()
                                                          ? m_network.regularizer(i, k, copy, m_settings.epoch)
                                                          : torch::Tensor();
                    if (regularizer.defined())
                        parameter.grad =
                            parameter.grad
                            + torch::autograd::grad({regularizer}, {parameter.value})[0];
                }
    }

    Network& m_network;
    const ComposedNetwork& m_composed;
    const BackwardSettings& m_settings;
    Leaves m_leaves;
    GradientRoutes m_routes;
    TaskSet m_all;
    std::map<TaskSet, PullBack> m_pullBacks; ///< by owners; 0: all of the layers that are apart
};

} // namespace

void backward(Network& network, const ComposedNetwork& composed,
              std::span<const torch::Tensor> losses, const BackwardSettings& settings) {
    BackwardPass(network, composed, settings).run(losses);
}

} // namespace concertina
