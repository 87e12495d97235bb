// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/predictions.h"
#include "db/records.h"
#include "ui/services/job_slot.h"
#include "widgets/controls/overlay.h"

#include <QStringList>

#include <optional>

class QComboBox;
class QPlainTextEdit;
class QPushButton;
class QSettings;
class QSpinBox;

namespace concertina {

class Dialogs;
class JobNotice;
class TonedLabel;

/// Writes what a network predicts for pictures, folders and videos: which network, of what, where
/// to and how large; then how far it is, and what could not be read. It goes on while the panel is
/// closed.
class PredictPanel : public Overlay {
    Q_OBJECT

public:
    PredictPanel(JobService& jobs, Dialogs& dialogs, QSettings& settings, QWidget* host);

    /// A run whose last checkpoint predicts; none: an exported file does.
    void setRun(const std::optional<RunId>& run, const QString& name);

    /// Files and folders, beside those that are there.
    void addInputs(const QStringList& inputs);

    QComboBox* networks() const { return m_networks; }
    QComboBox* sizes() const { return m_sizes; }
    QSpinBox* every() const { return m_every; }
    QPushButton* predictButton() const { return m_predict; }
    JobNotice* notice() const { return m_notice; }
    QString report() const;
    const QStringList& inputs() const { return m_inputs; }

public Q_SLOTS:
    void addFiles();
    void addFolder();
    void chooseTarget();

Q_SIGNALS:
    void predicted(const QString& what);

protected:
    QSize wantedSize() const override;

private:
    QWidget* makeForm();
    QPushButton* makeButton(const QString& text, void (PredictPanel::*slot)());
    void clearInputs();
    void chooseNetwork(int index);
    void refresh();
    void predict();
    void showReport(const Predictions& predictions);
    PredictRequest request() const;

    JobService& m_jobs;
    Dialogs& m_dialogs;
    QSettings& m_settings;
    JobSlot m_job;
    std::optional<RunId> m_run;
    QString m_exported; ///< a file
    QStringList m_inputs;
    QString m_target;
    QComboBox* m_networks;
    TonedLabel* m_what;
    TonedLabel* m_where;
    QComboBox* m_sizes;
    QSpinBox* m_every;
    QPlainTextEdit* m_report;
    JobNotice* m_notice;
    QPushButton* m_predict;
};

} // namespace concertina
