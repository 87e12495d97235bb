// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/spec_sets.h"

#include "core/values/spec_fields.h"

#include <algorithm>

namespace concertina {

namespace {

constexpr std::string_view passesPrefix = "epoch/";

} // namespace

ExperimentSpec withSetAlone(ExperimentSpec spec, std::size_t set) {
    const auto sets = spec.data.sets();
    if (sets.size() == 1)
        return spec;
    std::erase_if(spec.tasks, [&](const TaskSpec& task) {
        const auto learnsFrom = setsOf(task, sets);
        return std::ranges::find(learnsFrom, set) == learnsFrom.end();
    });
    for (TaskSpec& task : spec.tasks)
        task.data.clear();
    const DataSetSpec& alone = sets[set];
    DataSpec& data = spec.data;
    data.dataset = alone.dataset;
    data.name = set == 0 ? std::string() : alone.called();
    data.trainSplit = alone.trainSplit;
    data.validationSplit = alone.validationSplit;
    data.weight = 0;
    data.mix = {};
    data.others.clear();
    return spec;
}

std::string pathInSet(const std::string& path, std::size_t set) {
    constexpr std::string_view data = "data.", dataset = "data.dataset";
    if (set == 0 || !path.starts_with(data))
        return path;
    const std::string record = std::string(OthersPath) + "." + std::to_string(set - 1);
    return path.starts_with(dataset) ? record + path.substr(dataset.size())
                                     : record + "." + path.substr(data.size());
}

std::string passesSeries(const std::string& set) {
    return std::string(passesPrefix) + set;
}

std::optional<std::string> setOfPasses(const std::string& task, const std::string& name) {
    if (!task.empty() || !name.starts_with(passesPrefix))
        return std::nullopt;
    return name.substr(passesPrefix.size());
}

} // namespace concertina
