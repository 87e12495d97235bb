// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/interrupt.h"

#include <csignal>

#include <semaphore.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <thread>

namespace concertina {

namespace {

// A handler, and no mask with a waiting thread: OpenBLAS may have started threads before `main`,
// which would take a signal that all of ours keep out.
constexpr std::array endings{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

/// Signals that come this soon after the first have one cause with it: `timeout` sends two, and so
/// may a terminal that closes.
constexpr std::int64_t sameCause = 1000; // ms

std::atomic<std::int64_t> firstCame; ///< ms of the monotonic clock; 0: none yet
static_assert(decltype(firstCame)::is_always_lock_free, "used in a signal's handler");
sem_t signalCame;

std::int64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000 + 1;
}

void handle(int signal) {
    std::int64_t first = 0;
    const std::int64_t time = now();
    if (firstCame.compare_exchange_strong(first, time))
        sem_post(&signalCame);
    else if (signal != SIGPIPE && time - first > sameCause)
        _exit(InterruptWatch::ExitCode);
}

} // namespace

class InterruptWatch::Watcher {
public:
    explicit Watcher(std::function<void()> first) {
        // Once and for ever: a handler that was called last may still be in sem_post.
        static const int made = sem_init(&signalCame, 0, 0);
        while (made == 0 && sem_trywait(&signalCame) == 0) {
            // Left from an earlier watch.
        }
        firstCame = 0;
        m_thread = std::thread([this, first = std::move(first)] {
            while (sem_wait(&signalCame) != 0) {
                // Interrupted by a signal, whose handler has posted.
            }
            if (!m_over)
                first();
        });
        struct sigaction action {};
        action.sa_handler = handle;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i < endings.size(); ++i) {
            sigaction(endings[i], nullptr, &m_before[i]);
            if (m_before[i].sa_handler != SIG_IGN)
                sigaction(endings[i], &action, nullptr);
        }
    }

    ~Watcher() {
        for (std::size_t i = 0; i < endings.size(); ++i)
            sigaction(endings[i], &m_before[i], nullptr);
        m_over = true;
        sem_post(&signalCame);
        m_thread.join();
    }

private:
    std::array<struct sigaction, endings.size()> m_before{};
    std::atomic<bool> m_over = false;
    std::thread m_thread;
};

InterruptWatch::InterruptWatch(std::function<void()> first)
    : m_watcher(std::make_unique<Watcher>(std::move(first))) {}

InterruptWatch::~InterruptWatch() = default;

bool InterruptWatch::interrupted() const {
    return firstCame != 0;
}

} // namespace concertina
