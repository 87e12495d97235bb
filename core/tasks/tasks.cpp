// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/task.h"

#include <array>
#include <cassert>

namespace concertina {

const TaskEntry& segmentationTask();
const TaskEntry& depthTask();
const TaskEntry& normalTask();

std::span<const TaskEntry* const> tasks() {
    static const std::array all{&segmentationTask(), &depthTask(), &normalTask()};
    return all;
}

const TaskEntry& taskEntry(const std::string& id) {
    for (const TaskEntry* entry : tasks())
        if (entry->info.id == id)
            return *entry;
    assert(false && "validate() refuses unknown tasks");
    return *tasks().front();
}

ValueMap toValueMap(const torch::Tensor& map, TargetKind kind) {
    const torch::Tensor values = map.detach().to(torch::kFloat32).cpu().contiguous();
    const auto* first = values.data_ptr<float>();
    return {kind, static_cast<int>(map.size(-2)), static_cast<int>(map.size(-1)),
            {first, first + values.numel()}};
}

} // namespace concertina
