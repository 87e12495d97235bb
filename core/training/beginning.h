// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network.h"
#include "core/training/run_control.h"
#include "core/training/run_data.h"
#include "core/values/spec.h"

#include <cstdint>
#include <filesystem>

namespace concertina {

/// A network to train, and the step that it stands at.
struct Beginning {
    ExperimentSpec spec; ///< with what was chosen by measurement as fixed options
    Network network;
    std::int64_t step = 0;
};

/// New weights. Where the spec asks for it, the bracketing is measured before; an end that somebody
/// wishes for ends that. Problems of `designNetwork`.
Expected<Beginning> beginAnew(const ExperimentSpec& spec, const RunData& data,
                              const RunControl& control);

/// Those of a checkpoint, with its plan and the optimizer's state. Problems of `loadCheckpoint`
/// and `networkOf`, and "checkpoint.targets": it was trained on other tasks or classes.
Expected<Beginning> beginAt(const std::filesystem::path& path, const ExperimentSpec& spec,
                            const RunData& data);

} // namespace concertina
