// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>

namespace concertina {

/// A counter-based generator: a stream is a function of its key alone, for example (seed, epoch,
/// sample), so that neither threads nor order matter. SplitMix64 (Steele, Lea, Flood 2014).
class Random {
public:
    explicit Random(std::initializer_list<std::uint64_t> key) {
        for (const std::uint64_t part : key)
            m_state = mix(m_state ^ mix(part + 0x9e3779b97f4a7c15U));
    }

    std::uint64_t next() { return mix(m_state += 0x9e3779b97f4a7c15U); }

    /// From 0 up to, but not including, 1.
    double uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

    /// From 0 to `count` − 1; `count` is positive.
    int below(int count) { return static_cast<int>(uniform() * count); }

private:
    static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }

    std::uint64_t m_state = 0;
};

} // namespace concertina
