// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/pyramid.h"

namespace concertina {

namespace {

/// Adds what lies from `from` to before `to`, up to whole blocks at both ends, which are then what
/// is between them one level up.
template <class T>
void addEnds(Extent& extent, const ChunkedArray<T>& values, std::size_t& from, std::size_t& to,
             std::size_t fanOut) {
    for (; from < to && from % fanOut != 0; ++from)
        extent.add(values[from]);
    for (; from < to && to % fanOut != 0; --to)
        extent.add(values[to - 1]);
    from /= fanOut;
    to /= fanOut;
}

template <class T>
Extent extentOfLast(const ChunkedArray<T>& values, std::size_t count) {
    Extent extent;
    for (std::size_t i = values.size() - count; i < values.size(); ++i)
        extent.add(values[i]);
    return extent;
}

} // namespace

void Pyramid::push(double value) {
    m_values.push(value);
    if (m_values.size() % FanOut == 0)
        sumUp();
}

/// What was completed: a block of values, and of blocks the levels above.
void Pyramid::sumUp() {
    Extent block = extentOfLast(m_values, FanOut);
    for (std::size_t level = 0;; ++level) {
        if (level == m_levels.size())
            m_levels.emplace_back();
        m_levels[level].push(block);
        if (m_levels[level].size() % FanOut != 0)
            return;
        block = extentOfLast(m_levels[level], FanOut);
    }
}

void Pyramid::clear() {
    m_values.clear();
    m_levels.clear();
}

Extent Pyramid::extent(std::size_t from, std::size_t to) const {
    Extent extent;
    addEnds(extent, m_values, from, to, FanOut);
    for (std::size_t level = 0; from < to; ++level)
        addEnds(extent, m_levels[level], from, to, FanOut);
    return extent;
}

} // namespace concertina
