// SPDX-License-Identifier: GPL-3.0-or-later
// What Compare shows over itself when it is asked for.
#include "ui/compare/class_panel.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/difference_panel.h"
#include "ui/compare/precision_panel.h"
#include "ui/compare/predict_panel.h"
#include "ui/compare/runner_panel.h"

namespace concertina {

void ComparePage::showClasses() {
    const ComparedRun& run = reportedRun();
    if (run.checkpoint)
        m_classes->showRun(run.id(), run.name(), run.checkpoint->position.step);
}

void ComparePage::showRunners() {
    const ComparedRun& run = reportedRun();
    if (run.checkpoint)
        m_runners->showRun(run.id(), run.name(), run.checkpoint->position.step);
}

void ComparePage::showPrecisions() {
    const ComparedRun& run = reportedRun();
    if (!run.checkpoint)
        return;
    if (m_precisions == nullptr)
        m_precisions = new PrecisionPanel(m_context.jobs, this);
    m_precisions->showRun(run.id(), run.name(), run.checkpoint->position.step);
}

void ComparePage::showDifference() {
    const std::vector<ComparedRun>& runs = m_comparison.runs();
    const bool isOne = runs.size() == 1;
    m_difference->showNetworks(
        {.run = runs.front().id(), .expanded = isOne, .name = runs.front().name()},
        {.run = runs.back().id(), .name = runs.back().name()});
}

void ComparePage::predictFiles() {
    const bool hasRun = m_comparison.isReady();
    m_predicting->setRun(hasRun ? std::optional(reportedRun().id()) : std::nullopt,
                         hasRun ? reportedRun().name() : QString());
    m_predicting->open();
}

void ComparePage::connectPredicting() {
    connect(m_predicting, &PredictPanel::predicted, this,
            [this](const QString& what) { m_context.navigator.showMessage(what); });
}

} // namespace concertina
