// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/data_survey.h"
#include "core/values/spec.h"
#include "ui/services/job_slot.h"

#include <QObject>

#include <map>
#include <optional>
#include <string>

namespace concertina {

/// What the samples of a dataset's splits have, counted where that is asked for: in parts, so that
/// what is known so far can be used, and one split at a time. Kept until the dataset is another.
class DataSurveys : public QObject {
    Q_OBJECT

public:
    static constexpr int Part = 32; ///< samples that are asked for at a time

    explicit DataSurveys(JobService& jobs, QObject* parent = nullptr);

    /// What is counted; surveys of other samples are forgotten. `dataset`: null where it is not
    /// known whether it can be read.
    void setDataset(const ExperimentSpec& spec, const DatasetSummary* dataset);
    const ExperimentSpec& spec() const { return m_spec; }

    /// Begins with a split, or goes on with it; ends the counting of another.
    void count(const std::string& split);
    void stop();

    /// As far as it has come; null where nothing was counted.
    const DataSurvey* survey(const std::string& split) const;

    bool isCounting(const std::string& split) const { return m_slot.isBusy() && m_split == split; }

    /// Why the split could not be counted to its end.
    const Problem* problem(const std::string& split) const;

Q_SIGNALS:
    void changed(); ///< any of it

private:
    void ask();

    JobService& m_jobs;
    ExperimentSpec m_spec;
    Json m_counted; ///< the samples that surveys are of; null: none
    std::map<std::string, DataSurvey> m_surveys;
    std::map<std::string, Problem> m_problems;
    std::string m_split; ///< the last that was to be counted
    JobSlot m_slot;
};

} // namespace concertina
