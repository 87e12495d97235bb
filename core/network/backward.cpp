// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/backward.h"

#include "core/tensor/torch.h"

#include <map>
#include <utility>

namespace concertina {

namespace {

torch::Tensor times(const torch::Tensor& tensor, double factor) {
    return factor == 1 ? tensor : tensor * factor;
}

class BackwardPass {
public:
    BackwardPass(Network& network, const ComposedNetwork& composed,
                 const BackwardSettings& settings)
        : m_network(network),
          m_composed(composed),
          m_settings(settings),
          m_gradients(network, composed),
          m_all(allTasks(network.design().taskCount())) {}

    void run(std::span<const torch::Tensor> losses) {
        for (Parameter& parameter : m_network.parameters())
            parameter.grad.reset();
        m_routes = gradientRoutes(m_network.design(), m_settings.moving, m_settings.step);
        if (m_settings.combine)
            measureApart(losses);
        else
            m_gradients.measure(m_routes.passes, losses);
        takeDirectGradients();
        for (const ComposedNetwork::Kernel& kernel : m_composed.kernels) {
            pullBackKernel(kernel);
            pullBackBias(kernel);
        }
        addMovingCopies();
        for (const auto& [owners, pullBack] : m_pullBacks)
            take(pullBack);
        addRegularizers();
    }

private:
    void measureApart(std::span<const torch::Tensor> losses) {
        torch::Tensor own;
        m_gradients.measureApart(losses, m_settings.combine,
                                 m_settings.rows != nullptr ? *m_settings.rows : own);
    }

    void take(const PullBack& pullBack) {
        std::vector<Parameter>& all = m_network.parameters();
        const auto gradients = pullBack.run(all);
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            torch::Tensor& gradient = all[pullBack.parameters[i]].grad;
            gradient = gradientSum(gradient, gradients[i]);
        }
    }

    /// Parameters that the program ran on themselves: norms, heads, plain kernels, biases.
    void takeDirectGradients() {
        const std::vector<bool> still = copiesThatStay();
        for (std::size_t i = 0; i < still.size(); ++i) {
            Parameter& parameter = m_network.parameters()[i];
            if (still[i])
                continue;
            parameter.grad = m_gradients.gradient(parameter.value, m_all);
            if (parameter.kind == ParameterKind::Factor && parameter.grad.defined())
                parameter.grad = withDecay(parameter.grad, parameter.value, m_all);
        }
    }

    /// Copies of factors that do not move in this step.
    std::vector<bool> copiesThatStay() const {
        std::vector<bool> still(m_network.parameters().size());
        for (std::size_t i = 0; i < m_network.design().layers.size(); ++i) {
            const LayerFactors& layer = m_network.design().layers[i].factors;
            for (std::size_t k = 0; k < layer.factors.size(); ++k)
                if (!moves(layer, layer.factors[k], m_settings.moving))
                    for (const std::size_t copy : m_network.copies(i, k))
                        still[copy] = true;
        }
        return still;
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
            const torch::Tensor gradient = m_gradients.gradient(leaf, owners);
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
            const torch::Tensor gradient = m_gradients.gradient(leaf, owners);
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
                    const torch::Tensor regularizer =
                        parameter.grad.defined()
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
    TaskGradients m_gradients;
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
