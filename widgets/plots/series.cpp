// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/series.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

namespace {

constexpr std::size_t sampledValues = 4096;

/// More points a column than this are summed up; fewer are drawn as they are.
constexpr std::size_t pointsOfAColumn = 4;

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// First, lowest, highest and last of a column, from the first to the nearer extreme first. Values
/// that are not finite are left out, unless there are no others.
void addColumn(std::vector<PlotPoint>& points, const ChunkedArray<double>& xs, const Pyramid& ys,
               std::size_t from, std::size_t end) {
    const Extent extent = ys.extent(from, end);
    if (extent.empty()) {
        points.push_back({xs[from], gap});
        return;
    }
    const double first = ys[from], last = ys[end - 1];
    if (std::isfinite(first))
        points.push_back({xs[from], first});
    if (end - from == 1)
        return;
    const double middle = (xs[from] + xs[end - 1]) / 2;
    const bool lowFirst = !(first - extent.low > extent.high - first);
    points.push_back({middle, lowFirst ? extent.low : extent.high});
    points.push_back({middle, lowFirst ? extent.high : extent.low});
    if (std::isfinite(last))
        points.push_back({xs[end - 1], last});
}

} // namespace

void Series::append(const CurvePoint& point) {
    const auto step = static_cast<double>(point.step);
    if (!empty() && step <= m_xs[0].back())
        return;
    const auto notBefore = [this](const ChunkedArray<double>& xs, double x) {
        const double last = empty() ? 0.0 : xs.back();
        return std::isfinite(x) && x >= last ? x : last;
    };
    const double epoch = notBefore(m_xs[1], point.epoch);
    const double seconds = notBefore(m_xs[2], point.seconds);
    m_xs[0].push(step);
    m_xs[1].push(epoch);
    m_xs[2].push(seconds);
    m_raw.push(point.value);
    m_smoothed.push(point.value);
}

void Series::clear() {
    for (auto& xs : m_xs)
        xs.clear();
    m_raw.clear();
    m_smoothed = Smoothing(smoothing());
    ++m_cleared;
    ++m_revision;
}

CurvePoint Series::at(std::size_t i) const {
    return {static_cast<std::int64_t>(m_xs[0][i]), m_xs[1][i], m_xs[2][i], m_raw[i]};
}

void Smoothing::push(double value) {
    if (!std::isfinite(value)) {
        m_values.push(value);
        return;
    }
    m_average = m_average * m_weight + (1 - m_weight) * value;
    if (m_power > 0) {
        m_power *= m_weight;
        // Less changes no bit of 1 − weightⁿ. Left alone it would end among the denormal numbers,
        // each product of which takes some hundred cycles.
        if (m_power < 1e-20)
            m_power = 0;
    }
    m_values.push(m_power > 0 ? m_average / (1 - m_power) : m_average);
}

void Series::setSmoothing(double weight) {
    if (weight == smoothing())
        return;
    m_smoothed = Smoothing(weight);
    for (std::size_t i = 0; i < size(); ++i)
        m_smoothed.push(m_raw[i]);
    ++m_revision;
}

void Series::takeSmoothing(Smoothing smoothed, const Values& of) {
    if (of.cleared != m_cleared)
        return setSmoothing(smoothed.weight());
    m_smoothed = std::move(smoothed);
    for (std::size_t i = m_smoothed.values().size(); i < size(); ++i)
        m_smoothed.push(m_raw[i]);
    ++m_revision;
}

std::size_t Series::firstFrom(CurveAxis axis, double x) const {
    return firstFrom(xs(axis), 0, x);
}

/// Looks from `begin` + `near` in strides that double: in a sweep over columns the next is as far as
/// the one before was.
std::size_t Series::firstFrom(const ChunkedArray<double>& xs, std::size_t begin, double x,
                              std::size_t near) const {
    std::size_t low = begin, high = std::min(begin + near, xs.size());
    if (high > begin && !(xs[high - 1] < x)) {
        for (std::size_t stride = 1; high - begin > stride; stride *= 2) {
            if (xs[high - 1 - stride] < x) {
                low = high - stride;
                break;
            }
            high -= stride;
        }
    } else {
        low = high;
        for (std::size_t stride = 1; high < xs.size() && xs[high] < x; stride *= 2) {
            low = high + 1;
            high += stride;
        }
        high = std::min(high, xs.size());
    }
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (xs[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

std::optional<std::size_t> Series::nearest(CurveAxis axis, double x) const {
    if (empty())
        return std::nullopt;
    const auto& all = xs(axis);
    const std::size_t after = firstFrom(axis, x);
    if (after == size())
        return size() - 1;
    if (after > 0 && x - all[after - 1] <= all[after] - x)
        return after - 1;
    return after;
}

Extent Series::bulk(CurveValues values, std::size_t from, std::size_t to, double share) const {
    const Pyramid& all = pyramid(values);
    const std::size_t stride = (to - from) / sampledValues + 1;
    std::vector<double> sample;
    sample.reserve((to - from) / stride + 1);
    for (std::size_t i = from; i < to; i += stride)
        if (std::isfinite(all[i]))
            sample.push_back(all[i]);
    Extent extent;
    if (sample.empty())
        return extent;
    const auto cut = static_cast<std::ptrdiff_t>(share * static_cast<double>(sample.size() - 1));
    std::ranges::nth_element(sample, sample.begin() + cut);
    std::nth_element(sample.begin() + cut, sample.end() - 1 - cut, sample.end());
    for (auto value = sample.begin() + cut; value != sample.end() - cut; ++value)
        extent.add(*value);
    return extent;
}

void Series::reduce(CurveValues values, CurveAxis axis, double low, double high, int columns,
                    std::vector<PlotPoint>& points) const {
    points.clear();
    const auto& all = xs(axis);
    const Pyramid& ys = pyramid(values);
    std::size_t from = firstFrom(all, 0, low);
    std::size_t to = firstFrom(all, from, std::nextafter(high, INFINITY));
    const auto push = [&](std::size_t i) {
        points.push_back({all[i], std::isfinite(ys[i]) ? ys[i] : gap});
    };
    const bool before = from > 0, after = to < size();
    if (to - from <= pointsOfAColumn * static_cast<std::size_t>(columns)) {
        from -= before ? 1 : 0;
        to += after ? 1 : 0;
        for (std::size_t i = from; i < to; ++i)
            push(i);
        return;
    }
    if (before)
        push(from - 1);
    const double width = (high - low) / columns;
    std::size_t count = 0; // in the column before
    for (int column = 0; column < columns && from < to; ++column) {
        const std::size_t end =
            column + 1 == columns ? to
                                  : std::min(to, firstFrom(all, from, low + width * (column + 1),
                                                           count));
        count = end - from;
        if (end == from)
            continue;
        addColumn(points, all, ys, from, end);
        from = end;
    }
    if (after)
        push(to);
}

} // namespace concertina
