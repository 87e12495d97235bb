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
    enum class Wish {
        Run,
        Pause,   ///< checkpoint, then wait in memory for `resume` or an end
        Suspend, ///< checkpoint, then end as paused: resumed later from the store
        Stop,    ///< checkpoint, then end as stopped
        Abort,   ///< end at once, without a checkpoint
    };

    void pause() { wish(Wish::Pause); }
    void resume() { wish(Wish::Run); }
    void suspend() { wish(Wish::Suspend); }
    void stop() { wish(Wish::Stop); }
    void abort() { wish(Wish::Abort); }

    /// One checkpoint before the next step.
    void checkpoint() {
        const std::lock_guard lock(m_mutex);
        m_checkpoint = true;
    }

    /// Rules that join the sharing plan before the next step, all of them before the same one; of a
    /// run that is paused, before its next. One that the network cannot have is told as a notice,
    /// and changes nothing.
    void changePlan(const std::vector<std::string>& rules) {
        const std::lock_guard lock(m_mutex);
        m_rules.insert(m_rules.end(), rules.begin(), rules.end());
    }

    /// Asked to stop by `abort`: for whatever waits meanwhile.
    std::stop_token aborted() const { return m_abort.get_token(); }

    // For the trainer.

    Wish wish() const {
        const std::lock_guard lock(m_mutex);
        return m_wish;
    }

    /// Whether a checkpoint was asked for; forgets it.
    bool takeCheckpoint() {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_checkpoint, false);
    }

    /// The rules that were asked for since; forgets them.
    std::vector<std::string> takeRules() {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_rules, {});
    }

    /// Waits while the wish is `Pause`.
    Wish waitWhilePaused() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_wish != Wish::Pause; });
        return m_wish;
    }

    /// Waits for a time, or until somebody wants an end.
    Wish waitFor(std::chrono::milliseconds time) {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, time, [&] { return m_wish == Wish::Abort; });
        return m_wish;
    }

private:
    void wish(Wish wish) {
        {
            const std::lock_guard lock(m_mutex);
            // An end is not taken back by a later, milder wish.
            if (wish < m_wish && m_wish >= Wish::Suspend)
                return;
            m_wish = wish;
        }
        m_changed.notify_all();
        if (wish == Wish::Abort)
            m_abort.request_stop();
    }

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::stop_source m_abort;
    Wish m_wish = Wish::Run;
    bool m_checkpoint = false;
    std::vector<std::string> m_rules;
};

} // namespace concertina
