// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

/// What a person wants of a training that is going on. Every function may be called from any
/// thread; the trainer looks between two steps.
class RunControl {
public:
    enum class Request {
        Run,
        Pause,   ///< checkpoint, then wait in memory for `resume` or an end
        Suspend, ///< checkpoint, then end as paused: resumed later from the store
        Stop,    ///< checkpoint, then end as stopped
        Abort,   ///< end at once, without a checkpoint
    };

    void pause() { request(Request::Pause); }
    void resume() { request(Request::Run); }
    void suspend() { request(Request::Suspend); }
    void stop() { request(Request::Stop); }
    void abort() { request(Request::Abort); }

    /// One checkpoint before the next step.
    void checkpoint() {
        const std::lock_guard lock(m_mutex);
        m_checkpoint = true;
    }

    /// Rules that join the sharing plan before the next step, as one change; of a run that is
    /// paused, before its next. One that the network cannot have is reported as a notice, and
    /// changes nothing.
    void changePlan(std::vector<std::string> rules) {
        const std::lock_guard lock(m_mutex);
        m_rules.push_back(std::move(rules));
    }

    /// Asked to stop once anything but going on is wanted: for whatever waits meanwhile. After a
    /// `resume` there is another.
    std::stop_token interrupted() const {
        const std::lock_guard lock(m_mutex);
        return m_interrupt.get_token();
    }

    // For the trainer.

    Request request() const {
        const std::lock_guard lock(m_mutex);
        return m_request;
    }

    /// Whether a checkpoint was asked for; forgets it.
    bool takeCheckpoint() {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_checkpoint, false);
    }

    /// The changes of the plan that were asked for since; forgets them.
    std::vector<std::vector<std::string>> takeRules() {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_rules, {});
    }

    /// Waits while the request is `Pause`.
    Request waitWhilePaused() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_request != Request::Pause; });
        return m_request;
    }

    /// Waits for a time, or until something else than `request` is wanted.
    Request waitFor(std::chrono::milliseconds time, Request request) {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, time, [&] { return m_request != request; });
        return m_request;
    }

private:
    void request(Request request) {
        std::stop_source interrupt;
        {
            const std::lock_guard lock(m_mutex);
            // An end is not taken back by a later, milder request.
            if (request < m_request && m_request >= Request::Suspend)
                return;
            m_request = request;
            if (request == Request::Run)
                m_interrupt = interrupt;
            else
                interrupt = m_interrupt;
        }
        m_changed.notify_all();
        if (request != Request::Run)
            interrupt.request_stop(); // unlocked: it calls the callbacks of those that wait
    }

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::stop_source m_interrupt;
    Request m_request = Request::Run;
    bool m_checkpoint = false;
    std::vector<std::vector<std::string>> m_rules;
};

} // namespace concertina
