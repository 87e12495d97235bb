// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/run_subject.h"

namespace concertina {

RunSubject::RunSubject(PlanDraft draft, bool editable, const Catalogue& catalogue, QObject* parent)
    : PlanSubject(parent),
      m_catalogue(catalogue),
      m_draft(std::move(draft)),
      m_editable(editable) {}

CostSettings RunSubject::costs() const {
    return costSettings(spec().train, m_catalogue);
}

void RunSubject::take(const QString& step, PlanDraft draft) {
    if (draft.rules() != m_draft.rules()) {
        m_steps.resize(m_position);
        m_steps.push_back({step, draft.rules()});
        m_position = m_steps.size();
    }
    m_draft = std::move(draft);
    Q_EMIT changed();
}

Expected<void> RunSubject::adopt(const QString& step, const SharingPlan& plan) {
    PlanDraft tried = m_draft;
    if (auto set = tried.setPlan(plan); !set)
        return set;
    take(step, std::move(tried));
    return {};
}

Expected<void> RunSubject::add(const QString& step, const std::vector<std::string>& rules,
                               const std::map<std::string, std::string>& reasons) {
    PlanDraft tried = m_draft;
    if (auto added = tried.add(rules); !added)
        return added;
    m_reasons.insert(reasons.begin(), reasons.end());
    take(step, std::move(tried));
    return {};
}

Expected<void> RunSubject::remove(std::size_t rule) {
    PlanDraft tried = m_draft;
    const QString step = tr("remove %1").arg(QString::fromStdString(m_draft.rules()[rule]));
    if (auto removed = tried.remove(rule); !removed)
        return removed;
    take(step, std::move(tried));
    return {};
}

void RunSubject::discard() {
    PlanDraft none = m_draft;
    none.clear();
    take(tr("discard all"), std::move(none));
}

std::string RunSubject::reasonFor(const std::string& rule) const {
    const auto found = m_reasons.find(rule);
    return found == m_reasons.end() ? std::string() : found->second;
}

QString RunSubject::undoText() const {
    return m_position > 0 ? m_steps[m_position - 1].name : QString();
}

QString RunSubject::redoText() const {
    return m_position < m_steps.size() ? m_steps[m_position].name : QString();
}

void RunSubject::undo() {
    if (m_position > 0)
        goTo(m_position - 1);
}

void RunSubject::redo() {
    if (m_position < m_steps.size())
        goTo(m_position + 1);
}

/// What a step's rules made of the run then, they make of it again.
void RunSubject::goTo(std::size_t position) {
    PlanDraft draft = m_draft;
    if (!draft.setRules(position == 0 ? std::vector<std::string>() : m_steps[position - 1].rules))
        return;
    m_position = position;
    m_draft = std::move(draft);
    Q_EMIT changed();
}

} // namespace concertina
