// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/network/parameter.h"
#include "core/values/spec.h"

#include <functional>
#include <memory>
#include <span>

namespace concertina {

/// How a gradient becomes a step. What is kept for a parameter lies in the parameter's own
/// `state`, by name, so that checkpoints and splits of factors need not know the method.
///
/// Weight decay is not in here: where it is coupled it is part of the gradient, where it is
/// decoupled (`OptimizerInfo::decoupledDecay`) the trainer scales kernels or factors.
class Optimizer {
public:
    virtual ~Optimizer() = default;

    /// Moves one parameter whose gradient is defined. Called without gradient recording.
    virtual void update(Parameter& parameter, double rate) const = 0;
};

/// How an optimizer is made: complete, checked options.
struct OptimizerEntry {
    OptimizerInfo info;
    std::function<std::unique_ptr<Optimizer>(const Json& options)> make;
};

/// All optimizers, in menu order.
std::span<const OptimizerEntry* const> optimizers();

/// By its id, which must be known.
const OptimizerEntry& optimizerEntry(const std::string& id);

} // namespace concertina
