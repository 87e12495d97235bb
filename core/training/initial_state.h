// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network.h"
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
};

/// On the spec's device: the weights of a checkpoint, with its plan and the optimizer's state, or
/// new ones; these begin from the first training images where a parametrization asks for it. Before weights are initialized the contraction is calibrated where the spec asks
/// for it; a request to end aborts that. Problems of `designNetwork`, `loadCheckpoint` and
/// `networkOf`, and "checkpoint.targets": it was trained on other tasks or classes.
Expected<InitialState> begin(const ExperimentSpec& spec,
                             const std::optional<std::filesystem::path>& checkpoint,
                             const RunData& data, const RunControl& control);

} // namespace concertina
