// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/events.h"
#include "core/values/json.h"
#include "core/values/problem.h"
#include "core/values/spec.h"

#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What the numbers of a run depend on beside its spec: versions of this program and of the
/// libraries that compute, the BLAS and its kernels, the machine, the number of threads and what says
/// it (`computeThreads`, which `threads` is handed to).
Json environment(int threads);

/// The core type (`blas_core.h`) by which a run with this environment multiplied; empty where none is
/// recorded.
std::string recordedCore(const Json& environment);

/// Names of what differs between two environments, as far as equal results depend on it.
std::vector<std::string> environmentDifferences(const Json& before, const Json& now);

/// Why a training cannot be computed on this machine: "train.device" (no GPU), "train.precision" (no
/// instructions for bfloat16, which would be slower). None where it can.
std::optional<Problem> checkMachine(const TrainSpec& train);

/// What ends a training when LibTorch, or what it computes with, throws: "train.memory" where there
/// was no room, "train.libtorch" for all else.
Problem refusedBy(const std::exception& error);

/// What a user should know of how this process multiplies: that it is much slower than this machine
/// could, or that the program was started again to mend that. At the start of a run (no position).
std::vector<NoticeEvent> environmentNotices();

} // namespace concertina
