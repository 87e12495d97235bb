// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/target_batch.h"
#include "core/model/descriptors.h"
#include "core/values/class_figures.h"

#include <torch/types.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// Gathers what a task's metrics need over any number of batches: pixels or pictures of the whole
/// set, never means of batch means.
class MetricAccumulator {
public:
    virtual ~MetricAccumulator() = default;

    /// A head's output [N, C, H, W] and its target as `Batch` has it.
    virtual void add(const torch::Tensor& output, const TargetBatch& target) = 0;

    /// One value a metric of the descriptor; NaN where no valid value was seen, not finite where an
    /// output at one was not.
    virtual std::vector<double> values() const = 0;

    /// The same of each class by itself, without names; no rows where they are not of classes.
    virtual ClassFigures byClass() const { return {}; }
};

/// One thing that is predicted: its loss, its metrics, and how it is drawn. Holds no state.
class Task {
public:
    virtual ~Task() = default;

    /// How many values of a target are valid: pixels, pictures, quantities.
    virtual std::int64_t validCount(const TargetBatch& target) const = 0;

    /// The mean over the valid values of the batch, a scalar that is differentiable in `output`
    /// [N, C, H, W]; undefined where there is none.
    virtual torch::Tensor loss(const torch::Tensor& output, const TargetBatch& target) const = 0;

    virtual std::unique_ptr<MetricAccumulator> metrics() const = 0;

    /// The output as `toValueMap` takes it, of each image: [N, H, W] classes (−1 where a score is
    /// no number), [N, C, H, W] metres, unit directions, scores or quantities of the whole picture.
    virtual torch::Tensor prediction(const torch::Tensor& output) const = 0;
};

/// How a task is made: complete options, and the dataset's target that it learns.
struct TaskEntry {
    TaskInfo info;
    std::function<std::unique_ptr<Task>(const Json& options, const TargetInfo& target)> make;
};

/// All tasks, in menu order.
std::span<const TaskEntry* const> tasks();

/// By its id, which must be known.
const TaskEntry& taskEntry(std::string_view id);

} // namespace concertina
