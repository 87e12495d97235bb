// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/pyramid.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace concertina {

/// What a curve is drawn over.
enum class CurveAxis { Step, Epoch, Time };

/// Which values of a series are meant.
enum class CurveValues { Raw, Smoothed };

struct CurvePoint {
    std::int64_t step = 0;
    double epoch = 0;
    double seconds = 0;
    double value = 0;
};

/// A place in a plot; y is NaN where a line has a gap.
struct PlotPoint {
    double x = 0;
    double y = 0;

    bool operator==(const PlotPoint&) const = default;
};

/// The exponential average over values, with weight `weight` (0 to below 1) on what was before,
/// divided by 1 − weightⁿ, as TensorBoard smooths: values that are not finite stay as they are and do
/// not count.
class Smoothing {
public:
    explicit Smoothing(double weight = 0) : m_weight(weight) {}

    double weight() const { return m_weight; }
    const Pyramid& values() const { return m_values; }
    void push(double value);

private:
    double m_weight;
    double m_average = 0; ///< not yet divided
    double m_power = 1;   ///< weightⁿ
    Pyramid m_values;
};

/// Every point of one curve: grows at its end alone, knows its values smoothed, and gives of any
/// stretch what so many columns of pixels can show.
class Series {
public:
    /// Points that do not lie behind the last step are left out. Where epoch or seconds are not
    /// known or fall, the last ones stand.
    void append(const CurvePoint& point);
    void clear();

    std::size_t size() const { return m_raw.size(); }
    bool empty() const { return size() == 0; }
    CurvePoint at(std::size_t i) const;
    double x(CurveAxis axis, std::size_t i) const { return xs(axis)[i]; }
    double y(CurveValues values, std::size_t i) const { return pyramid(values)[i]; }

    /// Smooths every point anew, here and now; `Smoother` does it beside the GUI's thread.
    void setSmoothing(double weight);
    double smoothing() const { return m_smoothed.weight(); }

    /// The raw values, as they are now: a copy may be smoothed in another thread, and taken from it
    /// while this has grown. What belongs to values of before `clear` is not taken.
    struct Values {
        ChunkedArray<double> raw;
        std::size_t cleared = 0; ///< how often
    };
    Values values() const { return {m_raw.values(), m_cleared}; }
    void takeSmoothing(Smoothing smoothed, const Values& of);

    /// Another number where anything but the end may have changed: smoothing, `clear`.
    std::size_t revision() const { return m_revision; }

    /// The first point whose x is not below `x`; `size()` where there is none.
    std::size_t firstFrom(CurveAxis axis, double x) const;
    std::optional<std::size_t> nearest(CurveAxis axis, double x) const;

    Extent extent(CurveValues values, std::size_t from, std::size_t to) const {
        return pyramid(values).extent(from, to);
    }

    /// From the `share` to the 1 − `share` quantile of a stretch's finite values, of at most 4,096
    /// at even distances; in stretches of 1 ÷ share points or less nothing is cut off.
    Extent bulk(CurveValues values, std::size_t from, std::size_t to, double share) const;

    /// The line over [low, high] with one point more at either side. Where there are many points,
    /// each of `columns` columns has its first, lowest, highest and last value. `points` is
    /// replaced.
    void reduce(CurveValues values, CurveAxis axis, double low, double high, int columns,
                std::vector<PlotPoint>& points) const;

private:
    const ChunkedArray<double>& xs(CurveAxis axis) const {
        return m_xs[static_cast<std::size_t>(axis)];
    }
    const Pyramid& pyramid(CurveValues values) const {
        return values == CurveValues::Raw ? m_raw : m_smoothed.values();
    }
    std::size_t firstFrom(const ChunkedArray<double>& xs, std::size_t begin, double x,
                          std::size_t near = 0) const;

    std::array<ChunkedArray<double>, 3> m_xs; ///< by CurveAxis; none falls
    Pyramid m_raw;
    Smoothing m_smoothed;
    std::size_t m_cleared = 0;
    std::size_t m_revision = 0;
};

} // namespace concertina
