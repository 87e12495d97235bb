// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/pyramid.h"

namespace concertina {

void Pyramid::push(double value) {
    m_values.push(value);
    std::size_t below = m_values.size();
    for (std::size_t level = 0; below % FanOut == 0; ++level) {
        if (level == m_levels.size())
            m_levels.emplace_back();
        const Extent block = blockOf(level, below / FanOut - 1);
        m_levels[level].push(block);
        below = m_levels[level].size();
    }
}

void Pyramid::clear() {
    m_values.clear();
    for (auto& level : m_levels)
        level.clear();
}

/// What block `block` of `m_levels[level]` sums up: values, or blocks of the level below.
Extent Pyramid::blockOf(std::size_t level, std::size_t block) const {
    Extent extent;
    for (std::size_t i = block * FanOut; i < (block + 1) * FanOut; ++i)
        add(extent, level, i);
    return extent;
}

void Pyramid::add(Extent& extent, std::size_t level, std::size_t i) const {
    if (level == 0)
        extent.add(m_values[i]);
    else
        extent.add(m_levels[level - 1][i]);
}

Extent Pyramid::extent(std::size_t from, std::size_t to) const {
    Extent extent;
    // Both ends are rounded inwards to whole blocks, which are looked at one level up.
    for (std::size_t level = 0; from < to; ++level) {
        for (; from < to && from % FanOut != 0; ++from)
            add(extent, level, from);
        for (; from < to && to % FanOut != 0; --to)
            add(extent, level, to - 1);
        from /= FanOut;
        to /= FanOut;
    }
    return extent;
}

} // namespace concertina
