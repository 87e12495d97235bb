// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace concertina {

/// Where a run stands. `Interrupted` is never written: it is what a run reads as whose owner died.
enum class RunState { Queued, Running, Paused, Finished, Stopped, Failed, Interrupted };

/// "running", "finished", …: in files and for people.
std::string_view stateName(RunState state);
std::optional<RunState> runStateFromName(std::string_view name);

/// Whether a run in this state can be resumed from its last checkpoint.
bool canResume(RunState state);

} // namespace concertina
