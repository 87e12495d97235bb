// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/sample_size.h"
#include "core/values/data_survey.h"
#include "core/values/report.h"

#include <stop_token>
#include <string>

namespace concertina {

/// The size in which samples that a dataset makes are counted.
inline constexpr SampleSize SurveySize{96, 128};

/// Counts what samples of a split have, `count` of them from `first` on (fewer where it ends), with
/// as many threads as the process may use. Files are counted as they are stored, pixel by pixel;
/// samples that a dataset makes, in `SurveySize`. A sample with a file that can't be read has a
/// problem in place of targets. Problems: "dataset.split", "stopped".
Expected<DataSurvey> surveyData(const Dataset& dataset, const std::string& split, int first,
                                int count, const Progress& progress, const std::stop_token& stop);

/// The split of a dataset. Problem "dataset.split".
Expected<const SplitInfo*> splitOf(const Dataset& dataset, const std::string& split);

} // namespace concertina
