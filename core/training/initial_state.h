// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/balancing/balancing.h"
#include "core/network/network.h"
#include "core/training/initial_reader.h"
#include "core/training/run_control.h"
#include "core/training/run_data.h"
#include "core/values/spec.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// A network to train, and the step that it stands at.
struct InitialState {
    ExperimentSpec spec; ///< with what was chosen by measurement as fixed options
    Network network;
    std::int64_t step = 0;
    std::optional<std::vector<std::string>> learned; ///< as a checkpoint has it
    std::int64_t goodStep = -1;                      ///< so has it this
    BalancingState balancing{};                      ///< and this; empty: that of a start
};

/// On the spec's device: the weights of a checkpoint, with its plan and the optimizer's state; or
/// those of a trained network that the spec begins from, which `initial` reads; or new ones.
/// Factors that are made begin from the first training images where their parametrization asks for
/// it. Before weights are initialized the contraction is calibrated where the spec asks for it; a
/// request to end aborts that. Problems of `designNetwork`, `loadCheckpoint`, `networkOf`, of
/// `initial` and `Network::begunFrom`, "checkpoint.targets" (it was trained on other tasks or
/// classes), "checkpoint.balancing" (what balancing had learned is not in it) and "initial.missing"
/// (nothing reads what it begins from). What is to be told of a beginning is added to the data's
/// news.
Expected<InitialState> begin(const ExperimentSpec& spec,
                             const std::optional<std::filesystem::path>& checkpoint,
                             const RunData& data, const RunControl& control,
                             const InitialReader& initial = {});

} // namespace concertina
