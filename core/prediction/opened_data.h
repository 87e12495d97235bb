// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/data_survey.h"
#include "core/values/frame.h"
#include "core/values/problem.h"
#include "core/values/report.h"
#include "core/values/spec.h"

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace concertina {

class Dataset;

/// Sides of the pictures that a sample is looked at in.
inline constexpr int LookHeight = 720, LookWidth = 960;

/// The dataset of a spec, of several sets all of them joined, for looking at it without a run. One
/// stays open from one look to the next,
/// until another is looked at, or it is described again. From several threads at once.
class OpenedData {
public:
    /// What there is to be known of it before a run; opens it anew, as its files may be others.
    /// Problems of `openDataset`, as for all that follows.
    Expected<DatasetSummary> describe(const ExperimentSpec& spec);

    /// The samples of a split by their names, in its order. Problem "dataset.split".
    Expected<std::vector<std::string>> sampleNames(const ExperimentSpec& spec,
                                                   const std::string& split);

    /// `surveyData`.
    Expected<DataSurvey> survey(const ExperimentSpec& spec, const std::string& split, int first,
                                int count, const Progress& progress, const std::stop_token& stop);

    /// Pictures at most `height` pixels high and `width` wide.
    Expected<std::vector<SampleThumbnail>> thumbnails(const ExperimentSpec& spec,
                                                      const std::string& split,
                                                      const std::vector<int>& indices, int height,
                                                      int width, const std::stop_token& stop);

    /// A sample with all its targets. Problems: "dataset.split", "frame.index".
    Expected<DataSample> sample(const ExperimentSpec& spec, const std::string& split, int index);

private:
    Expected<std::shared_ptr<const Dataset>> dataset(const ExperimentSpec& spec, bool anew = false);

    std::mutex m_mutex; ///< guards what follows
    std::optional<MethodChoice> m_choice;
    std::shared_ptr<const Dataset> m_dataset;
};

} // namespace concertina
