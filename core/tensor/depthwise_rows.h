// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/lanes.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace concertina {

// Loops of depthwise convolutions over rows of values, in whole lanes, for each processor.

inline constexpr std::int64_t widestKernel = 7;
inline constexpr std::int64_t mostTaps = widestKernel * widestKernel;

inline std::int64_t inWholeLanes(std::int64_t values) {
    return (values + LaneCount - 1) / LaneCount * LaneCount;
}

inline std::size_t sizeOf(std::int64_t values) {
    return static_cast<std::size_t>(values);
}

/// What the positions of a kernel meet along a row, Σ weights[t] · from[t][x], and `step` values on
/// along the next.
struct Taps {
    std::array<const float*, mostTaps> from;
    std::array<float, mostTaps> weights;
    std::int64_t count = 0;
    std::int64_t step = 0;

    explicit Taps(std::int64_t toNextRow) : step(toNextRow) {}

    void add(const float* values, float weight) {
        from[sizeOf(count)] = values;
        weights[sizeOf(count++)] = weight;
    }

    Taps behind(std::int64_t rows) const {
        Taps taps = *this;
        for (std::int64_t t = 0; t < count; ++t)
            taps.from[sizeOf(t)] += rows * step;
        return taps;
    }
};

/// Rows of values: `step` from one to the next.
struct Rows {
    float* values = nullptr;
    std::int64_t rows = 0, width = 0, step = 0;
};

/// Σ over the taps, and `start`. Rows are written in whole lanes, one after the other.
void sumTaps(const Taps& taps, float start, const Rows& to);

/// To each tap's sum, Σ from[t][x] · with[x] of all rows, read in whole lanes.
void multiplyTaps(const Taps& taps, const Rows& with, Lanes* sums);

/// Copies rows that stand behind each other, with zeros up to the next whole lanes.
void copyRows(const float* from, std::int64_t fromStep, const Rows& to);

/// Every other column to `even`, the others to `odd`, which is as wide or one column narrower.
void splitRows(const float* from, std::int64_t fromStep, const Rows& even, const Rows& odd);

/// The way back.
void joinRows(const Rows& even, const Rows& odd, float* to, std::int64_t toStep);

} // namespace concertina
