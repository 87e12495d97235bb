// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prediction/opened_data.h"

#include "core/data/data_survey.h"
#include "core/data/sample_looks.h"
#include "core/data/target_tensors.h"
#include "core/training/opened_sets.h"

namespace concertina {

namespace {

SampleSize madeSize(const ExperimentSpec& spec) {
    return {spec.data.height, spec.data.width};
}

} // namespace

Expected<std::shared_ptr<const Dataset>> OpenedData::dataset(const ExperimentSpec& spec,
                                                             bool anew) {
    // Held while it is opened: who else wants it waits for the same.
    const std::lock_guard lock(m_mutex);
    if (!anew && m_choice == spec.data.dataset && spec.data.others.empty())
        return m_dataset;
    m_choice.reset();
    m_dataset.reset();
    if (!spec.data.others.empty()) { // as a run has them; nothing looks at these twice
        auto joined = openSets(spec, {});
        return joined ? Expected<std::shared_ptr<const Dataset>>(std::move(joined->dataset))
                      : failure(joined.error());
    }
    auto opened = openDataset(spec.data.dataset);
    if (!opened)
        return failure(opened.error());
    m_choice = spec.data.dataset;
    m_dataset = std::move(*opened);
    return m_dataset;
}

Expected<DatasetSummary> OpenedData::describe(const ExperimentSpec& spec) {
    const auto opened = dataset(spec, true);
    if (!opened)
        return failure(opened.error());
    const DatasetDescription& description = (*opened)->description();
    DatasetSummary summary;
    summary.name = description.name;
    summary.unused = description.unused;
    summary.fingerprint = description.fingerprint;
    for (const SplitInfo& split : description.splits)
        summary.splits.push_back({split.name, split.size, split.targetCounts});
    for (const TargetInfo& target : description.targets)
        summary.targets.push_back({target.name, static_cast<int>(target.classes.size()),
                                   target.kind, targetTensors(*target.kind).namesCount()});
    return summary;
}

Expected<std::vector<std::string>> OpenedData::sampleNames(const ExperimentSpec& spec,
                                                           const std::string& split) {
    const auto opened = dataset(spec);
    if (!opened)
        return failure(opened.error());
    const auto info = splitOf(**opened, split);
    if (!info)
        return failure(info.error());
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>((*info)->size));
    for (int i = 0; i < (*info)->size; ++i)
        names.push_back((*opened)->sampleName(split, i));
    return names;
}

Expected<DataSurvey> OpenedData::survey(const ExperimentSpec& spec, const std::string& split,
                                        int first, int count, const Progress& progress,
                                        const std::stop_token& stop) {
    const auto opened = dataset(spec);
    if (!opened)
        return failure(opened.error());
    return surveyData(**opened, split, first, count, progress, stop);
}

Expected<std::vector<SampleThumbnail>> OpenedData::thumbnails(const ExperimentSpec& spec,
                                                              const std::string& split,
                                                              const std::vector<int>& indices,
                                                              int height, int width,
                                                              const std::stop_token& stop) {
    const auto opened = dataset(spec);
    if (!opened)
        return failure(opened.error());
    return thumbnailsOf(**opened, split, indices, {{height, width}, madeSize(spec)}, stop);
}

Expected<DataSample> OpenedData::sample(const ExperimentSpec& spec, const std::string& split,
                                        int index) {
    const auto opened = dataset(spec);
    if (!opened)
        return failure(opened.error());
    const auto info = splitOf(**opened, split);
    if (!info)
        return failure(info.error());
    if (index < 0 || index >= (*info)->size)
        return failure({"frame.index", split, "sample " + std::to_string(index),
                        "0 to " + std::to_string((*info)->size - 1), ""});
    return lookAt(**opened, split, index, {{LookHeight, LookWidth}, madeSize(spec)});
}

} // namespace concertina
