// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/values/spec.h"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace concertina {

/// What a balancing method may look at before a step: unweighted losses, NaN for a task that has
/// no valid pixel in the batch.
struct BalancingInput {
    std::span<const double> losses;
};

/// How the losses of the tasks are combined in one step. Holds what it has learned so far.
class Balancing {
public:
    virtual ~Balancing() = default;

    /// What each task's loss is multiplied by, beside its own weight of the spec.
    virtual std::vector<double> weights(const BalancingInput& input) = 0;
};

struct BalancingEntry {
    BalancingInfo info;
    std::function<std::unique_ptr<Balancing>(const Json& options)> make;
};

/// All balancing methods, in menu order.
std::span<const BalancingEntry* const> balancings();

/// By its id, which must be known.
std::unique_ptr<Balancing> makeBalancing(const MethodChoice& choice);

} // namespace concertina
