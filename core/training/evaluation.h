// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/run_data.h"
#include "core/values/metric.h"

#include <functional>
#include <vector>

namespace concertina {

/// Images [N, 3, H, W] to one output a task.
using ForwardPass = std::function<std::vector<torch::Tensor>(const torch::Tensor& images)>;

struct EvaluationSettings {
    torch::Device device = torch::kCPU;
    int threads = 1;
    bool skipDamaged = false;
    /// Called with each batch in the order of the split: its samples, itself, the outputs.
    std::function<void(const std::vector<int>& samples, const Batch& batch,
                       const std::vector<torch::Tensor>& outputs)>
        look;
    /// Called with each sample that was left out.
    std::function<void(const Problem&)> damaged;
};

/// The metrics of every task over the whole validation split, "loss" first: everything summed over
/// pixels. Problems: a sample that cannot be read, unless these are skipped.
Expected<std::vector<MetricValue>> evaluate(const ExperimentSpec& spec, const RunData& data,
                                            const ForwardPass& forward,
                                            const EvaluationSettings& settings);

} // namespace concertina
