// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/report.h"
#include "core/values/spec.h"
#include "db/records.h"
#include "ui/services/job_slot.h"
#include "widgets/controls/card.h"

#include <QString>

#include <optional>
#include <string>
#include <vector>

class QGridLayout;
class QToolButton;

namespace concertina {

class JobNotice;
class Pill;
class TonedLabel;

/// What collapsing a run's last checkpoint changes: sizes and times of both networks, how far
/// their outputs are apart, and whether that is no more than rounding. Measured once a run, and
/// again when asked: a run that goes on keeps its processors.
class ReportCard : public Card {
    Q_OBJECT

public:
    explicit ReportCard(JobService& jobs, QWidget* parent = nullptr);

    /// Names of tasks by id are for people. Nothing is measured anew for the run that is shown.
    void showRun(const RunId& run, std::int64_t step,
                 const std::vector<std::pair<std::string, QString>>& tasks);
    void showNothing();

    /// A later checkpoint is there.
    void setLatestStep(std::int64_t step);

    /// Writes the collapsed network of a run; shows in the card how it goes.
    void save(const RunId& run, const MethodChoice& format, const std::string& place);

    const std::optional<CollapseReport>& report() const { return m_report; }
    const std::optional<VerifyReport>& verdict() const { return m_verify; }
    Pill* verdictPill() const { return m_verdict; }
    QToolButton* layersButton() const { return m_layers; }
    QToolButton* runnersButton() const { return m_runners; }

Q_SIGNALS:
    void measured();
    void saved(const QString& place);
    void saveFailed(const concertina::Problem& problem);
    void runnersAsked();
    void differenceAsked();

private:
    void measure();
    void verify(bool layers);
    void showReport();
    void addRow(const QString& name, const QString& left, const QString& right,
                const QString& tip = {});
    void addSection(const QString& name, const QString& left = {}, const QString& right = {});
    void addOwners(const WeightOwners& owners);
    void addDifferences();
    void clearRows();
    QString taskName(const std::string& id) const;

    JobService& m_jobs;
    JobSlot m_job;
    JobSlot m_saving;
    RunId m_run;
    std::int64_t m_step = 0;
    std::int64_t m_latest = 0;
    std::vector<std::pair<std::string, QString>> m_tasks;
    std::optional<CollapseReport> m_report;
    std::optional<VerifyReport> m_verify;

    Pill* m_verdict;
    QToolButton* m_copy;
    QToolButton* m_again;
    QToolButton* m_layers;
    QToolButton* m_runners;
    QToolButton* m_nodes;
    QGridLayout* m_grid;
    int m_row = 0;
    TonedLabel* m_reason;
    TonedLabel* m_saved;
    JobNotice* m_notice;
    JobNotice* m_savingNotice;
};

} // namespace concertina
