// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/data_surveys.h"
#include "ui/services/job_slot.h"
#include "ui/setup/sample_filter.h"

#include <QDialog>

#include <optional>
#include <set>
#include <vector>

class QPushButton;
class QSplitter;

namespace concertina {

class SampleDetail;
class SampleGrid;
class TonedLabel;

/// The samples of a dataset, to be looked through beside the window: thumbnails of a split, of
/// those that a filter lets through, and one of them large with its targets. Enter gives the large
/// one all the room, Esc takes it back.
class SampleBrowser : public QDialog {
    Q_OBJECT

public:
    SampleBrowser(JobService& jobs, DataSurveys& surveys, QWidget* parent);

    /// The dataset whose samples are shown; null where there is none, and `message` says why.
    void setDataset(const ExperimentSpec& spec, const DatasetSummary* dataset,
                    const QString& message);

    /// Shows samples with this class alone.
    void showClass(const std::string& split, const std::string& target, int index);

    SampleFilterBar* filterBar() const { return m_bar; }
    SampleGrid* grid() const { return m_grid; }
    SampleDetail* detail() const { return m_detail; }

    bool isLarge() const { return m_isLarge; }

    /// What is said of the counting that a filter needs; empty where it needs none.
    QString surveyText() const;
    QPushButton* surveyButton() const { return m_surveyButton; }

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void reject() override;

private:
    void makeLayout();
    void readSplit();
    void applyFilter();
    void showSurvey();
    void loadThumbnails();
    void look(int sample);
    void showPosition();
    void setLarge(bool large);
    int splitSize() const;

    JobService& m_jobs;
    DataSurveys& m_surveys;
    ExperimentSpec m_spec;
    std::optional<DatasetSummary> m_dataset;
    Json m_shown;          ///< which dataset's samples are shown; null: none
    bool m_isRead = false; ///< whether the names of the split were asked for
    bool m_isLarge = false;
    std::set<int> m_failed; ///< samples whose thumbnails were asked for in vain
    JobSlot m_names;
    JobSlot m_thumbnails;
    JobSlot m_looks;

    SampleFilterBar* m_bar;
    QWidget* m_survey; ///< the line on the counting
    TonedLabel* m_surveyText;
    QPushButton* m_surveyButton;
    QSplitter* m_splitter;
    SampleGrid* m_grid;
    QWidget* m_gridCard;
    SampleDetail* m_detail;
};

} // namespace concertina
