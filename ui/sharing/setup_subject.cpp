// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/setup_subject.h"

#include "core/model/plan_rules.h"
#include "ui/experiment/experiment_draft.h"

#include <algorithm>

namespace concertina {

SetupSubject::SetupSubject(ExperimentDraft& draft, const Catalogue& catalogue, QObject* parent)
    : PlanSubject(parent), m_draft(draft), m_catalogue(catalogue) {
    connect(&draft, &ExperimentDraft::changed, this, &PlanSubject::changed);
    connect(&draft, &ExperimentDraft::learned, this, &SetupSubject::adoptAnalysis);
    draft.watch();
    adoptAnalysis();
}

/// An analysis that is older than the document says nothing of what was changed since. Where rules
/// are wrong there is no whole network, and the last one that was stays.
void SetupSubject::adoptAnalysis() {
    if (!m_draft.analysis() || m_draft.isBusy())
        return;
    if (m_draft.analysis()->network && !m_draft.analysis()->costs) {
        Q_EMIT changed();
        return;
    }
    const auto& network = m_draft.analysis()->network;
    const SharedDesign known =
        network ? std::make_shared<const NetworkDesign>(*network) : SharedDesign();
    const bool sameLayers = m_after && network
                            && m_after->plan.layerNames() == network->plan.layerNames()
                            && m_after->plan.tasks == network->plan.tasks;
    if (!sameLayers)
        m_before = known;
    else if (m_after->plan != network->plan)
        m_before = std::move(m_after);
    m_after = known;
    Q_EMIT changed();
}

const ExperimentSpec& SetupSubject::spec() const {
    return m_draft.spec();
}

CostSettings SetupSubject::costs() const {
    return costSettings(spec().train, m_catalogue);
}

std::vector<std::string> SetupSubject::rules() const {
    return spec().network.sharing;
}

Problems SetupSubject::problems() const {
    return m_draft.analysis() ? m_draft.analysis()->problems : Problems{};
}

/// What is shown follows at once, the analysis of the whole experiment when it is done.
Expected<void> SetupSubject::adopt(const QString& step, const SharingPlan& plan) {
    if (!m_after || plan == m_after->plan)
        return {};
    const auto layers = m_after->sharedFactors();
    auto changed = withPlan(*m_after, plan);
    if (!changed)
        return failure(std::move(changed.error()));
    SetupValue value = m_draft.document().value();
    value.spec.network.sharing = rulesAfter(spec().network.sharing, layers, plan);
    m_before = std::exchange(m_after, std::make_shared<const NetworkDesign>(std::move(*changed)));
    m_draft.document().apply(step, std::move(value)); // reports the change
    return {};
}

QString SetupSubject::undoText() const {
    const QUndoStack& history = m_draft.document().history();
    return history.canUndo() ? history.undoText() : QString();
}

QString SetupSubject::redoText() const {
    const QUndoStack& history = m_draft.document().history();
    return history.canRedo() ? history.redoText() : QString();
}

void SetupSubject::undo() {
    m_draft.document().history().undo();
}

void SetupSubject::redo() {
    m_draft.document().history().redo();
}

} // namespace concertina
