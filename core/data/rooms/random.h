// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace concertina::rooms {

// Randomness as a function of counters: the same on every machine, whatever ran before and
// beside it. Standard distributions are not, so there are none here.

/// Mixes all bits of `a`: the finalizer of splitmix64 (Steele, Lea, Flood 2014).
constexpr std::uint64_t scrambled(std::uint64_t a) {
    a = (a ^ (a >> 30)) * 0xbf58476d1ce4e5b9ULL;
    a = (a ^ (a >> 27)) * 0x94d049bb133111ebULL;
    return a ^ (a >> 31);
}

/// A key for the thing `b` inside the thing `a`.
constexpr std::uint64_t combined(std::uint64_t a, std::uint64_t b) {
    return scrambled(a + 0x9e3779b97f4a7c15ULL + scrambled(b + 0x632be59bd9b4e019ULL));
}

/// A hash for lattice points, of which textures take millions: three multiplications.
constexpr std::uint32_t latticeHash(std::int32_t x, std::int32_t y, std::uint32_t seed) {
    std::uint32_t a = static_cast<std::uint32_t>(x) * 0x9e3779b1U
                      ^ static_cast<std::uint32_t>(y) * 0x85ebca6bU ^ seed;
    a = (a ^ (a >> 15)) * 0x2c1b3c6dU;
    a = (a ^ (a >> 12)) * 0x297a2d39U;
    return a ^ (a >> 15);
}

/// The upper 24 bits as a number in [0, 1): all that a float holds.
constexpr float unitFloat(std::uint64_t bits) {
    return static_cast<float>(bits >> 40) * 0x1p-24f;
}
constexpr float unitFloat(std::uint32_t bits) {
    return static_cast<float>(bits >> 8) * 0x1p-24f;
}

/// A sequence of random values that depends on its key alone.
class Random {
public:
    explicit constexpr Random(std::uint64_t key) : m_key(key) {}

    constexpr std::uint64_t bits() {
        m_counter += 0x9e3779b97f4a7c15ULL;
        return scrambled(m_key + m_counter);
    }
    constexpr std::uint32_t seed() { return static_cast<std::uint32_t>(bits() >> 32); }

    /// In [0, 1).
    constexpr float unit() { return unitFloat(bits()); }
    constexpr float between(float low, float high) { return low + (high - low) * unit(); }
    constexpr bool chance(float probability) { return unit() < probability; }

    /// 0 … count − 1.
    constexpr int below(int count) {
        return static_cast<int>((bits() >> 32) * static_cast<std::uint64_t>(count) >> 32);
    }
    /// low … high.
    constexpr int count(int low, int high) { return low + below(high - low + 1); }

    /// One of `items`, which are not none.
    template <class T>
    constexpr const T& pick(std::span<const T> items) {
        return items[static_cast<std::size_t>(below(static_cast<int>(items.size())))];
    }
    template <class T, std::size_t Size>
    constexpr const T& pick(const std::array<T, Size>& items) {
        return pick(std::span<const T>(items));
    }

    /// A sequence of its own for a part of the work, so that a change there moves nothing else.
    constexpr Random fork(std::uint64_t tag) const { return Random(combined(m_key, tag)); }

private:
    std::uint64_t m_key;
    std::uint64_t m_counter = 0;
};

} // namespace concertina::rooms
