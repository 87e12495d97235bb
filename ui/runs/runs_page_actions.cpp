// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done with runs that are selected.
#include "ui/runs/runs_page.h"

#include "core/values/presets.h"
#include "core/values/stop_after.h"
#include "ui/runs/begin_menu.h"
#include "ui/runs/run_details.h"
#include "ui/runs/run_trash.h"
#include "ui/runs/runs_model.h"
#include "ui/services/run_service.h"
#include "ui/store/store_access.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/qt_text.h"

#include <QAction>
#include <QLineEdit>
#include <QTreeView>

#include <algorithm>

namespace concertina {

namespace {

/// Keeps messages readable where names are long.
QString briefly(const QString& name) {
    constexpr qsizetype limit = 60;
    return name.size() > limit ? name.left(limit) + QStringLiteral("…") : name;
}

bool contains(const std::vector<RunId>& runs, const RunId& run) {
    return std::find(runs.begin(), runs.end(), run) != runs.end();
}

} // namespace

QAction* RunsPage::addTableAction(const QString& text, const QString& help,
                                  const QKeySequence& keys, void (RunsPage::*act)()) {
    auto* action = new QAction(text, this);
    action->setToolTip(help);
    action->setShortcut(keys);
    // While the table has the focus: elsewhere these keys belong to texts.
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, act);
    m_table->addAction(action);
    addAction(action);
    return action;
}

void RunsPage::makeActions() {
    m_monitor = addTableAction(tr("Open in Monitor"), tr("Shows the curves of the selected run"),
                               Qt::Key_Return, &RunsPage::openMonitor);
    m_compare = addTableAction(tr("Compare"),
                               tr("Shows predictions of the selected run, or of two beside "
                                  "each other"),
                               Qt::CTRL | Qt::Key_Return, &RunsPage::openCompare);
    m_resume = addTableAction(tr("Resume"), tr("Goes on with the run from its last checkpoint"),
                              Qt::CTRL | Qt::Key_R, &RunsPage::resumeRun);
    m_clone = addTableAction(tr("Clone into Set-up"),
                             tr("Opens a copy of the run's spec, to be changed and started"),
                             Qt::CTRL | Qt::Key_D, &RunsPage::cloneSpec);
    auto* begin = new BeginMenu(
        m_context,
        [this]() -> std::optional<RunId> {
            const RunRow* one = theRun();
            return one != nullptr ? std::optional(one->run.id) : std::nullopt;
        },
        this);
    connect(begin, &BeginMenu::refused, this, &RunsPage::refuse);
    m_begun = begin->menuAction();
    m_begun->setToolTip(tr("A new run that begins as this one ended, with its tasks, with another "
                           "one, or without one"));
    m_table->addAction(m_begun);
    m_rename = addTableAction(tr("Rename"), tr("Gives the run another name"), Qt::Key_F2,
                              &RunsPage::renameRun);
    m_delete = addTableAction(tr("Delete"),
                              tr("Deletes the selected runs with their files; can be undone until "
                                 "the window closes"),
                              QKeySequence::Delete, &RunsPage::deleteRuns);
    m_undo = new QAction(tr("Undo delete"), this);
    m_undo->setToolTip(tr("Brings back what was deleted last"));
    m_undo->setShortcut(QKeySequence::Undo);
    connect(m_undo, &QAction::triggered, this, &RunsPage::undoDelete);
    addAction(m_undo);
    auto* find = new QAction(tr("Filter runs"), this);
    find->setToolTip(tr("Puts the cursor into the filter"));
    find->setShortcut(QKeySequence::Find);
    connect(find, &QAction::triggered, this, [this] {
        m_filter->setFocus(Qt::ShortcutFocusReason);
        m_filter->selectAll();
    });
    addAction(find);
}

bool RunsPage::open(const PageRequest& request) {
    return std::holds_alternative<ListRuns>(request);
}

QList<QAction*> RunsPage::barActions() const {
    return {m_resume, m_clone, m_compare, m_monitor};
}

std::vector<RunId> RunsPage::selectedRuns() const {
    std::vector<RunId> all;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        for (const RunId& run : m_model->runsAt(index))
            if (!contains(all, run))
                all.push_back(run);
    return all;
}

std::vector<RunId> RunsPage::selectedLines() const {
    std::vector<RunId> all;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows()) {
        const auto runs = m_model->runsAt(index);
        if (!runs.empty() && !contains(all, runs.front()))
            all.push_back(runs.front());
    }
    return all;
}

const RunRow* RunsPage::theRun() const {
    const auto lines = selectedLines();
    return lines.size() == 1 ? m_model->find(lines.front()) : nullptr;
}

/// A run that another process has in its memory is that one's to go on with.
bool RunsPage::isResumable(const RunRow& row) const {
    if (row.run.state == RunState::Finished && row.run.id == m_cut)
        return true;
    if (!canResume(row.run.state))
        return false;
    if (row.run.state == RunState::Interrupted || !row.run.owner)
        return true;
    const auto own = m_context.runs.runs();
    return std::any_of(own.begin(), own.end(), [&](const OwnRun& run) {
        return run.run == row.run.id && run.state == RunState::Paused;
    });
}

