// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/gramian.h"
#include "core/network/network.h"

#include <functional>
#include <map>
#include <span>
#include <vector>

namespace concertina {

/// Of two gradients; of one where the other is undefined.
torch::Tensor gradientSum(const torch::Tensor& a, const torch::Tensor& b);

/// One backward pass over a graph for each group of `passes` that has a loss: `take` gets the
/// gradients of the sum of the group's losses, one a leaf, undefined where it is not reached. Of
/// the losses, one a task, some may be undefined. The graph is used up by the last pass.
void differentiate(const std::vector<torch::Tensor>& leaves, const Partition& passes,
                   std::span<const torch::Tensor> losses,
                   const std::function<void(std::size_t pass, std::vector<torch::Tensor>)>& take);

/// The second half of the way back: from gradients of composed kernels to those of parameters.
struct PullBack {
    std::vector<torch::Tensor> outputs; ///< kernels with the graph of their factors
    std::vector<torch::Tensor> cotangents;
    std::vector<std::size_t> parameters;

    /// One a parameter, undefined where no output hangs on it; none where there is nothing to pull
    /// back. The graph stays: that of a merged kernel is walked once for each set of owners.
    std::vector<torch::Tensor> run(const std::vector<Parameter>& all) const;
};

/// The weights that a combination of gradients has, one for each task of the Gramian.
using Combine = std::function<std::vector<double>(const Gramian&)>;

/// The gradients of the tasks' losses with respect to the tensors that the program ran on: composed
/// kernels W, and the parameters that are bound as they are.
///
/// Measured by passes of several tasks they are what `backward` needs for its sums. Measured apart,
/// what two or more tasks use (a kernel, a norm, a bias; the W of a merged layer) lies in one flat
/// row a task, and their combination takes the place of the sum: of a kernel that all use,
/// Σ_t α_t g_t. What one task alone uses, or owns of a merged layer, has that task's own gradient,
/// without α; a copy that some own has Σ α_t g_t over these.
class TaskGradients {
public:
    TaskGradients(const Network& network, const ComposedNetwork& composed);

    /// One backward pass a group.
    void measure(const Partition& passes, std::span<const torch::Tensor> losses);

    /// One backward pass a task with a loss; `rows` [T, P] is the memory, used again where it fits.
    void measureApart(std::span<const torch::Tensor> losses, const Combine& combine,
                      torch::Tensor& rows);

    /// The gradient of the losses of `tasks`, of those passes that lie within; undefined where none
    /// reaches the tensor, or it wants none.
    torch::Tensor gradient(const torch::Tensor& leaf, TaskSet tasks) const;

private:
    struct Leaf {
        TaskSet users = 0;
        TaskSet reached = 0;     ///< by the losses of these, measured apart
        std::int64_t first = -1; ///< of a row; −1: not in rows
        std::vector<std::int64_t> shape;
    };

    void layOut(std::int64_t tasks, torch::Tensor& rows);
    torch::Tensor combined(const Leaf& leaf, TaskSet tasks) const;
    torch::Tensor partOf(const torch::Tensor& row, const Leaf& leaf) const;

    std::vector<torch::Tensor> m_tensors;
    std::vector<Leaf> m_leaves;
    std::map<const void*, std::size_t> m_index;
    Partition m_passes;
    std::vector<std::vector<torch::Tensor>> m_gradients; ///< by pass and leaf
    torch::Tensor m_rows;
    torch::Tensor m_sum;           ///< Σ α_t g_t of all tasks
    std::vector<double> m_weights; ///< α by task
};

/// In float64, of those rows of a matrix [T, P].
Gramian gramianOf(const torch::Tensor& rows, TaskSet tasks);

} // namespace concertina
