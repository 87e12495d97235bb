// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/conflict.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

/// How one task pulls at what it shares of a layer with others.
struct TaskPull {
    std::string layer;
    std::string task;
    double cosine = 0;       ///< of its gradient and the sum of the others'; NaN: one is zero
    double norm = 0;         ///< of its gradient
    double othersNorm = 0;   ///< of the sum
    int samples = 0;         ///< the fewest of any pair
    std::string estimator{}; ///< as `ConflictMean`

    bool operator==(const TaskPull&) const = default;
};

/// From the pairs' means, each layer's and task's, layers in the order of `means`, tasks as they
/// come; those that share nothing that was measured are left out. The factors of a layer are one
/// long vector, as in `ofWholeLayers`; batch norms are left out. With the Gramian G of the tasks'
/// gradients, G_tu = cos_tu·n_t·n_u: cos = Σ_u G_tu / (n_t·√(Σ_uv G_uv)), u and v over the others.
std::vector<TaskPull> taskPulls(std::span<const ConflictMean> means);

} // namespace concertina
