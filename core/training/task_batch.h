// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/batch.h"
#include "core/tasks/task.h"

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace concertina {

/// What one task learns from in a step of partitioned routing: images of the batch that are its
/// alone.
struct TaskBatch {
    /// Images of which the same number of tasks have targets.
    struct Part {
        std::int64_t first = 0; ///< of `images`
        std::int64_t count = 0;
        int turns = 1; ///< how many tasks take turns at each of them
    };

    torch::Tensor images; ///< [n, 3, H, W]; undefined: none
    TargetBatch target;   ///< of the same images
    std::vector<Part> parts;
    std::int64_t validCount = 0; ///< valid values of the task in the whole batch

    /// Σ over the images of turns · (the loss summed over their valid values) / `validCount`. The
    /// mean over as many steps as there are turns is the loss of the whole batch. Undefined without
    /// a valid value.
    torch::Tensor loss(const Task& task, const torch::Tensor& output) const;
};

/// Splits the images of a batch among the tasks: the n-th goes to the (n + step)-th, cyclically,
/// of the tasks that it has valid values for. This project's own.
std::vector<TaskBatch> split(const Batch& batch, std::span<const std::unique_ptr<Task>> tasks,
                             std::int64_t step);

} // namespace concertina
