// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/network/network.h"
#include "core/training/learner.h"
#include "core/training/run_observer.h"
#include "core/values/spec.h"

#include <torch/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace concertina::testing {

/// A spec that trains in a blink: a SegNet of two stages on 16 × 24 rooms, three tasks.
ExperimentSpec tinySpec();

/// The same with one parametrization and one sharing rule for all layers.
ExperimentSpec tinySpec(const std::string& parametrization, const std::string& rule);

/// The same on a U-Net of three levels: enc1.1, enc2.1, enc3.1, dec2.1, dec1.1.
ExperimentSpec tinyUnet(const std::string& parametrization, const std::string& rule);

/// The design of a spec's network for the classes of rooms; the spec must be right.
NetworkDesign designFor(const ExperimentSpec& spec);

Network networkFor(const ExperimentSpec& spec);

/// The first samples of a spec's training split, as they are, in one batch of spec.train.batch.
Batch firstBatch(const ExperimentSpec& spec, torch::ScalarType type = torch::kFloat32);

/// What makes steps of a spec, with new weights or with given ones.
Learner learnerFor(const ExperimentSpec& spec, torch::ScalarType type = torch::kFloat32);
Learner learnerFor(const ExperimentSpec& spec, Network network);

/// Gives norms the statistics and the parameters of a network that has trained for a while.
void scrambleNorms(Network& network, std::uint64_t seed);

/// Moves every copy of every factor by a little of its own, so that copies differ.
void scrambleFactors(Network& network, std::uint64_t seed);

/// The largest difference ÷ the largest magnitude of `expected`.
double relativeDifference(const torch::Tensor& actual, const torch::Tensor& expected);

bool sameBits(const torch::Tensor& a, const torch::Tensor& b);

std::map<std::string, torch::Tensor> copyOf(const std::map<std::string, torch::Tensor>& tensors);

torch::Tensor randomImages(std::int64_t count, std::int64_t height, std::int64_t width,
                           std::uint64_t seed, torch::ScalarType type = torch::kFloat32);

/// Notes everything that a trainer reports.
class Recorder : public RunObserver {
public:
    std::vector<StepEvent> steps;
    std::vector<ValidationEvent> validations;
    std::vector<PreviewEvent> previews;
    std::vector<CheckpointEvent> checkpoints;
    std::vector<StateEvent> states;
    std::vector<NoticeEvent> notices;
    std::vector<StartEvent> starts;
    std::vector<PlanEvent> plans;
    std::vector<ConflictEvent> conflicts;
    // Called in the training thread.
    std::function<void(const StepEvent&)> onStep;
    std::function<void(const StateEvent&)> onState;
    std::function<void(const NoticeEvent&)> onNotice;

    void started(const StartEvent& event) override { starts.push_back(event); }
    void stepped(const StepEvent& event) override {
        steps.push_back(event);
        if (onStep)
            onStep(event);
    }
    void conflicted(const ConflictEvent& event) override { conflicts.push_back(event); }
    void validated(const ValidationEvent& event) override { validations.push_back(event); }
    void previewed(const PreviewEvent& event) override { previews.push_back(event); }
    void checkpointed(const CheckpointEvent& event) override { checkpoints.push_back(event); }
    void replanned(const PlanEvent& event) override { plans.push_back(event); }
    void stateChanged(const StateEvent& event) override {
        states.push_back(event);
        if (onState)
            onState(event);
    }
    void noticed(const NoticeEvent& event) override {
        notices.push_back(event);
        if (onNotice)
            onNotice(event);
    }
};

/// The folder of real data beside the checkout, or empty: $CONCERTINA_DATA, else ../shared/data.
std::string realData(const std::string& name);

} // namespace concertina::testing
