// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace concertina {

/// One-off work in one thread, in order. A newer job of a key replaces one that waits, and stops
/// one that runs. The destructor stops what runs, drops what waits, and joins.
class JobThread {
public:
    using Work = std::function<void(const std::stop_token&)>;

    JobThread();
    ~JobThread();

    JobThread(const JobThread&) = delete;
    JobThread& operator=(const JobThread&) = delete;

    void post(const std::string& key, Work work);
    /// Drops what waits and stops what runs of the jobs whose key ends so.
    void stop(std::string_view ending);

    void post(Work work); ///< nothing replaces or stops it but the end

private:
    struct Job {
        std::string key; ///< empty: without one
        Work work;
        std::stop_source source;
    };

    void run(const std::stop_token& stop);

    std::mutex m_mutex; ///< guards what follows
    std::condition_variable_any m_arrived;
    std::deque<Job> m_waiting;
    std::string m_currentKey;
    std::stop_source m_current{std::nostopstate};
    std::jthread m_thread;
};

} // namespace concertina
