// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/job_thread.h"

#include <utility>

namespace concertina {

JobThread::JobThread() : m_thread([this](const std::stop_token& stop) { run(stop); }) {}

JobThread::~JobThread() {
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.clear();
        m_current.request_stop();
    }
    m_thread.request_stop();
}

void JobThread::post(const std::string& key, Work work) {
    {
        const std::lock_guard lock(m_mutex);
        std::erase_if(m_waiting, [&](const Job& job) { return job.key == key; });
        if (m_currentKey == key)
            m_current.request_stop();
        m_waiting.push_back({key, std::move(work), {}});
    }
    m_arrived.notify_one();
}

void JobThread::stop(std::string_view ending) {
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_waiting, [&](const Job& job) { return job.key.ends_with(ending); });
    if (m_currentKey.ends_with(ending))
        m_current.request_stop();
}

void JobThread::post(Work work) {
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.push_back({{}, std::move(work), {}});
    }
    m_arrived.notify_one();
}

void JobThread::run(const std::stop_token& stop) {
    while (true) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            if (!m_arrived.wait(lock, stop, [&] { return !m_waiting.empty(); }))
                return;
            job = std::move(m_waiting.front());
            m_waiting.pop_front();
            m_currentKey = job.key;
            m_current = job.source;
        }
        job.work(job.source.get_token());
        const std::lock_guard lock(m_mutex);
        m_currentKey.clear();
        m_current = std::stop_source(std::nostopstate);
    }
}

} // namespace concertina
