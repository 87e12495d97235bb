// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/head_outputs.h"

#include <algorithm>

namespace concertina {

ClassCounts classCounts(const Json& dataset) {
    ClassCounts counts;
    const Json targets = dataset.is_object() ? dataset.value("targets", Json()) : Json();
    if (!targets.is_array())
        return counts;
    for (const Json& target : targets) {
        if (!target.is_object() || !target.contains("name") || !target["name"].is_string())
            continue;
        const Json classes = target.value("classes", Json());
        counts[target["name"].get<std::string>()] =
            classes.is_array() ? static_cast<int>(classes.size()) : 0;
    }
    return counts;
}

ClassCounts classCounts(const Json& dataset, const ExperimentSpec& spec) {
    ClassCounts counts = classCounts(dataset);
    if (spec.data.others.empty())
        addClasses(counts, spec, 0, ClassCounts(counts));
    return counts;
}

void addClasses(ClassCounts& all, const ExperimentSpec& spec, std::size_t set,
                const ClassCounts& own) {
    const auto sets = spec.data.sets();
    if (sets.size() == 1)
        all.insert(own.begin(), own.end());
    for (const TaskSpec& task : spec.tasks) {
        const auto learnsFrom = setsOf(task, sets);
        const auto known = own.find(task.learns());
        if (!learnsFrom.empty() && learnsFrom.front() == set && known != own.end())
            all[task.targetName()] = known->second;
    }
}

bool lacksClasses(const TaskSpec& task, const Catalogue& catalogue, const ClassCounts& classes) {
    const TaskInfo* info = catalogue.task(task.method.id);
    return info != nullptr && info->target->hasNames() && !classes.contains(task.targetName());
}

std::vector<int> headOutputs(const ExperimentSpec& spec, const Catalogue& catalogue,
                             const ClassCounts& classes, int unknown) {
    std::vector<int> outputs;
    for (const TaskSpec& task : spec.tasks) {
        const TaskInfo& info = *catalogue.task(task.method.id);
        const auto known = classes.find(task.targetName());
        const int classCount = known != classes.end() ? known->second : 0;
        const int count = lacksClasses(task, catalogue, classes) ? unknown : classCount;
        outputs.push_back(
            std::max(1, info.target->outputs(count))); // a head without a channel is none
    }
    return outputs;
}

} // namespace concertina
