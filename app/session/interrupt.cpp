// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/interrupt.h"

#include <csignal>

#include <semaphore.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

namespace concertina {

namespace {

// A handler, and no mask with a waiting thread: OpenBLAS may have started threads before `main`,
// which would take a signal that all of ours keep out.
constexpr std::array endings{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

std::atomic<bool> signalled;
sem_t signalCame;

void handle(int signal) {
    if (!signalled.exchange(true))
        sem_post(&signalCame);
    else if (signal != SIGPIPE)
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
        signalled = false;
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
    return signalled;
}

} // namespace concertina
