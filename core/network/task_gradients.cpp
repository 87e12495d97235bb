// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/task_gradients.h"

#include "core/tensor/torch.h"

#include <algorithm>
#include <cassert>

namespace concertina {

namespace {

/// Numbers that are brought to float64 at a time: few enough to stay in the processor's cache.
constexpr std::int64_t pieceSize = 1 << 15;

} // namespace

torch::Tensor gradientSum(const torch::Tensor& a, const torch::Tensor& b) {
    if (!a.defined() || !b.defined())
        return a.defined() ? a : b;
    return a + b;
}

void differentiate(const std::vector<torch::Tensor>& leaves, const Partition& passes,
                   std::span<const torch::Tensor> losses,
                   const std::function<void(std::size_t, std::vector<torch::Tensor>)>& take) {
    std::vector<torch::Tensor> roots;
    std::size_t end = 0; // behind the last pass that has a loss
    for (const TaskSet pass : passes.groups) {
        torch::Tensor root;
        for (const int task : tasksOf(pass))
            root = gradientSum(root, losses[static_cast<std::size_t>(task)]);
        roots.push_back(root);
        if (root.defined())
            end = roots.size();
    }
    for (std::size_t pass = 0; pass < end; ++pass)
        if (roots[pass].defined())
            take(pass,
                 torch::autograd::grad({roots[pass]}, leaves, {}, pass + 1 < end, false, true));
}

std::vector<torch::Tensor> PullBack::run(const std::vector<Parameter>& all) const {
    std::vector<torch::Tensor> inputs;
    for (const std::size_t index : parameters)
        inputs.push_back(all[index].value);
    if (outputs.empty() || inputs.empty())
        return {};
    return torch::autograd::grad(outputs, inputs, cotangents, true, false, true);
}

Gramian gramianOf(const torch::Tensor& rows, TaskSet tasks) {
    Gramian gramian{.tasks = tasksOf(tasks), .products = {}};
    const torch::NoGradGuard noGrad;
    const std::size_t count = gramian.size();
    std::vector<torch::Tensor> products; // of i and the j from i on, row by row
    for (std::int64_t first = 0; first < rows.size(1); first += pieceSize) {
        const std::int64_t length = std::min(pieceSize, rows.size(1) - first);
        std::vector<torch::Tensor> pieces;
        for (const int task : gramian.tasks)
            pieces.push_back(rows[task].narrow(0, first, length).to(torch::kFloat64));
        for (std::size_t i = 0, at = 0; i < count; ++i)
            for (std::size_t j = i; j < count; ++j, ++at) {
                const torch::Tensor product = (pieces[i] * pieces[j]).sum();
                if (first == 0)
                    products.push_back(product);
                else
                    products[at] = products[at] + product;
            }
    }
    gramian.products.assign(count * count, 0.0);
    if (products.empty())
        return gramian;
    const torch::Tensor values = torch::stack(products).cpu();
    const double* value = values.data_ptr<double>();
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = i; j < count; ++j)
            gramian.products[i * count + j] = gramian.products[j * count + i] = *value++;
    return gramian;
}

TaskGradients::TaskGradients(const Network& network, const ComposedNetwork& composed) {
    for (const torch::Tensor& tensor : composed.tensors) {
        if (!tensor.defined() || !tensor.requires_grad())
            continue;
        const auto [entry, added] =
            m_index.try_emplace(tensor.unsafeGetTensorImpl(), m_tensors.size());
        if (!added)
            continue;
        m_tensors.push_back(tensor);
        m_leaves.push_back({.shape = tensor.sizes().vec()});
    }
    const auto use = [&](const torch::Tensor& tensor, TaskSet users) {
        const auto leaf = m_index.find(tensor.unsafeGetTensorImpl());
        if (leaf != m_index.end())
            m_leaves[leaf->second].users |= users;
    };
    for (const Parameter& parameter : network.parameters())
        use(parameter.value, parameter.owners);
    for (const ComposedNetwork::Kernel& kernel : composed.kernels)
        for (const int slot : {kernel.kernelSlot, kernel.biasSlot})
            if (slot >= 0)
                use(composed.tensors[static_cast<std::size_t>(slot)], kernel.tasks);
}

