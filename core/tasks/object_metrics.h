// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tasks/task.h"
#include "core/values/average_precision.h"

#include <functional>
#include <memory>

namespace concertina {

/// Makes a `Task::prediction` of an output.
using DecodeObjects = std::function<torch::Tensor(const torch::Tensor&)>;

/// AP, AP50, AP75 and AR (with as many found objects as the rules allow) in the pixels of the
/// pictures that the images were made from; NaN where an output was not finite.
std::unique_ptr<MetricAccumulator> objectMetrics(PrecisionRules rules, int classes,
                                                 DecodeObjects decode);

/// What they are called, for a task's entry; of keypoints "oks_ap" and "OKS AP".
std::vector<MetricInfo> objectMetricInfos(int mostFound, bool byKeypoints);

/// Images whose objects are known.
std::int64_t knownImages(const TargetBatch& target);

} // namespace concertina
