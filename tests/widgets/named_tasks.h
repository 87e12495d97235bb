// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/sharing_model.h"

#include <vector>

namespace concertina::testing {

/// Columns of a matrix, lines of a map: the three of the demo, and others behind them.
inline std::vector<SharingTask> named(int count) {
    std::vector<SharingTask> tasks{{"S", "Segmentation"}, {"D", "Depth"}, {"N", "Normals"}};
    while (tasks.size() < static_cast<std::size_t>(count))
        tasks.push_back({"T", QStringLiteral("Task %1").arg(tasks.size() + 1)});
    tasks.resize(static_cast<std::size_t>(count));
    return tasks;
}

} // namespace concertina::testing
