// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>

// For loops of ours over float32.

// Programs are built for the oldest processors of their kind; functions that are marked so are
// built for newer ones too, and the one for this processor is taken when the program starts. What
// they call must be inlined, to be built for the same.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)                                \
    && !defined(__SANITIZE_ADDRESS__)
#define CONCERTINA_FOR_EACH_PROCESSOR [[gnu::target_clones("default", "avx2", "avx512f")]]
#else
#define CONCERTINA_FOR_EACH_PROCESSOR
#endif
#define CONCERTINA_INLINED __attribute__((always_inline))

namespace concertina {

inline constexpr std::int64_t LaneCount = 16;
using Lanes = float __attribute__((vector_size(LaneCount * sizeof(float))));

/// `valid` values, and zeros behind them.
CONCERTINA_INLINED inline Lanes load(const float* from, std::int64_t valid = LaneCount) {
    Lanes values{};
    if (valid == LaneCount)
        std::memcpy(&values, from, sizeof values);
    else
        std::memcpy(&values, from, static_cast<std::size_t>(valid) * sizeof *from);
    return values;
}

CONCERTINA_INLINED inline void store(float* to, Lanes values, std::int64_t valid = LaneCount) {
    if (valid == LaneCount)
        std::memcpy(to, &values, sizeof values);
    else
        std::memcpy(to, &values, static_cast<std::size_t>(valid) * sizeof *to);
}

/// Their sum in double precision.
CONCERTINA_INLINED inline double sumOf(Lanes values) {
    double sum = 0;
    for (std::int64_t i = 0; i < LaneCount; ++i)
        sum += static_cast<double>(values[i]);
    return sum;
}

} // namespace concertina
