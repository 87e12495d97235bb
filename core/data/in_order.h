// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/processors.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace concertina {

/// Makes values in threads of its own, as many as the process may use, and hands them out in order.
/// What is made waits in memory until it is taken: values are small, or few. The destructor makes
/// no further ones and waits for those that are being made. One thread takes.
template <class T>
class InOrder {
public:
    /// `make(i)` for i from 0 below `count`, from several threads at once.
    InOrder(int count, std::function<T(int)> make)
        : m_make(std::move(make)), m_made(static_cast<std::size_t>(count)) {
        for (int i = 0; i < permittedProcessors().count && i < count; ++i)
            m_threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }

    /// Waits for it. Each once.
    T take(int index) {
        std::unique_lock lock(m_mutex);
        auto& slot = m_made[static_cast<std::size_t>(index)];
        m_arrived.wait(lock, [&] { return slot.has_value(); });
        T taken = std::move(*slot);
        slot.reset();
        return taken;
    }

private:
    void work(const std::stop_token& stop) {
        for (int i = m_next++; i < static_cast<int>(m_made.size()) && !stop.stop_requested();
             i = m_next++) {
            T value = m_make(i);
            const std::lock_guard lock(m_mutex);
            m_made[static_cast<std::size_t>(i)] = std::move(value);
            m_arrived.notify_one();
        }
    }

    std::function<T(int)> m_make;
    std::atomic<int> m_next = 0;
    std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::vector<std::optional<T>> m_made;
    std::vector<std::jthread> m_threads; ///< last: stopped and joined first
};

} // namespace concertina
