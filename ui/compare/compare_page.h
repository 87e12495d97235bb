// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/comparison.h"
#include "ui/compare/comparison_pictures.h"
#include "ui/window/page.h"
#include "ui/window/page_context.h"
#include "widgets/pictures/view_state.h"

#include <QStringList>

#include <optional>
#include <string>

class QComboBox;
class QHBoxLayout;
class QStackedWidget;

namespace concertina {

class ClassPanel;
class DetailCard;
class DifferencePanel;
class ExportPanel;
class FrameStrip;
class LegendCard;
class MetricsCard;
class PictureStage;
class PrecisionPanel;
class PredictPanel;
class ReportCard;
class RunPicker;
class RunnerPanel;
class SegmentedControl;
class TonedLabel;

/// What a run's expanded and collapsed networks predict, beside each other and beside the truth;
/// two runs too. Shows the last checkpoint, and the next ones of a run that goes on.
class ComparePage : public Page {
    Q_OBJECT

public:
    explicit ComparePage(PageContext context, QWidget* parent = nullptr);
    ~ComparePage() override;

    PageHeader header() const override;
    QList<QAction*> barActions() const override;
    bool hasPrimary() const override;
    bool open(const PageRequest& request) override;
    void prefer(const RunId& run) override;

    PictureStage* stage() const { return m_stage; }
    FrameStrip* strip() const { return m_strip; }
    ReportCard* report() const { return m_report; }

public Q_SLOTS:
    void showRuns(const concertina::RunId& run, const std::optional<concertina::RunId>& other);

    /// Picture files, dropped or opened; predicted by the run that is shown, or by the one that is
    /// chosen next.
    void openImages(const QStringList& files);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void makeActions();
    QWidget* makeTools();
    QWidget* makeBody();
    void connectComparison();
    void connectParts();
    void restoreChoices();

    void runsRead();
    void fillTools();
    void fillSides();
    void fillReportRuns();
    void framesRead();
    void chooseTask(int index);
    void chooseMode(int index);
    void chooseSides();
    void showPictures(); ///< everything that shows the frame
    void restyle();
    void showMark();
    void showReport();
    void showClasses();
    void showPrecisions();
    void showRunners();
    void showDifference();
    void chooseOther();
    void chooseRun();
    void openImage();
    void predictFiles();
    void connectPredicting();
    void savePicture();
    const ComparedRun& reportedRun() const;
    void enableActions();
    int currentTask() const;
    QString whyNoFrame() const;

    PageContext m_context;
    Comparison m_comparison;
    ComparisonPictures m_pictures;
    PictureCursor m_cursor;
    std::optional<RunId> m_fitted; ///< whose tools are shown
    std::size_t m_toolRuns = 0;
    std::string m_task;
    QStringList m_kept;          ///< pictures that wait for a run
    bool m_runsFailed = false;   ///< they could not be read the last time
    bool m_choosesOther = false; ///< what the picker asks for

    QStackedWidget* m_stack;
    RunPicker* m_picker;
    QWidget* m_body;
    QHBoxLayout* m_tools;
    SegmentedControl* m_taskChoice = nullptr;
    SegmentedControl* m_modeChoice;
    QComboBox *m_leftChoice, *m_rightChoice;
    TonedLabel* m_step;
    PictureStage* m_stage;
    FrameStrip* m_strip;
    DetailCard* m_detail;
    LegendCard* m_legend;
    ReportCard* m_report;
    ExportPanel* m_export;
    PredictPanel* m_predicting;
    QComboBox* m_reportRun;
    MetricsCard* m_metrics;
    ClassPanel* m_classes;
    PrecisionPanel* m_precisions = nullptr; ///< made when it is asked for
    RunnerPanel* m_runners;
    DifferencePanel* m_difference;

    QAction* m_open = nullptr;
    QAction* m_other = nullptr;
    QAction* m_one = nullptr;
    QAction* m_another = nullptr;
    QAction* m_networks = nullptr;
    QAction* m_savePicture = nullptr;
    QAction* m_save = nullptr;
    QAction* m_predict = nullptr;
};

} // namespace concertina
