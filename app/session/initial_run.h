// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/task_change.h"
#include "core/training/initial_reader.h"
#include "core/values/spec.h"
#include "db/store.h"

#include <filesystem>
#include <optional>
#include <string>

namespace concertina {

// What a new run begins from: a run of its store, or a file.

/// The spec as a run keeps it: `network.initial` by the run's id and the checkpoint's step, or the
/// file's whole path, with the SHA-256 of what is to be read. It is read once, so that what does
/// not fit is known before there is a run. A spec that begins anew stays as it is. Problems:
/// "initial.run" (no such run), "run.no_checkpoint", "initial.gone_checkpoint" (the step is not
/// kept), "initial.changed", and those of `checkInitial`.
Expected<ExperimentSpec> withInitialFound(const Store& store, ExperimentSpec spec);

/// Reads what such a spec begins from, when it is called; empty for one that begins anew.
InitialReader initialReaderFor(const std::filesystem::path& store, const ExperimentSpec& spec);

/// A run's network by its last checkpoint, or that of a step: what a task is added to or dropped
/// from. Problems of the store, of `specOf`, "run.no_checkpoint" and "initial.gone_checkpoint".
Expected<PlannedNetwork> plannedNetwork(const std::filesystem::path& store, const std::string& run,
                                        std::optional<std::int64_t> step = std::nullopt);

} // namespace concertina
