// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/chunked_array.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace concertina {

/// The smallest and the largest of some values; those that are not finite do not count.
struct Extent {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    double lowPositive = std::numeric_limits<double>::infinity(); ///< for logarithmic axes

    bool operator==(const Extent&) const = default;

    bool empty() const { return !(low <= high); }

    void add(double value) {
        if (!std::isfinite(value))
            return;
        low = value < low ? value : low;
        high = value > high ? value : high;
        if (value > 0 && value < lowPositive)
            lowPositive = value;
    }

    void add(const Extent& other) {
        low = other.low < low ? other.low : low;
        high = other.high > high ? other.high : high;
        lowPositive = other.lowPositive < lowPositive ? other.lowPositive : lowPositive;
    }
};

/// Values with the extents of every 8, 64, 512, … of them, so that the extent of any stretch
/// takes some tens of steps however long it is.
class Pyramid {
public:
    std::size_t size() const { return m_values.size(); }
    double operator[](std::size_t i) const { return m_values[i]; }

    void push(double value);
    void clear();

    /// The values alone, as they are now.
    const ChunkedArray<double>& values() const { return m_values; }

    /// Of the values from `from` to before `to`.
    Extent extent(std::size_t from, std::size_t to) const;

private:
    static constexpr std::size_t FanOut = 8;

    void sumUp();

    ChunkedArray<double> m_values;
    std::vector<ChunkedArray<Extent>> m_levels; ///< of complete blocks alone
};

} // namespace concertina
