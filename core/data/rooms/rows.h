// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/processors.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace concertina::rooms {

/// Runs `work` for every row 0 … height − 1, in as many threads as may compute. It may touch only
/// what belongs to its row, so that the result depends on neither their number nor order.
template <class Work>
void forRows(int height, const Work& work) {
    std::atomic<int> next = 0;
    const auto run = [&] {
        for (int y = next++; y < height; y = next++)
            work(y);
    };
    static const int permitted = computeThreads(0).count;
    const int count = std::min(permitted, height);
    std::vector<std::jthread> others;
    for (int i = 1; i < count; ++i)
        others.emplace_back(run);
    run();
}

} // namespace concertina::rooms
