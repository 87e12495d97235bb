// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/frame.h"
#include "ui/experiment/data_surveys.h"

#include <QWidget>

#include <optional>
#include <string>
#include <vector>

class QComboBox;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace concertina {

class ClassShares;
class TonedLabel;

/// What was recognized in a dataset: its splits and targets; how much each class has in a split,
/// once that is asked for; and which samples can't be read.
class DataFacts : public QWidget {
    Q_OBJECT

public:
    explicit DataFacts(DataSurveys& surveys, QWidget* parent = nullptr);

    /// `split`: whose classes are counted. Nothing is shown where the dataset is null.
    void setDataset(const DatasetSummary* dataset, const std::string& split);

    /// The sets to choose from, by name, and the one that is shown; one alone is not asked for.
    void setSets(const QStringList& names, int shown);

    /// Names stand in one column with the labels of the fields above them.
    void setLabelWidth(int width);

    const std::vector<ClassShares*>& targets() const { return m_targets; }
    QString dataText() const;
    QString surveyText() const;
    QPushButton* button() const { return m_button; }
    QComboBox* sets() const { return m_sets; }

Q_SIGNALS:
    /// Samples of the split with this class are wanted.
    void classChosen(const std::string& target, int index);
    /// Another set is to be shown.
    void setChosen(int set);

private:
    void makeRows();
    void showSurvey();
    void fitNames();

    DataSurveys& m_surveys;
    std::optional<DatasetSummary> m_dataset;
    std::string m_split;
    int m_labelWidth = 0;
    QVBoxLayout* m_rows;
    std::vector<ClassShares*> m_targets;
    TonedLabel* m_dataLabel;
    QComboBox* m_sets;
    TonedLabel* m_data;
    TonedLabel* m_state;
    QProgressBar* m_progress;
    QPushButton* m_button;
};

} // namespace concertina
