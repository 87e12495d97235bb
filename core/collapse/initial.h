// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/initial_reader.h"
#include "core/values/problem.h"
#include "core/values/spec.h"
#include "core/values/weights_report.h"

#include <filesystem>
#include <memory>
#include <string>

namespace concertina {

/// Reads a checkpoint, the file of a collapsed network, or weights of another program
/// (`InitialNetwork::others`), to begin from; `name` is what people call it. Where `sha256` is not
/// empty, it must be that file's. Problems: those of `loadCheckpoint`, `networkOf`,
/// `loadCollapsed` and `readWeights`, "initial.format" (another kind of file of this program),
/// "initial.changed".
Expected<std::shared_ptr<const InitialNetwork>>
readInitial(const std::filesystem::path& file, const std::string& name, const std::string& sha256);

/// The SHA-256 of a file that a valid spec's network can begin as, as far as that can be seen
/// without the dataset. Problems of `readInitial` and `begunNetwork`.
Expected<std::string> checkInitial(const std::filesystem::path& file, const std::string& name,
                                   const std::string& sha256, const ExperimentSpec& spec);

/// What is in a file of weights, and, where a valid spec is given, what its network would begin
/// with, as far as that can be seen without the dataset; nothing is trained. What keeps the network
/// from it is the report's `problem`. Problems: those of `readInitial`.
Expected<WeightsReport> weightsReport(const std::filesystem::path& file,
                                      const ExperimentSpec* spec = nullptr);

} // namespace concertina
