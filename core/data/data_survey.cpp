// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data_survey.h"

#include "core/data/file_dataset.h"
#include "core/data/in_order.h"
#include "core/data/target_tensors.h"

#include <algorithm>

namespace concertina {

namespace {

SurveyedTarget countedTarget(const TargetPlane& stored, const TargetInfo& info) {
    if (stored.empty())
        return {};
    const TargetTensors& tensors = targetTensors(*info.kind);
    SurveyedTarget counted{.has = true, .names = tensors.amounts(stored, info)};
    if (tensors.namesCount() == NamesCount::Pixels)
        for (const NameAmount& name : counted.names) // all that is known
            counted.known += static_cast<std::int64_t>(name.amount);
    else
        counted.known = tensors.known(stored, info);
    return counted;
}

SurveyedSample countedSample(const Dataset& dataset, const std::string& split, int index) {
    SurveyedSample counted{.name = dataset.sampleName(split, index)};
    std::vector<TargetPlane> targets;
    if (const auto* files = dynamic_cast<const FileDataset*>(&dataset)) {
        // Pictures are decoded too, as what can't be read is to be found: small, where that is
        // quicker.
        StoredSample stored = files->storedSample(split, index, SurveySize);
        if (!stored.problems.empty())
            counted.problem = std::move(stored.problems.front());
        targets = std::move(stored.targets);
    } else {
        auto sample = dataset.sample(split, index, SurveySize.height, SurveySize.width);
        if (!sample)
            counted.problem = std::move(sample.error());
        else
            targets = std::move(sample->targets);
    }
    if (counted.problem)
        return counted;
    const auto& infos = dataset.description().targets;
    for (std::size_t t = 0; t < std::min(targets.size(), infos.size()); ++t)
        counted.targets.push_back(countedTarget(targets[t], infos[t]));
    return counted;
}

} // namespace

Expected<const SplitInfo*> splitOf(const Dataset& dataset, const std::string& split) {
    const DatasetDescription& description = dataset.description();
    if (const SplitInfo* found = description.split(split))
        return found;
    std::vector<std::string> names;
    for (const SplitInfo& one : description.splits)
        names.push_back(one.name);
    return failure({"dataset.split", split, "no such split", "a split of " + description.name,
                    suggestion(split, names)});
}

Expected<DataSurvey> surveyData(const Dataset& dataset, const std::string& split, int first,
                                int count, const Progress& progress, const std::stop_token& stop) {
    const auto info = splitOf(dataset, split);
    if (!info)
        return failure(info.error());
    DataSurvey survey{.split = split, .size = (*info)->size};
    for (const TargetInfo& target : dataset.description().targets)
        survey.targets.push_back(
            {target.name, target.kind, targetTensors(*target.kind).namesCount(), target.classes});
    const int from = std::clamp(first, 0, survey.size);
    const int samples = std::clamp(count, 0, survey.size - from);
    InOrder<SurveyedSample> counted(samples,
                                    [&](int i) { return countedSample(dataset, split, from + i); });
    for (int i = 0; i < samples; ++i) {
        if (stop.stop_requested())
            return failure(stoppedProblem(dataset.description().name));
        progress(static_cast<double>(from + i) / survey.size,
                 "sample " + std::to_string(from + i + 1) + " of " + std::to_string(survey.size));
        survey.samples.push_back(counted.take(i));
    }
    return survey;
}

} // namespace concertina
