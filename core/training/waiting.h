// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/run_control.h"
#include "core/values/run_state.h"

#include <functional>
#include <optional>

namespace concertina {

/// Tries every second until `attempt` says that it is done; the state that a training is to end in
/// where an end is wanted before. `show` gets the state in which it waits: Running, or Paused while
/// that is wanted.
std::optional<RunState> tryUntilDone(RunControl& control, const std::function<bool()>& attempt,
                                     const std::function<void(RunState)>& show);

} // namespace concertina
