// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/factor_reading.h"
#include "core/values/kernel_distance.h"
#include "core/values/problem.h"

#include <filesystem>
#include <optional>

namespace concertina {

/// Whether a checkpoint is there, whole and of this program's version; else the problem that
/// `loadCheckpoint` has with it.
std::optional<Problem> checkCheckpointFile(const std::filesystem::path& path);

/// The design of a checkpoint's network under the plan that it has. Problems of `loadCheckpoint`
/// and `designNetwork`.
Expected<NetworkDesign> checkpointDesign(const std::filesystem::path& path);

/// What the gates and mixtures of a checkpoint's network say. Problems of `loadCheckpoint`,
/// `designNetwork` and `Network::load`.
Expected<FactorReadings> checkpointReadings(const std::filesystem::path& path);

/// How far the tasks' kernels are apart in it. Problems as there.
Expected<KernelDistances> checkpointDistances(const std::filesystem::path& path);

} // namespace concertina
