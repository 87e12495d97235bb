// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <filesystem>
#include <optional>

namespace concertina {

/// Whether a checkpoint is there, whole and of this program's version; else the problem that
/// `loadCheckpoint` has with it.
std::optional<Problem> checkCheckpointFile(const std::filesystem::path& path);

} // namespace concertina
