// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/conflict.h"

#include "core/network/task_gradients.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace concertina {

namespace {

/// What the rows of one factor speak of: a copy of it, or γ and β of a norm together.
struct SharedCopy {
    std::string layer;
    std::string factor;
    TaskSet owners = 0;
    std::vector<std::size_t> parameters;
};

bool isShared(const Parameter& parameter) {
    return parameter.kind != ParameterKind::Bias && taskCount(parameter.owners) > 1
           && !parameter.frozen;
}

std::vector<SharedCopy> sharedCopies(const Network& network) {
    const NetworkDesign& design = network.design();
    const std::vector<Parameter>& parameters = network.parameters();
    std::vector<SharedCopy> all;
    for (std::size_t i = 0; i < design.layers.size(); ++i) {
        const LayerFactors& layer = design.layers[i].factors;
        for (std::size_t k = 0; k < layer.factors.size(); ++k)
            for (const std::size_t copy : network.copies(i, k))
                if (isShared(parameters[copy]))
                    all.push_back(
                        {layer.layer, layer.factors[k].name, parameters[copy].owners, {copy}});
        std::map<TaskSet, std::vector<std::size_t>> norms;
        for (std::size_t p = 0; p < parameters.size(); ++p)
            if (parameters[p].kind == ParameterKind::Norm && isShared(parameters[p])
                && parameters[p].name.starts_with(layer.layer + "/norm."))
                norms[parameters[p].owners].push_back(p);
        for (const auto& [owners, copies] : norms)
            all.push_back({layer.layer, "norm", owners, copies});
    }
    return all;
}

/// From the gradients of some of the program's tensors to those of the shared copies.
class SharedGradients {
public:
    SharedGradients(const Network& network, const ComposedNetwork& composed,
                    std::span<const SharedCopy> copies)
        : m_parameters(network.parameters()) {
        std::map<const void*, std::size_t> known;
        const auto addLeaf = [&](const torch::Tensor& tensor) {
            const auto [entry, added] =
                known.try_emplace(tensor.unsafeGetTensorImpl(), m_leaves.size());
            if (added)
                m_leaves.push_back(tensor);
            return entry->second;
        };
        std::map<std::string, bool> layers; // those that have a shared factor
        for (const SharedCopy& copy : copies)
            layers[copy.layer] = layers[copy.layer] || copy.factor != "norm";
        for (const ComposedNetwork::Kernel& kernel : composed.kernels) {
            const auto layer = layers.find(network.design().graph.layers[kernel.layer].name);
            if (kernel.kernelSlot < 0 || layer == layers.end() || !layer->second
                || !kernel.kernel.requires_grad())
                continue;
            if (!kernel.kernel.is_leaf())
                m_kernels.push_back(
                    {kernel.kernel,
                     addLeaf(composed.tensors[static_cast<std::size_t>(kernel.kernelSlot)])});
            else
                addLeaf(kernel.kernel);
        }
        for (const SharedCopy& copy : copies)
            for (const std::size_t p : copy.parameters) {
                const auto leaf = known.find(m_parameters[p].value.unsafeGetTensorImpl());
                if (leaf != known.end())
                    m_direct.push_back({p, leaf->second});
                else if (copy.factor == "norm")
                    m_direct.push_back({p, addLeaf(m_parameters[p].value)});
                else
                    m_composed.push_back(p);
            }
    }

    const std::vector<torch::Tensor>& leaves() const { return m_leaves; }

    /// By parameter; undefined where the loss does not reach it.
    std::vector<torch::Tensor> pulledBack(const std::vector<torch::Tensor>& leaves) const {
        std::vector<torch::Tensor> gradients(m_parameters.size());
        for (const auto& [parameter, leaf] : m_direct)
            gradients[parameter] = leaves[leaf];
        PullBack pullBack{.parameters = m_composed};
        for (const auto& [kernel, leaf] : m_kernels)
            if (leaves[leaf].defined()) {
                pullBack.outputs.push_back(kernel);
                pullBack.cotangents.push_back(leaves[leaf]);
            }
        const auto pulled = pullBack.run(m_parameters);
        for (std::size_t i = 0; i < pulled.size(); ++i)
            gradients[m_composed[i]] = pulled[i];
        return gradients;
    }

private:
    struct Composed {
        torch::Tensor kernel;
        std::size_t leaf = 0;
    };

    const std::vector<Parameter>& m_parameters;
    std::vector<torch::Tensor> m_leaves;
    std::vector<Composed> m_kernels;
    std::vector<std::pair<std::size_t, std::size_t>> m_direct; ///< parameters that are leaves
    std::vector<std::size_t> m_composed;                       ///< parameters behind kernels
};

/// Summed in float64: of many small products of either sign little may be left.
torch::Tensor inner(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b,
                    const SharedCopy& copy, const torch::Tensor& zero) {
    torch::Tensor sum = zero;
    for (const std::size_t p : copy.parameters)
        if (a[p].defined() && b[p].defined())
            sum = sum + (a[p] * b[p]).sum(torch::kFloat64);
    return sum;
}

} // namespace

bool hasSharedCopies(const Network& network) {
    return std::ranges::any_of(network.parameters(), isShared);
}

std::vector<ConflictRow> measureConflict(const Network& network, const ComposedNetwork& composed,
                                         std::span<const torch::Tensor> losses) {
    const std::vector<SharedCopy> copies = sharedCopies(network);
    if (copies.empty())
        return {};
    const SharedGradients shared(network, composed, copies);
    std::vector<std::vector<torch::Tensor>> gradients(losses.size());
    TaskSet measured = 0;
    differentiate(shared.leaves(), apart(static_cast<int>(losses.size())), losses,
                  [&](std::size_t task, const std::vector<torch::Tensor>& leaves) {
                      measured |= taskBit(static_cast<int>(task));
                      gradients[task] = shared.pulledBack(leaves);
                  });
    const torch::NoGradGuard noGrad;
    std::vector<ConflictRow> rows;
    std::vector<torch::Tensor> products; // three a row, brought over from the device at once
    const auto& names = network.design().plan.tasks;
    for (const SharedCopy& copy : copies) {
        const auto owners = tasksOf(copy.owners & measured);
        const torch::Tensor& first = network.parameters()[copy.parameters.front()].value;
        const torch::Tensor zero =
            torch::scalar_tensor(0.0, first.options().dtype(torch::kFloat64));
        for (std::size_t i = 0; i < owners.size(); ++i)
            for (std::size_t j = i + 1; j < owners.size(); ++j) {
                const auto a = static_cast<std::size_t>(owners[i]);
                const auto b = static_cast<std::size_t>(owners[j]);
                rows.push_back({.layer = copy.layer,
                                .factor = copy.factor,
                                .taskA = names[a],
                                .taskB = names[b]});
                products.push_back(inner(gradients[a], gradients[b], copy, zero));
                products.push_back(inner(gradients[a], gradients[a], copy, zero));
                products.push_back(inner(gradients[b], gradients[b], copy, zero));
            }
    }
    if (rows.empty())
        return rows;
    const torch::Tensor values = torch::stack(products).cpu();
    const double* value = values.data_ptr<double>();
    for (ConflictRow& row : rows) {
        row.normA = std::sqrt(value[1]);
        row.normB = std::sqrt(value[2]);
        row.cosine = value[0] / (row.normA * row.normB);
        value += 3;
    }
    return rows;
}

} // namespace concertina
