// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/label_layout.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace concertina {

namespace {

/// Labels that touch each other: they stand as one block around the mean of their wanted places.
struct Block {
    double sum = 0; ///< of the wanted places of the block's first label
    std::size_t labels = 0;

    double first() const { return sum / static_cast<double>(labels); }
};

} // namespace

std::vector<double> spreadLabels(const std::vector<double>& wanted, double height, double low,
                                 double high) {
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return wanted[i]; });

    const double room = high - low - height;
    const auto gaps = static_cast<double>(wanted.empty() ? 0 : wanted.size() - 1);
    const double distance = gaps * height > room && gaps > 0 ? std::max(room, 0.0) / gaps : height;
    const double lowest = low + height / 2, highest = std::max(lowest, high - height / 2);

    // Blocks are joined while they overlap: each label's wanted place, less its place in the block,
    // is a wanted place for the block's first label; the mean of these is nearest to all.
    std::vector<Block> blocks;
    for (const std::size_t i : order) {
        blocks.push_back({wanted[i], 1});
        while (blocks.size() > 1) {
            const Block last = blocks.back();
            Block& before = blocks[blocks.size() - 2];
            const double reach = static_cast<double>(before.labels) * distance;
            if (last.first() >= before.first() + reach)
                break;
            before.sum += last.sum - static_cast<double>(last.labels) * reach;
            before.labels += last.labels;
            blocks.pop_back();
        }
    }
    std::vector<double> places(wanted.size());
    std::size_t next = 0;
    double free = lowest;
    for (const Block& block : blocks)
        for (std::size_t k = 0; k < block.labels; ++k, ++next) {
            const auto behind = static_cast<double>(wanted.size() - 1 - next);
            const double ideal = block.first() + static_cast<double>(k) * distance;
            const double place =
                std::clamp(ideal, free, std::max(free, highest - behind * distance));
            places[order[next]] = place;
            free = place + distance;
        }
    return places;
}

} // namespace concertina
