// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/model/gramian.h"
#include "core/values/spec.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// What a run is, for a balancing method.
struct BalancingSetting {
    std::size_t tasks = 0;
    std::uint64_t seed = 0;
    std::int64_t stepsPerEpoch = 1;
};

/// What a balancing method may look at before a step.
struct BalancingInput {
    /// Of all tasks, without any weight; NaN for one that has no valid pixel in the batch, which
    /// has no part in the step.
    std::span<const double> losses;
    std::int64_t step = 0;
    double rate = 0; ///< the learning rate
    /// Of the losses times their weights of the spec; null unless the method consumes it.
    const Gramian* gramian = nullptr;
};

struct BalancingResult {
    /// One a task: what its loss is multiplied by, beside its own weight of the spec; of a method
    /// that consumes the Gramian, what its gradient on shared parameters is. Of a task without a
    /// part in the step it means nothing.
    std::vector<double> weights;
    std::optional<Problem> problem{}; ///< what kept the weights from being the method's
};

/// Named lists of numbers: all that a method has learned so far.
using BalancingState = std::map<std::string, std::vector<double>>;

/// How the losses of the tasks, or their gradients, are combined in one step.
class Balancing {
public:
    virtual ~Balancing() = default;

    /// To be called once a step, in their order: learns from it.
    virtual BalancingResult weights(const BalancingInput& input) = 0;

    /// The losses of the same batch after the step, as before it; for methods that consume them.
    virtual void stepped(std::span<const double> losses) { static_cast<void>(losses); }

    /// Between two steps this is all that the method needs to go on; checkpoints have it.
    const BalancingState& state() const { return m_state; }

    /// False where a state is not one of this method for as many tasks; then nothing is changed.
    bool restore(const BalancingState& state);

protected:
    BalancingState m_state;
};

struct BalancingEntry {
    BalancingInfo info;
    std::function<std::unique_ptr<Balancing>(const Json& options, const BalancingSetting& setting)>
        make;
};

/// All balancing methods, in menu order.
std::span<const BalancingEntry* const> balancings();

/// By its id, which must be known.
const BalancingEntry& balancingEntry(const std::string& id);

/// That of a spec, at the start of a run.
std::unique_ptr<Balancing> makeBalancing(const ExperimentSpec& spec, std::int64_t stepsPerEpoch);

} // namespace concertina
