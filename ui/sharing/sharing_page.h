// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/plan_cells.h"
#include "ui/experiment/replannable.h"
#include "ui/sharing/plan_picture.h"
#include "ui/sharing/run_subject.h"
#include "ui/sharing/setup_subject.h"
#include "ui/window/page.h"
#include "ui/window/page_context.h"
#include "widgets/sharing/sharing_model.h"

class QStackedWidget;

namespace concertina {

class Card;
class ChangesCard;
class ComparedPlan;
class CostsStrip;
class MeasuredBar;
class PlanMatrix;
class SharingMap;
class TrialCard;

/// How the tasks share the network, and a change of it: of the experiment that is being set up, or
/// of a run, going or not. Who owns which weights (the matrix), what runs together (the map), what
/// that costs. Edits of a run are staged; nothing is done before they are applied.
class SharingPage : public Page {
    Q_OBJECT

public:
    explicit SharingPage(PageContext context, QWidget* parent = nullptr);
    ~SharingPage() override;

    PageHeader header() const override;
    QList<QAction*> barActions() const override;
    bool hasPrimary() const override { return !m_run.empty(); }
    bool open(const PageRequest& request) override;
    RunId shownRun() const override { return m_run; }

    /// What is edited; null while a run is being read, or where it cannot be.
    PlanSubject* subject() const;

    PlanMatrix* matrix() const { return m_matrix; }
    SharingMap* map() const { return m_map; }

public Q_SLOTS:
    /// Asks the subject for what an edit of its plan comes to, as one named step.
    void edit(const concertina::PlanEdit& edit);

protected:
    void showEvent(QShowEvent* event) override;

private:
    /// What the store has of the run.
    struct Known {
        RunRecord record;
        std::optional<std::int64_t> checkpoint;
    };

    void makeActions();
    void makeLayout();
    void fillPresets();
    void fillSources();
    void connectViews();
    void showOther();

    void showSetup();
    void showRun(const RunId& run, int suggestFrom);
    void readRun();
    void adoptRun(Known known);
    void refresh();
    void showRunWords();
    void askReadings();
    std::vector<SharingTask> tasks() const;

    void choosePreset(PlanPreset preset, std::vector<std::size_t> layers = {});
    void adoptRules(const QString& step, const std::vector<std::string>& rules);
    void keepPlan();
    void openPlan();
    void savePlan();
    PlanPicture picture(bool ofMap) const;
    void savePicture(bool ofMap);
    void copyPicture(bool ofMap);
    void askToApply();
    void apply();
    void undoChange();
    void tryChange();
    void endTrial();

    PageContext m_context;
    SetupSubject* m_setup;
    RunId m_run; ///< empty: the experiment that is being set up
    std::optional<Known> m_known;
    Replannable m_replannable;
    RunSubject* m_staged = nullptr;
    int m_suggestFrom = 0;
    bool m_outdated = false; ///< what is shown, as it was changed while the page was hidden
    bool m_reading = false;
    bool m_stale = false;

    PlanMatrix* m_matrix;
    MeasuredBar* m_measured;
    SharingMap* m_map;
    Card* m_matrixCard;
    ComparedPlan* m_other;
    QStackedWidget* m_upper; ///< the map, or the other plan
    CostsStrip* m_costs;
    ChangesCard* m_changes;
    TrialCard* m_trial;
    QStackedWidget* m_lower;
    QAction* m_sources;
    QAction* m_undo;
    QAction* m_redo;
    QAction* m_presets;
    QAction* m_file;
    QAction* m_undoChange;
    QAction* m_try;
    QAction* m_discard;
    QAction* m_apply;
};

} // namespace concertina
