// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/task.h"

#include <array>
#include <cassert>

namespace concertina {

const TaskEntry& segmentationTask();
const TaskEntry& depthTask();
const TaskEntry& inverseDepthTask();
const TaskEntry& normalTask();
const TaskEntry& classificationTask();
const TaskEntry& presenceTask();
const TaskEntry& regressionTask();
const TaskEntry& detectionTask();
const TaskEntry& keypointsTask();

std::span<const TaskEntry* const> tasks() {
    static const std::array all{&segmentationTask(), &depthTask(),          &normalTask(),
                                &inverseDepthTask(), &classificationTask(), &presenceTask(),
                                &regressionTask(),   &detectionTask(),      &keypointsTask()};
    return all;
}

const TaskEntry& taskEntry(std::string_view id) {
    for (const TaskEntry* entry : tasks())
        if (entry->info.id == id)
            return *entry;
    assert(false && "validate() refuses unknown tasks");
    return *tasks().front();
}

} // namespace concertina
