// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/dataset_guess.h"
#include "core/values/problem.h"
#include "widgets/controls/overlay.h"

#include <QTimer>

#include <vector>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace concertina {

class GuessedSamplesView;
class JobService;
class TonedLabel;

/// What a folder without a dataset.json seems to be, over the page: its targets, which can be
/// changed, what is not sure about them, some samples. Writes the file where a person agrees.
class GuessPanel : public Overlay {
    Q_OBJECT

public:
    /// The service outlives it.
    GuessPanel(JobService& jobs, QWidget* host);

    /// Looks at a folder's files, and opens once it knows what they could be; else `failed`.
    void look(const QString& folder);

    /// What would be written: as it was guessed, with what was changed since.
    DatasetGuess guess() const;

    /// The editors of a target.
    struct Row {
        QCheckBox* used;
        QLineEdit* name;
        QComboBox* encoding;
        QLineEdit* classes;
        QLineEdit* ignore;
        QLineEdit* scale;
    };
    const std::vector<Row>& rows() const { return m_rows; }
    QPushButton* writeButton() const { return m_write; }
    QString remarks() const;
    QString problem() const;

Q_SIGNALS:
    void written(const QString& folder);
    void failed(const QString& folder, const concertina::Problem& problem);

protected:
    QSize wantedSize() const override { return {1100, 900}; }

private:
    void layOut();
    void showGuess(DatasetGuess guess);
    void addRow(const GuessedTarget& target);
    void showKinds();
    void askSamples();
    void write();
    void showProblem(const QString& text);

    JobService& m_jobs;
    DatasetGuess m_guess;
    std::vector<Row> m_rows;
    QTimer m_patience; ///< after an edit, before samples are drawn anew
    TonedLabel* m_title;
    TonedLabel* m_place;
    QGridLayout* m_grid;
    QPlainTextEdit* m_remarks;
    GuessedSamplesView* m_samples;
    TonedLabel* m_problem;
    QPushButton* m_write;
};

} // namespace concertina
