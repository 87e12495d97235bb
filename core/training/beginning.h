// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network.h"
#include "core/training/run_data.h"
#include "core/values/spec.h"

#include <cstdint>
#include <filesystem>

namespace concertina {

/// A network to train, and the step that it stands at.
struct Beginning {
    Network network;
    std::int64_t step = 0;
};

/// New weights. Problems of `designNetwork`.
Expected<Beginning> beginAnew(const ExperimentSpec& spec, const RunData& data);

/// Those of a checkpoint, with its plan and the optimizer's state. Problems of `loadCheckpoint`
/// and `networkOf`, and "checkpoint.targets": it was trained on other tasks or classes.
Expected<Beginning> beginAt(const std::filesystem::path& path, const ExperimentSpec& spec,
                            const RunData& data);

} // namespace concertina
