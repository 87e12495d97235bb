// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/sharing/plan_subject.h"

#include <optional>

namespace concertina {

class ExperimentDraft;
struct Catalogue;

/// The plan of the experiment that is being set up: edits are steps of its one history.
class SetupSubject : public PlanSubject {
    Q_OBJECT

public:
    /// Both must outlive it.
    SetupSubject(ExperimentDraft& draft, const Catalogue& catalogue, QObject* parent = nullptr);

    const SharedDesign& before() const override { return m_before; }
    const SharedDesign& after() const override { return m_after; }
    const ExperimentSpec& spec() const override;
    CostSettings costs() const override;
    std::vector<std::string> rules() const override;
    Problems problems() const override;
    Expected<void> adopt(const QString& step, const SharingPlan& plan) override;
    QString undoText() const override;
    QString redoText() const override;
    void undo() override;
    void redo() override;

private:
    void adoptAnalysis();

    ExperimentDraft& m_draft;
    const Catalogue& m_catalogue;
    SharedDesign m_before; ///< the last change of the plan
    SharedDesign m_after;
};

} // namespace concertina