void RunsPage::updateActions() {
    const auto lines = selectedLines();
    const auto all = selectedRuns();
    const RunRow* one = theRun();
    m_monitor->setEnabled(one != nullptr);
    m_clone->setEnabled(one != nullptr);
    m_begun->setEnabled(one != nullptr);
    m_rename->setEnabled(one != nullptr && all.size() == 1);
    updateResume();
    m_compare->setEnabled(lines.size() == 1 || lines.size() == 2);
    m_compare->setText(lines.size() == 2 ? tr("Compare both") : tr("Compare"));
    m_delete->setEnabled(!all.empty());
    m_undo->setEnabled(!m_trash->isEmpty());
    const bool shown = lines.size() == 1 || lines.size() == 2;
    m_details->showRuns(shown ? lines : std::vector<RunId>(), static_cast<int>(lines.size()));
}

void RunsPage::updateResume() {
    const RunRow* one = theRun();
    m_resume->setEnabled(one != nullptr && selectedRuns().size() == 1 && isResumable(*one));
    m_resume->setText(one != nullptr && one->run.id == m_cut ? tr("Go on to step %1").arg(m_plan)
                                                             : tr("Resume"));
}

void RunsPage::beginExperiment() {
    const EmbeddedText& first = presets().front();
    m_context.navigator.open(EditSpec{
        readSpecText(first.text).spec,
        tr("preset %1")
            .arg(QString::fromUtf8(first.name.data(), static_cast<qsizetype>(first.name.size())))});
}

void RunsPage::openMonitor() {
    if (const RunRow* one = theRun())
        m_context.navigator.open(ShowRun{one->run.id});
}

void RunsPage::openCompare() {
    const auto lines = selectedLines();
    if (lines.size() == 1)
        m_context.navigator.open(CompareRuns{lines[0]});
    else if (lines.size() == 2)
        m_context.navigator.open(CompareRuns{lines[0], lines[1]});
}

void RunsPage::cloneSpec() {
    const RunRow* one = theRun();
    if (one == nullptr)
        return;
    m_context.store.call(
        this, [run = one->run.id](Store& store) { return store.run(run); },
        [this, name = one->name](const Expected<RunRecord>& record) {
            const QString refusal = tr("%1 could not be cloned.").arg(briefly(name));
            if (!record) {
                refuse(refusal, record.error());
                return;
            }
            SpecReading reading = readSpec(record->spec);
            // A run that time has cut is repeated by its number of steps.
            const auto cut = stopAfterFromText(reading.spec.train.stopAfter);
            if (cut && cut->seconds > 0 && record->summary.state == RunState::Finished)
                reading.spec.train.stopAfter = stopAfterSteps(record->summary.position.step);
            if (!reading.problems.empty())
                refuse(refusal, reading.problems.front());
            else
                m_context.navigator.open(EditSpec{reading.spec, tr("copy of %1").arg(name)});
        });
}

void RunsPage::resumeRun() {
    const RunRow* one = theRun();
    if (one == nullptr || !isResumable(*one))
        return;
    m_context.navigator.showMessage(tr("Resuming %1").arg(briefly(one->name)));
    if (one->run.state == RunState::Finished)
        m_context.runs.goOnToPlan(one->run.id);
    else
        m_context.runs.resume(one->run.id);
}

void RunsPage::renameRun() {
    if (const RunRow* one = theRun()) {
        m_table->setFocus();
        m_table->edit(m_model->indexOf(one->run.id));
    }
}

void RunsPage::writeName(const RunId& run, const QString& name) {
    m_context.store.call(
        this, [run, name](Store& store) { return store.rename(run, name.toStdString()); },
        [this, name](const Expected<void>& renamed) {
            if (!renamed)
                refuse(tr("The name %1 was not kept.").arg(briefly(name)), renamed.error());
            refresh(); // the table shows the name already: what is true must come back
        });
}

void RunsPage::deleteRuns() {
    const auto all = selectedRuns();
    if (all.empty())
        return;
    const RunRow* first = m_model->find(all.front());
    m_trash->remove(all, all.size() == 1 && first != nullptr ? briefly(first->name)
                                                             : tr("%1 runs").arg(all.size()));
}

void RunsPage::undoDelete() {
    m_trash->undo();
}

void RunsPage::showTrash() {
    m_deleted->clear();
    if (!m_trash->isEmpty())
        m_deleted->add(Pill::Tone::Neutral, m_trash->text());
    updateActions();
    refresh();
}

void RunsPage::refuse(const QString& what, const Problem& problem) {
    m_refusals->add(Pill::Tone::Bad, what + QLatin1Char('\n') + toQt(toText(problem)));
}

} // namespace concertina
