// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/learner.h"
#include "core/training/run_data.h"
#include "core/values/spec.h"

#include <memory>
#include <string>

namespace concertina::bench {

/// The sizes at which steps are measured.
enum class Size {
    Full,    ///< SegNet as MTAN has it: width 1, 288 × 384, batch 2
    Quarter, ///< SegNet at width 1/4, 288 × 384, batch 2
    Compact, ///< the channels of nyuv2-compact, 96 × 128, batch 8
};

const char* sizeName(Size size);

/// A spec on rooms of that size, three tasks, Adam.
ExperimentSpec specFor(Size size, const std::string& parametrization, const std::string& sharing);

/// ResNet-18 at stride 32 on 224 × 224, batch 8.
ExperimentSpec resNetSpec(const std::string& parametrization, const std::string& sharing);

/// MobileNetV2, the same.
ExperimentSpec mobileNetSpec(const std::string& parametrization, const std::string& sharing);

std::vector<int> channelsOf(const ExperimentSpec& spec);
std::vector<int> convolutionsOf(const ExperimentSpec& spec);

/// A learner with a batch of rooms that stays the same.
struct FixedStep {
    explicit FixedStep(const ExperimentSpec& spec);

    void operator()() { static_cast<void>(learner.step(batch, number++)); }

    RunData data;
    Learner learner;
    Batch batch;
    std::int64_t number = 0;
};

} // namespace concertina::bench
