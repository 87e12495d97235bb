// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

namespace concertina {

/// Keeps SIGINT and SIGTERM from all threads that are started later; call first in `main`.
void holdInterrupts();

/// Waits for SIGINT and SIGTERM in a thread of its own: the first calls a function there, the
/// second ends the process at once with exit code 130.
class InterruptWatch {
public:
    explicit InterruptWatch(std::function<void()> first);
    ~InterruptWatch();

    /// Whether a signal came.
    bool interrupted() const;

private:
    class Watcher;
    std::unique_ptr<Watcher> m_watcher;
};

} // namespace concertina
