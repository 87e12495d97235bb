// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/run_data.h"
#include "core/values/class_figures.h"
#include "core/values/metric.h"
#include "core/values/problem.h"
#include "core/values/report.h"

#include <functional>
#include <stop_token>
#include <vector>

namespace concertina {

/// Images [N, 3, H, W] to one output a task.
using ForwardPass = std::function<std::vector<torch::Tensor>(const torch::Tensor& images)>;

struct EvaluationSettings {
    torch::Device device = torch::kCPU;
    int threads = 1;
    /// Called with each batch in the order of the split: its samples, itself, the outputs.
    std::function<void(const std::vector<int>& samples, const Batch& batch,
                       const std::vector<torch::Tensor>& outputs)>
        look;
    /// Called with each sample that was left out.
    std::function<void(const Problem&)> damaged;
    bool byClass = false; ///< fills `Evaluation::classes`
    Progress progress;    ///< may be empty
    std::stop_token stop;
};

struct Evaluation {
    std::vector<MetricValue> values; ///< of every task, "loss" first; NaN without a valid pixel
    /// Of tasks whose values mean nothing: "validation.no_pixel", "validation.not_finite".
    Problems problems;
    std::vector<ClassFigures> classes; ///< of the tasks that have them
    bool good = false; ///< there are values, and none of a task with a valid pixel is not finite
};

/// The metrics of every task over the whole validation split: everything summed over pixels.
/// Problems: a sample that cannot be read, unless the spec skips these; "stopped".
Expected<Evaluation> evaluate(const ExperimentSpec& spec, const RunData& data,
                              const ForwardPass& forward, const EvaluationSettings& settings);

} // namespace concertina
