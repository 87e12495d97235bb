// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/records.h"
#include "ui/services/job_slot.h"
#include "widgets/controls/table_panel.h"

namespace concertina {

class JobNotice;
class PrecisionModel;
class SegmentedControl;

/// What a run's collapsed network is worth with its weights in each type that exports have, and
/// what each of its layers loses in 8 bits; measured when it is asked for, and again for another
/// run or checkpoint.
class PrecisionPanel : public TablePanel {
    Q_OBJECT

public:
    PrecisionPanel(JobService& jobs, QWidget* host);

    void showRun(const RunId& run, const QString& name, std::int64_t step);

    PrecisionModel* model() const { return m_model; }
    JobNotice* notice() const { return m_notice; }
    SegmentedControl* rowsChoice() const { return m_choice; }

protected:
    QString summaryOf(const std::vector<int>& rows) const override;
    QSize wantedSize() const override { return {1040, 720}; }

private:
    PrecisionPanel(JobService& jobs, QWidget* host, PrecisionModel* model);
    void measure();
    void showReport();

    JobService& m_jobs;
    JobSlot m_job;
    PrecisionModel* m_model;
    SegmentedControl* m_choice;
    JobNotice* m_notice;
    RunId m_run;
    QString m_name;
    std::int64_t m_step = -1;
};

} // namespace concertina
