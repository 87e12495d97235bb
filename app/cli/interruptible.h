// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/console.h"
#include "app/session/interrupt.h"

#include <stop_token>

namespace concertina {

/// Runs a long function with a stop token that Ctrl-C pulls.
template <class Work>
auto interruptible(Console& console, bool& interrupted, Work work) {
    std::stop_source source;
    const InterruptWatch watch([&] { source.request_stop(); });
    auto result = work(console.reporter(), source.get_token());
    console.endProgress();
    interrupted = watch.interrupted();
    return result;
}

/// Reports why it was not done.
inline ExitCode failed(Console& console, const Problem& problem, bool interrupted) {
    const ExitCode code = console.fail(problem);
    return interrupted ? Interrupted : code;
}

} // namespace concertina