void TaskGradients::measure(const Partition& passes, std::span<const torch::Tensor> losses) {
    m_passes = passes;
    m_gradients.assign(passes.groups.size(), std::vector<torch::Tensor>(m_tensors.size()));
    differentiate(m_tensors, passes, losses,
                  [&](std::size_t pass, std::vector<torch::Tensor> gradients) {
                      m_gradients[pass] = std::move(gradients);
                  });
}

void TaskGradients::layOut(std::int64_t tasks, torch::Tensor& rows) {
    std::int64_t size = 0;
    for (std::size_t i = 0; i < m_leaves.size(); ++i)
        if (taskCount(m_leaves[i].users) > 1) {
            m_leaves[i].first = size;
            size += m_tensors[i].numel();
        }
    const auto options = m_tensors.empty() ? torch::TensorOptions() : m_tensors.front().options();
    const std::vector<std::int64_t> shape{tasks, size};
    if (!rows.defined() || rows.sizes() != torch::IntArrayRef(shape)
        || rows.scalar_type() != options.dtype().toScalarType()
        || rows.device() != options.device())
        rows = torch::empty(shape, options.requires_grad(false));
    m_rows = rows;
}

torch::Tensor TaskGradients::partOf(const torch::Tensor& row, const Leaf& leaf) const {
    std::int64_t size = 1;
    for (const std::int64_t extent : leaf.shape)
        size *= extent;
    return row.narrow(0, leaf.first, size).view(leaf.shape);
}

void TaskGradients::measureApart(std::span<const torch::Tensor> losses, const Combine& combine,
                                 torch::Tensor& rows) {
    const int tasks = static_cast<int>(losses.size());
    layOut(tasks, rows);
    m_passes = apart(tasks);
    m_gradients.assign(losses.size(), std::vector<torch::Tensor>(m_tensors.size()));
    TaskSet measured = 0;
    const auto keep = [&](std::size_t task, std::vector<torch::Tensor> gradients) {
        const torch::NoGradGuard noGrad;
        const torch::Tensor row = m_rows[static_cast<std::int64_t>(task)];
        const TaskSet bit = taskBit(static_cast<int>(task));
        measured |= bit;
        for (std::size_t i = 0; i < m_leaves.size(); ++i) {
            if (m_leaves[i].first < 0)
                continue;
            const torch::Tensor part = partOf(row, m_leaves[i]);
            if (!gradients[i].defined()) {
                part.zero_();
                continue;
            }
            m_leaves[i].reached |= bit;
            part.copy_(gradients[i]);
            gradients[i].reset();
        }
        m_gradients[task] = std::move(gradients);
    };
    differentiate(m_tensors, m_passes, losses, keep);
    m_weights.assign(losses.size(), 0.0);
    if (measured == 0)
        return;
    const Gramian gramian = gramianOf(m_rows, measured);
    const std::vector<double> weights = combine(gramian);
    assert(weights.size() == gramian.size());
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < gramian.size(); ++i) {
        m_weights[static_cast<std::size_t>(gramian.tasks[i])] = weights[i];
        const torch::Tensor part = m_rows[gramian.tasks[i]];
        if (m_sum.defined())
            m_sum.add_(part, weights[i]);
        else
            m_sum = part * weights[i];
    }
}

torch::Tensor TaskGradients::combined(const Leaf& leaf, TaskSet tasks) const {
    const TaskSet present = tasks & leaf.reached;
    if (present == 0)
        return {};
    if (taskCount(tasks) == 1)
        return partOf(m_rows[firstTask(tasks)], leaf);
    if ((leaf.reached & ~tasks) == 0) // the others' rows are 0 here
        return partOf(m_sum, leaf);
    const torch::NoGradGuard noGrad;
    torch::Tensor total;
    for (const int task : tasksOf(present))
        total = gradientSum(total,
                            partOf(m_rows[task], leaf) * m_weights[static_cast<std::size_t>(task)]);
    return total;
}

torch::Tensor TaskGradients::gradient(const torch::Tensor& leaf, TaskSet tasks) const {
    const auto index = m_index.find(leaf.unsafeGetTensorImpl());
    torch::Tensor total;
    if (index == m_index.end())
        return total;
    if (const Leaf& shared = m_leaves[index->second]; shared.first >= 0)
        return combined(shared, tasks);
    for (std::size_t pass = 0; pass < m_gradients.size(); ++pass)
        if ((m_passes.groups[pass] & ~tasks) == 0)
            total = gradientSum(total, m_gradients[pass][index->second]);
    return total;
}

} // namespace concertina
