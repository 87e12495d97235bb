// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/balancing/balancing.h"
#include "core/data/batch.h"
#include "core/network/network.h"
#include "core/optimizers/optimizer.h"
#include "core/tasks/task.h"
#include "core/training/conflict_batches.h"
#include "core/values/conflict.h"
#include "core/values/metric.h"
#include "core/values/spec.h"

#include <torch/types.h>

#include <memory>
#include <optional>
#include <vector>

namespace concertina {

struct StepResult {
    std::vector<double> losses; ///< one a task, not weighted; NaN without a valid pixel
    /// By balancing, one a task, beside those of the spec; empty where it gives none.
    std::vector<double> weights;
    Problems problems; ///< that did not keep the step from being made
    double total = 0;  ///< the weighted sum that was descended on
    double rate = 0;
    double gradientNorm = 0;            ///< of everything that moved, before clipping
    std::vector<torch::Tensor> outputs; ///< one a task, without history
    std::vector<TargetBatch> targets;   ///< of the images behind the outputs
};

/// One training step: losses, their balance, gradients, clipping, the optimizer, decay. Keeps no
/// position: what a step does depends on the step's number, the batch and what balancing has
/// learned.
class Learner {
public:
    /// The spec is validated and complete. `steps` are those planned in all.
    Learner(const ExperimentSpec& spec, Network network, std::vector<std::unique_ptr<Task>> tasks,
            std::int64_t steps, std::int64_t stepsPerEpoch);

    /// Problem "train.not_finite": a task's loss, or the gradient, is NaN or infinite; then
    /// weights and moments are as they were; running statistics are not, nor what balancing has
    /// learned of these losses.
    Expected<StepResult> step(const Batch& batch, std::int64_t number);

    /// What is recorded of a step: its loss, rate and gradient, each task's loss, its weight where
    /// balancing gives one, and its metrics where the spec asks for them. A task without a valid
    /// pixel in the batch has none; where no task has one, the loss of all is NaN.
    std::vector<MetricValue> values(const StepResult& result) const;

    /// How the tasks' losses, times their weights of the spec, agree on what they share, before the
    /// step `number` is made. Each batch goes through the network for itself; a task that several
    /// have targets for counts by the mean of its losses. Changes nothing that is trained or kept.
    /// Empty where nothing is shared.
    std::vector<ConflictRow> conflict(const ConflictBatches& batches, std::int64_t number);

    /// The same on the first half of a batch.
    std::vector<ConflictRow> conflict(const Batch& batch, std::int64_t number);

    /// Problem "train.not_finite" with the name of a weight or statistic that is.
    std::optional<Problem> checkWeights() const;

    /// What balancing has learned so far, for as many tasks.
    Balancing& balancing() { return *m_balancing; }

    /// Goes on with another network for the same tasks: this one under another plan.
    void goOnWith(Network network) { m_network = std::move(network); }

    /// The sum of the tasks' losses by their weights, as a validation sees them; changes nothing.
    double lossOf(const Network& network, const Batch& batch) const;

    Network& network() { return m_network; }
    const Network& network() const { return m_network; }
    const std::vector<std::unique_ptr<Task>>& tasks() const { return m_tasks; }

    /// The learning rate of a step.
    double rate(std::int64_t number) const;

private:
    struct Losses {
        std::vector<double> values;       ///< not weighted
        std::vector<torch::Tensor> terms; ///< undefined without a valid pixel
    };

    ComposeMoment momentOf(std::int64_t number) const;
    Moving movingIn(std::int64_t number) const;
    std::vector<torch::Tensor> outputsOf(const ComposedNetwork& composed, const Batch& batch,
                                         const RunSettings& settings) const;
    std::vector<torch::Tensor> forward(const ComposedNetwork& composed, const Batch& batch,
                                       std::int64_t number, const RunSettings& settings,
                                       StepResult& result) const;
    Expected<Losses> checked(std::vector<torch::Tensor> losses, std::int64_t number) const;
    void weigh(Losses& losses, const std::vector<double>& weights, StepResult& result) const;
    std::vector<double> balance(const Losses& losses, std::int64_t number, const Gramian* gramian,
                                StepResult& result);
    void differentiate(const ComposedNetwork& composed, Losses& losses, std::int64_t number,
                       StepResult& result);
    void lookAfterStep(const Batch& batch, std::int64_t number);
    void dropGradients();
    double clipGradients();
    void update(double rate, Moving moving);

    TrainSpec m_train;
    std::uint64_t m_seed;
    std::vector<double> m_taskWeights;
    std::vector<std::string> m_taskNames;
    std::vector<const TaskInfo*> m_taskInfos;
    Network m_network;
    std::vector<std::unique_ptr<Task>> m_tasks;
    std::unique_ptr<Optimizer> m_optimizer;
    std::unique_ptr<Balancing> m_balancing;
    BalancingInfo m_balancingInfo;
    torch::Tensor m_gradientRows; ///< of methods that consume the Gramian
    ScheduleInfo m_schedule;
    bool m_decoupledDecay = false;
    bool m_setsApart = false; ///< a batch is of one of several sets
    double m_steps;
    double m_stepsPerEpoch;
};

} // namespace concertina
