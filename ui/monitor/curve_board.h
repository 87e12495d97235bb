// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/monitor/panels.h"
#include "ui/monitor/run_feed.h"
#include "ui/window/page_context.h"
#include "widgets/plots/curve.h"
#include "widgets/plots/plot_group.h"

#include <QWidget>

#include <functional>
#include <vector>

class QCheckBox;
class QGridLayout;
class QLabel;
class QMenu;
class QPushButton;
class QScrollArea;
class QSlider;

namespace concertina {

class PanelCard;
class SegmentedControl;

/// The plots of a run side by side, and the controls of all of them; what was chosen is
/// remembered.
class CurveBoard : public QWidget {
    Q_OBJECT

public:
    CurveBoard(const PageContext& context, RunFeed& feed, QWidget* parent = nullptr);
    ~CurveBoard() override;

    /// The controls, for the page to put where it wants.
    QWidget* controls() const { return m_controls; }

    /// Every panel that there can be for the feed's run. Where they are as before, the plots and
    /// what they show stay.
    void setPanels(const ExperimentSpec& spec, std::vector<PlotPanel> panels);
    void setMarks(const std::vector<PlotMark>& marks);

    const std::vector<PanelCard*>& shown() const { return m_cards; }
    PlotGroup& group() { return m_group; }

    QList<QAction*> plotActions() const { return m_actions; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeControls();
    void connectControls();
    void addPlotAction(const QString& text, std::function<void()> act);
    void fillMenu();
    bool isChosen(const PlotPanel& panel) const;
    void choose(const PlotPanel& panel, bool shown);
    void showPanels();
    void adoptCurves();
    void arrange();
    void setSmoothing(int hundredths);
    void adoptOptions();
    QString letterOf(int task) const;

    PageContext m_context;
    RunFeed& m_feed;
    PlotGroup m_group;
    RunId m_run; ///< whose panels these are
    ExperimentSpec m_spec;
    std::vector<PlotPanel> m_panels;
    std::vector<CurveKey> m_undone; ///< curves of lines that were taken back
    std::vector<PanelCard*> m_cards;
    std::vector<PlotMark> m_marks;

    QWidget* m_controls = nullptr;
    QSlider* m_smoothing = nullptr;
    QLabel* m_smoothingText = nullptr;
    SegmentedControl* m_axis = nullptr;
    QPushButton* m_logY = nullptr;
    QPushButton* m_outliers = nullptr;
    QPushButton* m_fit = nullptr;
    QMenu* m_menu = nullptr;
    QAction* m_undoneLines = nullptr; ///< in the menu where the run has any
    QList<QAction*> m_actions;
    QAction* m_undoneAction = nullptr;
    QScrollArea* m_area = nullptr;
    QWidget* m_grid = nullptr;
    QGridLayout* m_layout = nullptr;
    int m_columns = 0;
};

} // namespace concertina
