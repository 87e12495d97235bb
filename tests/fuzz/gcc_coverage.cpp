// SPDX-License-Identifier: GPL-3.0-or-later
// What GCC calls where it covers code (-fsanitize-coverage=trace-pc,trace-cmp), for clang's
// libFuzzer, which has its own of these no longer: it counts by counters alone.

#include <cstddef>
#include <cstdint>

extern "C" {
void __sanitizer_cov_8bit_counters_init(std::uint8_t* begin, std::uint8_t* end); // libFuzzer's
void __sanitizer_cov_trace_pc();
void __sanitizer_cov_trace_cmpf(float, float);
void __sanitizer_cov_trace_cmpd(double, double);
}

namespace {

constexpr std::size_t places = std::size_t{1} << 16U;
std::uint8_t counters[places];

[[gnu::constructor]] void registerCounters() {
    __sanitizer_cov_8bit_counters_init(counters, counters + places);
}

} // namespace

/// Blocks that share a counter still differ by the others of their path.
[[gnu::no_sanitize_coverage]] void __sanitizer_cov_trace_pc() {
    const auto pc = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    ++counters[(pc ^ pc >> 16U) % places];
}

void __sanitizer_cov_trace_cmpf(float, float) {}
void __sanitizer_cov_trace_cmpd(double, double) {}
