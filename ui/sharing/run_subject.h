// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/plan_draft.h"
#include "ui/sharing/plan_subject.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

/// The plan of a run, with changes that are staged: rules on top of what is trained, none of which
/// takes effect before it is applied.
class RunSubject : public PlanSubject {
    Q_OBJECT

public:
    /// `editable`: whether the run can still be trained. The catalogue must outlive it.
    RunSubject(PlanDraft draft, bool editable, const Catalogue& catalogue,
               QObject* parent = nullptr);

    const SharedDesign& before() const override { return m_draft.before(); }
    const SharedDesign& after() const override { return m_draft.after(); }
    const ExperimentSpec& spec() const override { return m_draft.spec(); }
    CostSettings costs() const override;
    std::vector<std::string> rules() const override { return m_draft.rules(); }
    Expected<void> adopt(const QString& step, const SharingPlan& plan) override;
    bool isEditable() const override { return m_editable; }
    QString undoText() const override;
    QString redoText() const override;
    void undo() override;
    void redo() override;

    const PlanDraft& draft() const { return m_draft; }

    /// Rules that were typed or suggested, with their reasons; all of them or none.
    Expected<void> add(const QString& step, const std::vector<std::string>& rules,
                       const std::map<std::string, std::string>& reasons = {});

    /// Takes a rule out, or says why it must stay.
    Expected<void> remove(std::size_t rule);

    void discard(); ///< all that is staged, as a step

    /// Why a rule was suggested; empty where it was not.
    std::string reasonFor(const std::string& rule) const;

private:
    struct Step {
        QString name;
        std::vector<std::string> rules; ///< after it
    };

    void take(const QString& step, PlanDraft draft);
    void goTo(std::size_t position);

    const Catalogue& m_catalogue;
    PlanDraft m_draft;
    bool m_editable;
    std::vector<Step> m_steps;
    std::size_t m_position = 0; ///< steps that are done
    std::map<std::string, std::string> m_reasons;
};

} // namespace concertina
