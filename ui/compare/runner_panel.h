// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/runner_times.h"
#include "db/records.h"
#include "ui/services/job_slot.h"
#include "widgets/controls/table_panel.h"

namespace concertina {

class JobNotice;
class RunnerModel;

/// How long the programs at hand take for a run's collapsed network; measured when it is asked for,
/// and again for another run or checkpoint.
class RunnerPanel : public TablePanel {
    Q_OBJECT

public:
    RunnerPanel(JobService& jobs, QWidget* host);

    void showRun(const RunId& run, const QString& name, std::int64_t step);

    RunnerModel* model() const { return m_model; }
    JobNotice* notice() const { return m_notice; }

protected:
    QString summaryOf(const std::vector<int>& rows) const override;
    QSize wantedSize() const override { return {820, 560}; }

private:
    RunnerPanel(JobService& jobs, QWidget* host, RunnerModel* model);
    void measure();

    JobService& m_jobs;
    JobSlot m_job;
    RunnerModel* m_model;
    JobNotice* m_notice;
    RunId m_run;
    QString m_name;
    std::int64_t m_step = -1;
    bool m_isMeasured = false;
};

} // namespace concertina
