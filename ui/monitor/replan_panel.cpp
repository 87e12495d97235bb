// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/replan_panel.h"

#include "core/model/catalogue.h"
#include "core/model/costs.h"
#include "core/model/plan_change.h"
#include "core/values/text.h"
#include "ui/services/job_service.h"
#include "ui/services/run_service.h"
#include "ui/sharing/budget_line.h"
#include "ui/sharing/readings_view.h"
#include "ui/sharing/rule_line.h"
#include "ui/sharing/rule_list.h"
#include "ui/sharing/suggested_splits.h"
#include "ui/store/store_access.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/sharing_matrix.h"

#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>

namespace concertina {

void ReplanPanel::openOn(const RunRecord& record, std::optional<std::int64_t> idleFrom) {
    ++m_asked;
    m_run = record.summary.id;
    m_idleFrom = idleFrom;
    m_window = 0;
    m_reasons.clear();
    m_draft = PlanDraft::of(record, idleFrom, m_context.catalogue);
    if (!m_draft) {
        m_context.navigator.showMessage(tr("The sharing of this run cannot be read"));
        return;
    }
    m_budget->hide();
    m_rule->clear();
    m_rule->setDraft(&*m_draft);
    adopt({});
    askReadings();
    showUndo();
    open();
}

/// What gates and mixtures say of the network as it is; a run without them has no checkpoint read.
void ReplanPanel::askReadings() {
    m_matrix->setReadings({});
    m_readings->clear();
    if (!m_draft->before().hasReadings())
        return;
    m_readings->wait();
    m_context.jobs.readings(m_run, {this, [this, run = m_run](Expected<FactorReadings> readings) {
                                        if (run != m_run)
                                            return;
                                        if (!readings)
                                            return m_readings->show(readings.error());
                                        m_readings->show(*readings, tasks());
                                        m_matrix->setReadings(std::move(*readings));
                                    }});
}

std::vector<SharingTask> ReplanPanel::tasks() const {
    std::vector<SharingTask> tasks;
    for (const TaskSpec& task : m_draft->spec().tasks)
        if (const TaskInfo* info = m_context.catalogue.task(task.method.id))
            tasks.push_back({toQt(info->letter), toQt(info->label)});
    return tasks;
}

void ReplanPanel::openSuggesting(const RunRecord& record, std::optional<std::int64_t> idleFrom,
                                 int window) {
    openOn(record, idleFrom);
    if (!m_draft)
        return;
    m_window = window;
    m_budget->show();
    suggest();
}

/// The store's thread counts what each split would cost: with many layers that takes a while.
void ReplanPanel::suggest() {
    if (m_window == 0)
        return;
    m_draft->clear();
    m_reasons.clear();
    adopt({});
    m_differences->setText(tr("Looking for splits…"));
    m_context.store.call(
        this,
        [run = m_run, window = m_window, design = m_draft->before(),
         step = costSettings(m_draft->spec().train, m_context.catalogue),
         share = m_budget->share()](const Store& store) {
            return suggestedSplits(store, run, window, design, step, share);
        },
        [this, asked = ++m_asked](Expected<ReasonedRules> reasons) {
            if (asked != m_asked || !m_draft)
                return;
            if (reasons)
                adoptSuggested(std::move(*reasons));
            else
                adopt(failure(std::move(reasons.error())));
        });
}

void ReplanPanel::adoptSuggested(ReasonedRules reasons) {
    std::vector<std::string> rules;
    for (auto& [rule, reason] : reasons) {
        rules.push_back(rule);
        m_reasons[rule] = std::move(reason);
    }
    adopt(m_draft->add(rules));
    if (rules.empty())
        m_differences->setText(tr("No split is suggested: no conflict is beyond two standard "
                                  "errors, or none can be parted for so little."));
}

/// Shows the draft.
void ReplanPanel::adopt(Expected<void> changed) {
    const NetworkDesign& after = m_draft->after();
    m_matrix->setNetwork(after, tasks());
    m_rule->setChosen(m_matrix->selectedLayers());

    const auto words = differences(m_draft->before(), after);
    m_differences->setText(
        words.empty() ? tr("As it is trained now. Click a layer, or type a rule, to change it.")
                      : toQt(join(words, "\n")));
    showRules();
    refuse(changed ? QString() : toQt(toText(changed.error())));
    showCosts(!words.empty());
    m_apply->setEnabled(!words.empty());
    m_reset->setEnabled(!m_draft->rules().empty());
}

void ReplanPanel::showCosts(bool differs) {
    const CostSettings settings = costSettings(m_draft->spec().train, m_context.catalogue);
    const auto ratio = [&settings](const NetworkDesign& design) {
        return toQt(fixedText(networkCosts(design, settings).stepAgainstPlain, 2));
    };
    const QString from = ratio(m_draft->before());
    m_costs->setText(differs ? tr("Step time ÷ plain: %1 → %2").arg(from, ratio(m_draft->after()))
                             : tr("Step time ÷ plain: %1").arg(from));
}

void ReplanPanel::showUndo() {
    const auto& last = m_draft->lastChange();
    m_undo->setEnabled(last && m_idleFrom);
    if (!last)
        m_undo->setToolTip(tr("The sharing of this run has not changed so far"));
    else if (!m_idleFrom)
        m_undo->setToolTip(tr("<p>Stop the run first: while it is trained, or waits in memory, it "
                              "cannot go back before \"%1\".</p>")
                               .arg(toQt(*last).toHtmlEscaped()));
    else
        m_undo->setToolTip(tr("<p>Takes back \"%1\". The run goes on from the checkpoint before "
                              "it; curves and events of what came after are kept beside them.</p>")
                               .arg(toQt(*last).toHtmlEscaped()));
    m_undo->setAccessibleDescription(m_undo->toolTip());
}

/// Why something was not done, in place of the hint; empty: nothing.
void ReplanPanel::refuse(const QString& why) {
    m_refusal->setText(why);
    m_refusal->setVisible(!why.isEmpty());
    if (!why.isEmpty())
        m_words->verticalScrollBar()->setValue(0);
    m_rule->setRefusal(why);
}

void ReplanPanel::showRules() {
    std::vector<RuleList::Entry> entries;
    for (const std::string& rule : m_draft->rules()) {
        const auto reason = m_reasons.find(rule);
        entries.push_back(
            {toQt(rule), reason == m_reasons.end() ? QString() : toQt(reason->second)});
    }
    m_rules->show(entries);
}

/// With the last rule its button goes, and the keyboard to where another can be typed.
void ReplanPanel::remove(std::size_t rule) {
    const QString text = toQt(m_draft->rules()[rule]);
    const auto removed = m_draft->remove(rule);
    if (removed && m_draft->rules().empty())
        m_rule->setFocus();
    adopt({});
    if (!removed)
        refuse(tr("\"%1\" stays: a rule below builds on it, and is to be removed first. %2")
                   .arg(text, toQt(toText(removed.error()))));
}

void ReplanPanel::addTyped(const std::string& rule) {
    auto added = m_draft->add({rule});
    if (added)
        m_rule->clear();
    adopt(std::move(added));
}

void ReplanPanel::apply() {
    m_context.runs.changePlan(m_run, m_draft->rules());
    m_context.navigator.showMessage(m_idleFrom ? tr("The sharing changes when the run goes on")
                                               : tr("The sharing changes before the next step"));
    dismiss();
}

void ReplanPanel::undo() {
    m_context.runs.undoPlanChange(m_run, this, [this](const std::string& change) {
        m_context.navigator.showMessage(tr("Taken back: %1").arg(toQt(change)));
    });
    dismiss();
}

} // namespace concertina
