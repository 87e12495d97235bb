// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/depthwise_rows.h"

namespace concertina {

namespace {

template <std::int64_t Count>
CONCERTINA_INLINED inline void sumOfTaps(const Taps& taps, float start, const Rows to) {
    Lanes weights[Count];
    const float* from[Count];
    for (std::int64_t t = 0; t < Count; ++t) {
        weights[t] = Lanes{} + taps.weights[static_cast<std::size_t>(t)];
        from[t] = taps.from[static_cast<std::size_t>(t)];
    }
    const std::int64_t step = taps.step; // stores of lanes might have changed it
    for (std::int64_t y = 0; y < to.rows; ++y)
        for (std::int64_t x = 0; x < to.width; x += LaneCount) {
            Lanes sum = Lanes{} + start;
#pragma GCC unroll 9
            for (std::int64_t t = 0; t < Count; ++t)
                sum += weights[t] * load(from[t] + y * step + x);
            store(to.values + y * to.step + x, sum);
        }
}

template <std::int64_t Count>
CONCERTINA_INLINED inline void addProducts(const Taps& taps, const Rows with, Lanes* sums) {
    Lanes own[Count];
    const float* from[Count];
    for (std::int64_t t = 0; t < Count; ++t) {
        own[t] = sums[t];
        from[t] = taps.from[static_cast<std::size_t>(t)];
    }
    for (std::int64_t y = 0; y < with.rows; ++y)
        for (std::int64_t x = 0; x < with.width; x += LaneCount) {
            const Lanes factor = load(with.values + y * with.step + x);
#pragma GCC unroll 9
            for (std::int64_t t = 0; t < Count; ++t)
                own[t] += factor * load(from[t] + y * taps.step + x);
        }
    for (std::int64_t t = 0; t < Count; ++t)
        sums[t] = own[t];
}

} // namespace

CONCERTINA_FOR_EACH_PROCESSOR
void sumTaps(const Taps& taps, float start, const Rows& to) {
    switch (taps.count) { // of 3 × 3 kernels: with stride 1; a phase with stride 2
    case 1: return sumOfTaps<1>(taps, start, to);
    case 2: return sumOfTaps<2>(taps, start, to);
    case 4: return sumOfTaps<4>(taps, start, to);
    case 9: return sumOfTaps<9>(taps, start, to);
    default: break;
    }
    for (std::int64_t y = 0; y < to.rows; ++y)
        for (std::int64_t x = 0; x < to.width; x += LaneCount) {
            Lanes sum = Lanes{} + start;
            for (std::int64_t t = 0; t < taps.count; ++t)
                sum += taps.weights[static_cast<std::size_t>(t)]
                       * load(taps.from[static_cast<std::size_t>(t)] + y * taps.step + x);
            store(to.values + y * to.step + x, sum);
        }
}

CONCERTINA_FOR_EACH_PROCESSOR
void multiplyTaps(const Taps& taps, const Rows& with, Lanes* sums) {
    if (taps.count == 9)
        return addProducts<9>(taps, with, sums);
    for (std::int64_t t = 0; t < taps.count; ++t)
        for (std::int64_t y = 0; y < with.rows; ++y)
            for (std::int64_t x = 0; x < with.width; x += LaneCount)
                sums[t] += load(with.values + y * with.step + x)
                           * load(taps.from[static_cast<std::size_t>(t)] + y * taps.step + x);
}

CONCERTINA_FOR_EACH_PROCESSOR
void copyRows(const float* from, std::int64_t fromStep, const Rows& toRows) {
    const Rows to = toRows; // stores of lanes might change it
    const std::int64_t whole = to.width / LaneCount * LaneCount, rest = to.width - whole;
    Lanes number{};
    for (std::int64_t i = 0; i < LaneCount; ++i)
        number[i] = static_cast<float>(i);
    const Lanes zero{}, end = zero + static_cast<float>(rest);
    for (std::int64_t y = 0; y < to.rows; ++y) {
        const float* source = from + y * fromStep;
        float* target = to.values + y * to.step;
        for (std::int64_t x = 0; x < whole; x += LaneCount)
            store(target + x, load(source + x));
        if (rest == 0)
            continue;
        // Behind a row stands the next one; behind the last ones there may be nothing.
        const bool isLast = (to.rows - y) * fromStep < whole + LaneCount;
        const Lanes values = isLast ? load(source + whole, rest) : load(source + whole);
        store(target + whole, number < end ? values : zero);
    }
}

CONCERTINA_FOR_EACH_PROCESSOR
void splitRows(const float* from, std::int64_t fromStep, const Rows& even, const Rows& odd) {
    const std::int64_t count = odd.width;
    for (std::int64_t y = 0; y < even.rows; ++y) {
        const float* __restrict source = from + y * fromStep;
        float* __restrict first = even.values + y * even.step;
        float* __restrict second = odd.values + y * odd.step;
        for (std::int64_t i = 0; i < count; ++i) {
            first[i] = source[2 * i];
            second[i] = source[2 * i + 1];
        }
        if (even.width > odd.width)
            first[odd.width] = source[2 * odd.width];
    }
}

CONCERTINA_FOR_EACH_PROCESSOR
void joinRows(const Rows& even, const Rows& odd, float* to, std::int64_t toStep) {
    const std::int64_t count = odd.width;
    for (std::int64_t y = 0; y < even.rows; ++y) {
        float* __restrict target = to + y * toStep;
        const float* __restrict first = even.values + y * even.step;
        const float* __restrict second = odd.values + y * odd.step;
        for (std::int64_t i = 0; i < count; ++i) {
            target[2 * i] = first[i];
            target[2 * i + 1] = second[i];
        }
        if (even.width > odd.width)
            target[2 * odd.width] = first[odd.width];
    }
}

} // namespace concertina
