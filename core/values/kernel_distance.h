// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// How far the tasks' kernels of each layer are apart, as a network was at a step.
struct KernelDistances {
    std::int64_t step = 0;
    std::vector<std::string> layers; ///< of the plan
    std::vector<std::string> tasks;
    /// By layer and task: ‖W_t − W̄‖ / ‖W̄‖ with the mean W̄ of the tasks' kernels, Frobenius; NaN
    /// where all run one kernel.
    std::vector<std::vector<double>> values;

    bool operator==(const KernelDistances&) const = default;
};

} // namespace concertina
