// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <thread>

namespace concertina {

/// How many bytes the process holds at most beyond those at the beginning, looked at every half a
/// millisecond while it lives: what is allocated, not what the system has given, as freed memory is
/// kept. Of jemalloc, which the programs are linked to; 0 with another allocator.
class AllocationPeak {
public:
    AllocationPeak();
    AllocationPeak(const AllocationPeak&) = delete;
    AllocationPeak& operator=(const AllocationPeak&) = delete;

    double bytes() const;

private:
    double m_before;
    std::atomic<double> m_most;
    std::jthread m_watch;
};

} // namespace concertina
