// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runners/allocation_peak.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <dlfcn.h>

namespace concertina {

namespace {

double allocated() {
    using Control = int (*)(const char*, void*, std::size_t*, void*, std::size_t);
    static const auto control = reinterpret_cast<Control>(dlsym(RTLD_DEFAULT, "mallctl"));
    if (control == nullptr)
        return 0;
    std::uint64_t epoch = 1; // figures are those of the last time that it was set
    std::size_t size = sizeof(epoch);
    control("epoch", &epoch, &size, &epoch, size);
    std::size_t bytes = 0;
    size = sizeof(bytes);
    return control("stats.allocated", &bytes, &size, nullptr, 0) == 0 ? static_cast<double>(bytes)
                                                                      : 0;
}

} // namespace

AllocationPeak::AllocationPeak()
    : m_before(allocated()), m_most(m_before), m_watch([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
              m_most = std::max(m_most.load(), allocated());
              std::this_thread::sleep_for(std::chrono::microseconds(500));
          }
      }) {}

double AllocationPeak::bytes() const {
    return m_most - m_before;
}

} // namespace concertina
