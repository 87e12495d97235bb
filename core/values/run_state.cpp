// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/run_state.h"

#include <array>

namespace concertina {

namespace {

constexpr std::array<std::string_view, 7> stateNames = {
    "queued", "running", "paused", "finished", "stopped", "failed", "interrupted"};

} // namespace

std::string_view stateName(RunState state) {
    return stateNames[static_cast<std::size_t>(state)];
}

std::optional<RunState> runStateFromName(std::string_view name) {
    for (std::size_t i = 0; i < stateNames.size(); ++i)
        if (name == stateNames[i])
            return static_cast<RunState>(i);
    return std::nullopt;
}

bool canResume(RunState state) {
    return state == RunState::Paused || state == RunState::Stopped || state == RunState::Failed
           || state == RunState::Interrupted;
}

} // namespace concertina
