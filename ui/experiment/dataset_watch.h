// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "ui/services/frame.h"
#include "ui/services/job_service.h"

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <optional>

namespace concertina {

/// What is known of the dataset that a spec names; asks for it when another is named, and not
/// while one is being typed.
class DatasetWatch : public QObject {
    Q_OBJECT

public:
    explicit DatasetWatch(JobService& jobs, QObject* parent = nullptr);

    /// `askable`: false while what is chosen is no dataset yet.
    void setSpec(const ExperimentSpec& spec, bool askable);

    /// Asks again, though nothing was changed here: the files may have.
    void askAgain();

    bool isReading() const { return m_reading; }
    const std::optional<DatasetSummary>& summary() const { return m_summary; }
    const std::optional<Problem>& problem() const { return m_problem; }

    /// Samples of a split; none where it is not known.
    std::optional<int> samplesOf(const std::string& split) const;

Q_SIGNALS:
    void changed();

private:
    void ask();

    JobService& m_jobs;
    ExperimentSpec m_spec;
    std::optional<MethodChoice> m_named;
    std::optional<DatasetSummary> m_summary;
    std::optional<Problem> m_problem;
    QTimer m_patience;
    int m_serial = 0;
    bool m_reading = false;
};

/// What of a dataset is not as one would think: targets that samples lack, "depth for 3 of 8
/// train", and files that belong to none; `names`: with the first of these.
QStringList datasetGaps(const DatasetSummary& dataset, bool names);

} // namespace concertina
