// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"
#include "core/values/spec.h"

#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What the numbers of a run depend on beside its spec: versions of this program and of the
/// libraries that compute, the BLAS, the machine, the number of threads. `threads` 0: one a core.
Json environment(int threads);

/// Names of what differs between two environments, as far as equal results depend on it.
std::vector<std::string> environmentDifferences(const Json& before, const Json& now);

/// Why a training cannot be computed on this machine: "train.device" (no GPU), "train.precision" (no
/// instructions for bfloat16, which would be slower). None where it can.
std::optional<Problem> checkMachine(const TrainSpec& train);

/// What ends a training when LibTorch, or what it computes with, throws: "train.memory" where there
/// was no room, "train.libtorch" for all else.
Problem refusedBy(const std::exception& error);

/// Advice where this machine computes much slower than it could; empty where it does not.
std::string environmentWarning();

} // namespace concertina
