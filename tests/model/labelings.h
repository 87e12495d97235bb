// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/partition.h"

#include <algorithm>
#include <vector>

namespace concertina {

/// A partition written plainly: the label of each task; those of one label are together.
using Labeling = std::vector<int>;

/// Every partition of so many tasks, once: 1, 2, 5, 15, 52 for 1 to 5 tasks. Each task has the
/// label of one before it or the next new one.
inline std::vector<Labeling> allLabelings(int tasks) {
    std::vector<Labeling> all{{}};
    for (int task = 0; task < tasks; ++task) {
        std::vector<Labeling> longer;
        for (const Labeling& labeling : all) {
            const int next = labeling.empty() ? 0 : *std::ranges::max_element(labeling) + 1;
            for (int label = 0; label <= next; ++label) {
                longer.push_back(labeling);
                longer.back().push_back(label);
            }
        }
        all = std::move(longer);
    }
    return all;
}

inline Partition fromLabels(const Labeling& labeling) {
    Partition partition;
    for (std::size_t task = 0; task < labeling.size(); ++task) {
        const auto group = static_cast<std::size_t>(labeling[task]);
        if (partition.groups.size() <= group)
            partition.groups.resize(group + 1, 0);
        partition.groups[group] |= TaskSet{1} << task;
    }
    return partition;
}

inline Labeling labelingOf(const Partition& partition, int tasks) {
    Labeling labeling;
    for (int task = 0; task < tasks; ++task)
        labeling.push_back(groupOf(partition, task));
    return labeling;
}

} // namespace concertina
