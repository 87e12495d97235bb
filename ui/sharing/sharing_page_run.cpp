// SPDX-License-Identifier: GPL-3.0-or-later
// The run whose plan is shown: what the store and its last checkpoint say of it.
#include "ui/services/job_service.h"
#include "ui/services/run_service.h"
#include "ui/sharing/changes_card.h"
#include "ui/sharing/compared_plan.h"
#include "ui/sharing/measured_bar.h"
#include "ui/sharing/readings_view.h"
#include "ui/sharing/sharing_page.h"
#include "ui/sharing/trial_card.h"
#include "ui/store/store_access.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/plan_matrix.h"

#include <QAction>

#include <utility>

namespace concertina {

namespace {

/// Of a run of this process; none: it has it not.
std::optional<RunState> stateOf(const RunService& runs, const RunId& run) {
    for (const OwnRun& own : runs.runs())
        if (own.run == run)
            return own.state;
    return std::nullopt;
}

} // namespace

void SharingPage::showRun(const RunId& run, int suggestFrom) {
    if (run != m_run) {
        endTrial();
        m_trial->forget();
        m_known.reset();
        delete std::exchange(m_staged, nullptr);
        m_run = run;
        m_measured->showRun(run);
        m_other->forget();
        refresh();
    }
    m_suggestFrom = suggestFrom;
    readRun();
}

/// Reads what the store has of the run, one reading at a time; nothing while it is not seen.
void SharingPage::readRun() {
    if (m_run.empty() || !isVisible())
        return;
    m_stale = true;
    if (std::exchange(m_reading, true))
        return;
    m_stale = false;
    m_context.store.call(
        this,
        [run = m_run](const Store& store) -> Expected<Known> {
            auto record = store.run(run);
            if (!record)
                return failure(std::move(record.error()));
            Known known{std::move(*record), {}};
            if (const auto checkpoints = store.checkpoints(run);
                checkpoints && !checkpoints->empty())
                known.checkpoint = checkpoints->back().position.step;
            return known;
        },
        [this, run = m_run](Expected<Known> known) {
            m_reading = false;
            if (run == m_run) {
                if (known)
                    adoptRun(std::move(*known));
                else if (known.error().code == "run.unknown") {
                    m_context.navigator.showMessage(tr("The run was deleted; its plan is gone"));
                    showSetup();
                } else if (!m_staged) {
                    m_changes->refuse(toQt(toText(known.error())));
                }
            }
            if (m_stale)
                readRun();
        });
}

/// What is staged stays, as long as the run can have it.
void SharingPage::adoptRun(Known known) {
    const Replannable possible =
        replannable(known.record, stateOf(m_context.runs, m_run), known.checkpoint);
    const bool same = m_staged && m_known && m_known->record.plan == known.record.plan
                      && m_known->record.spec == known.record.spec && possible == m_replannable;
    m_known = std::move(known);
    m_replannable = possible;
    if (!same) {
        auto draft = PlanDraft::of(m_known->record, possible.idleFrom, m_context.catalogue);
        if (!draft) {
            delete std::exchange(m_staged, nullptr);
            refresh();
            m_changes->refuse(m_known->record.plan.is_null()
                                  ? tr("The run has not begun: it has no plan yet.")
                                  : tr("The sharing of this run cannot be read."));
            return;
        }
        QString lost;
        if (m_staged != nullptr)
            if (const auto kept = draft->setRules(m_staged->rules()); !kept)
                lost = tr("What was staged no longer fits the run: %1")
                           .arg(toQt(toText(kept.error())));
        delete m_staged;
        m_staged =
            new RunSubject(std::move(*draft), possible.isPossible, m_context.catalogue, this);
        connect(m_staged, &PlanSubject::changed, this, &SharingPage::refresh);
        refresh();
        m_changes->refuse(lost);
        askReadings();
    }
    showRunWords();
    m_measured->refresh();
    Q_EMIT headerChanged(); // the step
    if (const int window = std::exchange(m_suggestFrom, 0); window > 0 && possible.isPossible)
        m_changes->suggest(window);
}

/// What gates and mixtures say of the network as it is; a run without them has no checkpoint read.
void SharingPage::askReadings() {
    ReadingsView* readings = m_changes->readings();
    readings->clear();
    m_matrix->model().setReadings({});
    if (!m_staged->before()->hasReadings()) {
        m_measured->setReadings({});
        return;
    }
    readings->wait();
    m_context.jobs.readings(m_run, {this, [this, readings, run = m_run](auto read) {
                                        if (run != m_run)
                                            return;
                                        if (!read)
                                            return readings->show(read.error());
                                        readings->show(*read, tasks());
                                        m_measured->setReadings(*read);
                                        m_matrix->model().setReadings(std::move(*read));
                                    }});
}

/// What can be taken back of the run itself.
void SharingPage::showRunWords() {
    const auto* last = m_staged != nullptr && m_staged->draft().lastChange()
                           ? &*m_staged->draft().lastChange()
                           : nullptr;
    m_undoChange->setVisible(!m_run.empty());
    m_undoChange->setEnabled(last != nullptr && m_replannable.idleFrom.has_value());
    if (last == nullptr)
        m_undoChange->setToolTip(tr("The sharing of this run has not changed so far"));
    else if (!m_replannable.idleFrom)
        m_undoChange->setToolTip(tr("<p>Stop the run first: while it is trained, or waits in "
                                    "memory, it cannot go back before \"%1\".</p>")
                                     .arg(toQt(*last).toHtmlEscaped()));
    else
        m_undoChange->setToolTip(
            tr("<p>Takes back \"%1\". The run goes on from the checkpoint before it; curves and "
               "events of what came after are kept beside them.</p>")
                .arg(toQt(*last).toHtmlEscaped()));
}

PageHeader SharingPage::header() const {
    if (m_run.empty()) {
        const QString name = toQt(m_setup->spec().name).trimmed();
        return {name.isEmpty() ? tr("New experiment") : name, tr("being set up")};
    }
    if (!m_known)
        return {tr("Run"), tr("reading…")};
    const RunSummary& run = m_known->record.summary;
    const RunState state = stateOf(m_context.runs, m_run).value_or(run.state);
    const QString note = tr("run %1 · %2 · step %3")
                             .arg(run.number)
                             .arg(toQt(std::string(stateName(state))))
                             .arg(run.position.step);
    return {toQt(run.name), note,
            state == RunState::Running ? PageHeader::Tone::Busy : PageHeader::Tone::Neutral};
}

} // namespace concertina
