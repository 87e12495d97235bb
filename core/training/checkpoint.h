// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/balancing/balancing.h"
#include "core/data/dataset.h"
#include "core/model/network_design.h"
#include "core/network/network.h"
#include "core/tensor/tensor_file.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// The version of checkpoints that this program writes; newer ones are refused.
inline constexpr int CheckpointVersion = 1;

/// Everything that training needs to go on, or that the network needs to be used without its
/// dataset. Equal states give equal files: no times, no paths.
struct Checkpoint {
    ExperimentSpec spec;
    SharingPlan plan;
    std::vector<TargetInfo> targets; ///< what each task learns: classes, colours
    std::int64_t step = 0;
    /// Ids of the tasks that had a valid pixel to learn from by then; none: not known.
    std::optional<std::vector<std::string>> learned;
    /// The last step with a checkpoint whose validation gave finite numbers; −1: none.
    std::int64_t goodStep = -1;
    BalancingState balancing; ///< in the file: tensors of float64, "balancing/…"
    std::map<std::string, torch::Tensor> tensors; ///< weights, statistics, "…/adam.m"
};

/// The state of a network and of what the optimizer keeps for it.
std::map<std::string, torch::Tensor> trainingState(const Network& network);

/// Sets the optimizer's tensors of a network from a checkpoint's.
void restoreOptimizerState(Network& network, const std::map<std::string, torch::Tensor>& tensors);

/// Problems of `writeTensorFile`.
Expected<WrittenFile> saveCheckpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// What is kept of a checkpoint that is read.
enum class CheckpointPart {
    All,
    Weights, ///< and statistics: without what optimizer and balancing keep, with Adam a third
};

/// Problems of `readTensorFile`, and "checkpoint.format", "checkpoint.version",
/// "checkpoint.header".
Expected<Checkpoint> loadCheckpoint(const std::filesystem::path& path,
                                    CheckpointPart part = CheckpointPart::All);

/// The network of a checkpoint: its design with the stored plan, and its weights.
Expected<NetworkDesign> designOf(const Checkpoint& checkpoint);
Expected<Network> networkOf(const Checkpoint& checkpoint);

/// The network of a checkpoint that is read for it alone.
struct LoadedNetwork {
    Checkpoint checkpoint; ///< its weights alone
    Network network;
};

/// Problems of `loadCheckpoint` and `networkOf`.
Expected<LoadedNetwork> loadNetwork(const std::filesystem::path& path);

/// Channels of each task's head.
std::vector<int> headOutputs(const ExperimentSpec& spec, std::span<const TargetInfo> targets);

} // namespace concertina
