// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/catalogue.h"
#include "core/model/validate.h"
#include "tests/core/core_testing.h"

#include <cmath>
#include <string>
#include <vector>

namespace concertina::testing {

/// Rooms, of which each set has its own.
inline MethodChoice rooms(int seed, int train, int validation = 3) {
    return {"rooms", {{"seed", seed}, {"train_size", train}, {"val_size", validation}}};
}

/// Segmentation of one set of rooms, depth of another.
inline ExperimentSpec twoSets(DataMix mix, const std::string& rule = "*: merged") {
    ExperimentSpec spec = tinySpec("factored", rule);
    spec.data.dataset = rooms(1, 9);
    spec.data.name = "near";
    spec.data.others = {{.dataset = rooms(2, 6, 2), .name = "far"}};
    spec.data.mix = mix;
    spec.data.scales = {1, 1.2, 1.5};
    spec.tasks = {{.method = {"segmentation"}}, {.method = {"depth"}, .data = {"far"}}};
    spec.train.batch = 3;
    spec.train.steps = 12; // five an epoch
    spec.train.previews = 0;
    spec.train.conflictEvery = 4;
    return withCompleteOptions(spec, catalogue());
}

/// Of a task, or of none; NaN where it is not among them.
inline double valueIn(const std::vector<MetricValue>& values, const std::string& task,
                      const std::string& name) {
    for (const MetricValue& value : values)
        if (value.task == task && value.name == name)
            return value.value;
    return std::nan("");
}

} // namespace concertina::testing
