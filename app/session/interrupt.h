// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

namespace concertina {

/// Turns what ends a program (SIGINT, SIGTERM, SIGHUP, and SIGPIPE when nothing reads what it
/// writes) into a call while it lives: the first signal calls a function in a thread of its own, a
/// second one ends the process at once with exit code 130, unless it comes within a second and so
/// from the same cause. A broken pipe is reported with every line and never counts as the second.
/// A signal that is ignored already (nohup, a shell's background job) stays so.
///
/// One at a time, as signals belong to the process.
class InterruptWatch {
public:
    static constexpr int ExitCode = 130;

    explicit InterruptWatch(std::function<void()> first);
    ~InterruptWatch();

    /// Whether a signal came.
    bool interrupted() const;

private:
    class Watcher;
    std::unique_ptr<Watcher> m_watcher;
};

} // namespace concertina
