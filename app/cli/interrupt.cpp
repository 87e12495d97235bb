// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include "app/cli/console.h"

#include <csignal>
#include <ctime>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace concertina {

namespace {

sigset_t interruptSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

} // namespace

void holdInterrupts() {
    const sigset_t signals = interruptSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

class InterruptWatch::Watcher {
public:
    explicit Watcher(std::function<void()> first)
        : m_thread([this, first = std::move(first)](const std::stop_token& stop) {
              const sigset_t signals = interruptSignals();
              const timespec tick{0, 100'000'000};
              while (!stop.stop_requested()) {
                  if (sigtimedwait(&signals, nullptr, &tick) < 0)
                      continue;
                  if (m_interrupted.exchange(true))
                      _exit(Interrupted);
                  first();
              }
          }) {}

    bool interrupted() const { return m_interrupted; }

private:
    std::atomic<bool> m_interrupted = false;
    std::jthread m_thread; ///< last: stopped and joined before the rest goes
};

InterruptWatch::InterruptWatch(std::function<void()> first)
    : m_watcher(std::make_unique<Watcher>(std::move(first))) {}

InterruptWatch::~InterruptWatch() = default;

bool InterruptWatch::interrupted() const {
    return m_watcher->interrupted();
}

} // namespace concertina
