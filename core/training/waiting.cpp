// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/waiting.h"

namespace concertina {

namespace {

constexpr std::chrono::milliseconds retryInterval{1000};

} // namespace

std::optional<RunState> tryUntilDone(RunControl& control, const std::function<bool()>& attempt,
                                     const std::function<void(RunState)>& show) {
    using Request = RunControl::Request;
    std::optional<RunState> shown;
    do {
        const Request request = control.request();
        if (request >= Request::Suspend)
            return request == Request::Suspend ? RunState::Paused : RunState::Stopped;
        const RunState now = request == Request::Pause ? RunState::Paused : RunState::Running;
        if (shown != now)
            show(now);
        shown = now;
        control.waitFor(retryInterval, request);
    } while (!attempt());
    return std::nullopt;
}

} // namespace concertina
