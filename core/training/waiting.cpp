// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/waiting.h"

namespace concertina {

namespace {

constexpr std::chrono::milliseconds retryInterval{1000};

} // namespace

std::optional<RunState> tryUntilDone(RunControl& control, const std::function<bool()>& attempt,
                                     const std::function<void(RunState)>& show) {
    using Wish = RunControl::Wish;
    std::optional<RunState> shown;
    do {
        const Wish wish = control.wish();
        if (wish >= Wish::Suspend)
            return wish == Wish::Suspend ? RunState::Paused : RunState::Stopped;
        const RunState now = wish == Wish::Pause ? RunState::Paused : RunState::Running;
        if (shown != now)
            show(now);
        shown = now;
        control.waitFor(retryInterval, wish);
    } while (!attempt());
    return std::nullopt;
}

} // namespace concertina
