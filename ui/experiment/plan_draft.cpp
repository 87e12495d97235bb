// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/plan_draft.h"

#include "core/model/head_outputs.h"
#include "core/model/plan_change.h"
#include "core/model/rules_between.h"
#include "core/model/sharing_edit.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

/// The design of a run's network as its record has it: heads as its dataset wants them.
std::optional<NetworkDesign> recordedDesign(const ExperimentSpec& spec, const RunRecord& record,
                                            const Catalogue& catalogue) {
    const auto isUnknown = [&](const TaskSpec& task) {
        return catalogue.task(task.method.id) == nullptr;
    };
    if (std::ranges::any_of(spec.tasks, isUnknown)
        || catalogue.backbone(spec.network.backbone.id) == nullptr)
        return std::nullopt;
    auto now = planFromJson(record.plan);
    if (!now)
        return std::nullopt;
    const auto outputs = headOutputs(spec, catalogue, classCounts(record.dataset, spec));
    auto design =
        designNetwork(spec, catalogue, outputs, spec.network.planChanges.size(), std::move(*now));
    return design ? std::optional(std::move(*design)) : std::nullopt;
}

bool isStateRule(const std::string& rule) {
    const auto parsed = parseSharingRule(rule);
    return parsed && parsed->state;
}

} // namespace

std::optional<PlanDraft> PlanDraft::of(const RunRecord& record,
                                       std::optional<std::int64_t> idleFrom,
                                       const Catalogue& catalogue) {
    PlanDraft draft;
    draft.m_catalogue = &catalogue;
    draft.m_step = idleFrom.value_or(record.summary.position.step);
    draft.m_spec = readSpec(record.spec).spec;
    std::vector<std::string>& changes = draft.m_spec.network.planChanges;
    if (!std::ranges::all_of(
            changes, [](const std::string& text) { return parsePlanChange(text).has_value(); }))
        return std::nullopt;
    const auto all = draft.m_spec.network;
    changes.resize(std::min(changes.size(), record.planChanges.size()));
    auto design = recordedDesign(draft.m_spec, record, catalogue);
    if (!design)
        return std::nullopt;
    draft.m_before = std::make_shared<const NetworkDesign>(std::move(*design));
    if (const auto until = idleFrom ? changesBefore(all, *idleFrom + 1) : 0;
        until > changes.size()) {
        changes.assign(all.planChanges.begin(),
                       all.planChanges.begin() + static_cast<std::ptrdiff_t>(until));
        draft.m_before = std::make_shared<const NetworkDesign>(
            designAfter(draft.m_spec.network, until, *draft.m_before, catalogue));
    }
    if (!changes.empty())
        draft.m_lastChange = changes.back();
    draft.clear();
    return draft;
}

void PlanDraft::clear() {
    m_network = m_spec.network;
    m_after = m_before;
    m_rules.clear();
}

std::optional<Problem> PlanDraft::take(const std::string& rule) {
    auto changed = withPlanChange(m_network, {m_step, {rule}}, *m_after, *m_catalogue);
    if (!changed)
        return std::move(changed.error());
    m_network = std::move(*changed);
    m_after = std::make_shared<const NetworkDesign>(
        designAfter(m_network, m_network.planChanges.size(), *m_before, *m_catalogue));
    m_rules.push_back(rule);
    return std::nullopt;
}

Expected<void> PlanDraft::add(const std::vector<std::string>& rules) {
    PlanDraft tried = *this;
    std::optional<Problem> idle;
    for (const std::string& rule : rules)
        if (auto problem = tried.take(rule)) {
            if (problem->code != "plan_change.nothing")
                return failure(std::move(*problem));
            idle = std::move(problem);
        }
    if (idle && tried.m_rules.size() == m_rules.size())
        return failure(std::move(*idle));
    *this = std::move(tried);
    return {};
}

Expected<void> PlanDraft::remove(std::size_t rule) {
    PlanDraft tried = *this;
    tried.clear();
    for (std::size_t i = 0; i < m_rules.size(); ++i)
        if (i != rule)
            if (auto problem = tried.take(m_rules[i]))
                return failure(std::move(*problem));
    *this = std::move(tried);
    return {};
}

Expected<void> PlanDraft::setState(const std::vector<std::size_t>& layers, SharingState state) {
    std::vector<std::string> rules = m_rules;
    for (const std::string& pattern : layerPatterns(m_before->plan.layerNames(), layers)) {
        // A kernel that is made anew, or a factor's own groups, build on the states before them.
        const auto last = std::find_if_not(rules.rbegin(), rules.rend(), isStateRule).base();
        rules.erase(std::remove_if(last, rules.end(),
                                   [&](const std::string& rule) {
                                       return parseSharingRule(rule).value().layers == pattern;
                                   }),
                    rules.end());
        rules.push_back(toText(SharingRule{.layers = pattern, .state = state}));
    }
    return setRules(rules);
}

Expected<void> PlanDraft::setRules(const std::vector<std::string>& rules) {
    PlanDraft tried = *this;
    tried.clear();
    for (const std::string& rule : rules)
        if (auto problem = tried.take(rule); problem && problem->code != "plan_change.nothing")
            return failure(std::move(*problem));
    *this = std::move(tried);
    return {};
}

Expected<void> PlanDraft::setPlan(const SharingPlan& plan) {
    PlanDraft tried = *this;
    tried.clear();
    for (const std::string& rule : m_rules)
        if (const auto kernels = parseKernelRule(rule); kernels && *kernels)
            if (auto problem = tried.take(rule))
                return failure(std::move(*problem));
    const auto layers = tried.after()->sharedFactors();
    for (const std::string& rule : rulesBetween(tried.after()->plan, plan, layers))
        if (auto problem = tried.take(rule); problem && problem->code != "plan_change.nothing")
            return failure(std::move(*problem));
    *this = std::move(tried);
    return {};
}

} // namespace concertina
