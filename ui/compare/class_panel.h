// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/records.h"
#include "ui/services/job_slot.h"
#include "widgets/controls/table_panel.h"

namespace concertina {

class ClassModel;
class JobNotice;

/// What a run's metrics are of each class, over the validation split; measured when it is asked
/// for, and again for another run or checkpoint.
class ClassPanel : public TablePanel {
    Q_OBJECT

public:
    ClassPanel(JobService& jobs, QWidget* host);

    void showRun(const RunId& run, const QString& name, std::int64_t step);

    ClassModel* model() const { return m_model; }
    JobNotice* notice() const { return m_notice; }

protected:
    QString summaryOf(const std::vector<int>& rows) const override;
    QSize wantedSize() const override { return {860, 760}; }

private:
    ClassPanel(JobService& jobs, QWidget* host, ClassModel* model);
    void measure();

    JobService& m_jobs;
    JobSlot m_job;
    ClassModel* m_model;
    JobNotice* m_notice;
    RunId m_run;
    QString m_name;
    std::int64_t m_step = -1;
    bool m_isMeasured = false;
};

} // namespace concertina
