// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"
#include "ui/services/job_slot.h"
#include "widgets/controls/table_panel.h"

class QCheckBox;
class QPushButton;

namespace concertina {

class DifferenceModel;
class Dialogs;
class JobNotice;
class TonedLabel;

/// Two networks side by side, node by node: of one run the expanded and the collapsed one, of two
/// runs what they ship, or a run and a file.
class DifferencePanel : public TablePanel {
    Q_OBJECT

public:
    DifferencePanel(JobService& jobs, Dialogs& dialogs, QWidget* host);

    /// Compares them as they are now.
    void showNetworks(NetworkPick left, NetworkPick right);

    DifferenceModel* model() const { return m_model; }
    JobNotice* notice() const { return m_notice; }
    QCheckBox* only() const { return m_only; }
    QPushButton* fileButton() const { return m_file; }
    QString details() const;

protected:
    QString summaryOf(const std::vector<int>& rows) const override;

private:
    DifferencePanel(JobService& jobs, Dialogs& dialogs, QWidget* host, DifferenceModel* model);
    void layOut();
    void compare();
    void chooseFile();
    void showDetails();

    JobService& m_jobs;
    Dialogs& m_dialogs;
    JobSlot m_job;
    DifferenceModel* m_model;
    JobNotice* m_notice;
    QCheckBox* m_only;
    QPushButton* m_file;
    TonedLabel* m_details;
    NetworkPick m_left, m_right;
    bool m_isCompared = false;
};

} // namespace concertina
