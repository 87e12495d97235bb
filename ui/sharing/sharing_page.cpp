// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/sharing_page.h"

#include "core/model/catalogue.h"
#include "core/model/sharing_rule.h"
#include "core/values/text.h"
#include "ui/services/job_service.h"
#include "ui/services/run_service.h"
#include "ui/sharing/changes_card.h"
#include "ui/sharing/costs_strip.h"
#include "ui/sharing/readings_view.h"
#include "ui/sharing/trial_card.h"
#include "ui/store/store_access.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/plan_matrix.h"
#include "widgets/sharing/sharing_map.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <utility>

namespace concertina {

SharingPage::SharingPage(PageContext context, QWidget* parent)
    : Page(parent),
      m_context(context),
      m_setup(new SetupSubject(context.draft, context.catalogue, this)),
      m_matrix(new PlanMatrix),
      m_map(new SharingMap),
      m_costs(new CostsStrip),
      m_changes(new ChangesCard(context)),
      m_trial(new TrialCard(context)),
      m_lower(new QStackedWidget) {
    makeActions();
    makeLayout();
    connect(m_setup, &PlanSubject::changed, this, [this] {
        if (m_run.empty())
            refresh();
    });
    connect(m_matrix, &PlanMatrix::editWanted, this, &SharingPage::edit);
    connect(m_matrix, &PlanMatrix::pointedAt, m_map, &SharingMap::showPointed);
    connect(m_map, &SharingMap::pointedAt, m_matrix, &PlanMatrix::showPointed);
    connect(m_matrix, &PlanMatrix::selectionChanged, m_map, &SharingMap::showSelected);
    connect(m_map, &SharingMap::selectionChanged, m_matrix, &PlanMatrix::showSelected);
    connect(m_matrix, &PlanMatrix::selectionChanged, m_changes, &ChangesCard::setSelected);
    connect(m_map, &SharingMap::selectionChanged, m_changes, &ChangesCard::setSelected);
    connect(m_map, &SharingMap::splitWanted, this, [this](std::size_t layer, TaskSet away) {
        edit({.kind = PlanEditKind::Split, .cells = cellsOf(std::array{layer}, away)});
    });
    connect(m_map, &SharingMap::joinWanted, this,
            [this](std::size_t layer, TaskSet line, TaskSet with) {
                edit(
                    {.kind = PlanEditKind::Join, .cells = cellsOf(std::array{layer}, line | with)});
            });
    connect(m_map, &SharingMap::trunkWanted, this, [this](std::size_t layers) {
        if (layers == 0)
            choosePreset(PlanPreset::AllSingle);
        else
            choosePreset(PlanPreset::Tree, {layers - 1});
    });
    connect(m_trial, &TrialCard::closed, this, &SharingPage::endTrial);
    connect(m_trial, &TrialCard::applyWanted, this, &SharingPage::apply);
    connect(&m_context.runs, &RunService::changed, this, &SharingPage::readRun);
    connect(&m_context.store, &StoreAccess::storeChanged, this, &SharingPage::readRun);
    refresh();
}

SharingPage::~SharingPage() = default;

void SharingPage::makeLayout() {
    auto* matrix = new Card(tr("Who owns which weights"));
    matrix->setBody(m_matrix);
    auto* map = new Card(tr("What runs together"));
    map->setBody(m_map);
    auto* costs = new Card(tr("What it costs"));
    costs->setNote(tr("before the change that is looked at, and after it"), tr("before and after"));
    costs->setBody(m_costs);
    auto* words = new QWidget;
    auto* wordsColumn = new QVBoxLayout(words);
    wordsColumn->setContentsMargins(0, 0, 0, 0);
    wordsColumn->setSpacing(GridUnit);
    wordsColumn->addWidget(costs);
    wordsColumn->addWidget(m_changes, 1);
    m_lower->addWidget(words);
    m_lower->addWidget(m_trial);
    auto* right = new QVBoxLayout;
    right->setSpacing(GridUnit);
    right->addWidget(map, 58);
    right->addWidget(m_lower, 42);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    layout->setSpacing(GridUnit);
    layout->addWidget(matrix, 40);
    layout->addLayout(right, 60);
    setFocusProxy(m_matrix);
}

PlanSubject* SharingPage::subject() const {
    return m_run.empty() ? static_cast<PlanSubject*>(m_setup) : m_staged;
}

bool SharingPage::open(const PageRequest& request) {
    const auto* wanted = std::get_if<EditSharing>(&request);
    if (wanted == nullptr)
        return false;
    if (wanted->run.empty())
        showSetup();
    else
        showRun(wanted->run, wanted->suggestFrom);
    return true;
}

void SharingPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    if (m_outdated)
        refresh();
    readRun();
}

void SharingPage::showSetup() {
    endTrial();
    m_run.clear();
    m_known.reset();
    delete std::exchange(m_staged, nullptr);
    refresh();
}

void SharingPage::showRun(const RunId& run, int suggestFrom) {
    if (run != m_run) {
        endTrial();
        m_known.reset();
        delete std::exchange(m_staged, nullptr);
        m_run = run;
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

std::optional<RunState> SharingPage::ownState() const {
    for (const OwnRun& own : m_context.runs.runs())
        if (own.run == m_run)
            return own.state;
    return std::nullopt;
}

/// What is staged stays, as long as the run can have it.
void SharingPage::adoptRun(Known known) {
    const Replannable possible = replannable(known.record, ownState(), known.checkpoint);
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
    Q_EMIT headerChanged(); // the step
    if (const int window = std::exchange(m_suggestFrom, 0); window > 0 && possible.isPossible)
        m_changes->suggest(window);
}

/// What gates and mixtures say of the network as it is; a run without them has no checkpoint read.
void SharingPage::askReadings() {
    ReadingsView* readings = m_changes->readings();
    readings->clear();
    if (!m_staged->before()->hasReadings())
        return;
    readings->wait();
    m_context.jobs.readings(m_run, {this, [this, readings, run = m_run](auto read) {
                                        if (run != m_run)
                                            return;
                                        if (read)
                                            readings->show(*read, tasks());
                                        else
                                            readings->show(read.error());
                                    }});
}

std::vector<SharingTask> SharingPage::tasks() const {
    std::vector<SharingTask> tasks;
    for (const TaskSpec& task : subject()->spec().tasks)
        if (const TaskInfo* info = m_context.catalogue.task(task.method.id))
            tasks.push_back({toQt(info->letter), toQt(info->label)});
    return tasks;
}

std::vector<LayerFactors> SharingPage::layers() const {
    std::vector<LayerFactors> layers;
    const NetworkDesign& design = *subject()->after();
    for (std::size_t i = 0; i < design.plan.layers.size(); ++i)
        layers.push_back(design.layers[i].factors);
    return layers;
}

void SharingPage::edit(const PlanEdit& edit) {
    PlanSubject* plan = subject();
    if (plan == nullptr || plan->after() == nullptr)
        return;
    if (!plan->isEditable())
        return m_changes->refuse(tr("This plan can't be changed: the run has ended, or another "
                                    "program trains it."));
    const SharingPlan& before = plan->after()->plan;
    const auto edited = editedPlan(before, layers(), edit);
    if (!edited)
        return m_changes->refuse(toQt(toText(edited.error())));
    const QString kept = edited->kept.empty() ? QString() : toQt(toText(edited->kept.front()));
    const auto adopted = plan->adopt(toQt(editText(edit, before)), edited->plan);
    if (!adopted)
        m_changes->refuse(toQt(toText(adopted.error())));
    else if (!kept.isEmpty())
        m_changes->refuse(kept);
}

/// Rules that are wrong, at the layers that they are for.
std::map<std::size_t, QString> SharingPage::problemsByLayer() const {
    std::map<std::size_t, QString> all;
    const PlanSubject* plan = subject();
    const std::vector<std::string> rules = plan->rules();
    for (const Problem& problem : plan->problems())
        for (std::size_t rule = 0; rule < rules.size(); ++rule) {
            if (problem.path != "network.sharing." + std::to_string(rule))
                continue;
            const auto parsed = parseSharingRule(rules[rule]);
            const auto& layers = plan->after()->plan.layers;
            for (std::size_t i = 0; parsed && i < layers.size(); ++i)
                if (matchesPattern(layers[i].layer, parsed->layers))
                    all[i] = toQt(toText(problem));
        }
    return all;
}

/// What is hidden costs nothing: it is shown as it is then.
void SharingPage::refresh() {
    m_outdated = !isVisible();
    if (m_outdated) {
        Q_EMIT headerChanged();
        return;
    }
    PlanSubject* plan = subject();
    const NetworkDesign* after = plan != nullptr ? plan->after() : nullptr;
    if (after != nullptr) {
        const auto columns = tasks();
        m_matrix->setNetwork(*after, columns);
        m_matrix->setProblems(problemsByLayer());
        m_map->setNetwork(*after, columns);
        m_costs->setDesigns(*plan->before(), *after, plan->costs());
    } else {
        m_matrix->setNetwork({}, {});
        m_map->clear();
        m_costs->clear();
    }
    if (m_run.empty())
        m_changes->showRules(m_setup->rules(), m_setup->problems());
    else
        m_changes->showRun(m_run, m_staged);
    const bool editable = after != nullptr && plan->isEditable();
    const QString undo = plan != nullptr ? plan->undoText() : QString();
    const QString redo = plan != nullptr ? plan->redoText() : QString();
    m_undo->setEnabled(!undo.isEmpty());
    m_undo->setToolTip(undo.isEmpty() ? QString() : tr("Undo: %1").arg(undo));
    m_redo->setEnabled(!redo.isEmpty());
    m_redo->setToolTip(redo.isEmpty() ? QString() : tr("Redo: %1").arg(redo));
    m_presets->setEnabled(editable);
    m_file->setEnabled(after != nullptr);
    const bool staged = m_staged != nullptr && !m_staged->rules().empty();
    for (QAction* action : {m_try, m_discard, m_apply}) {
        action->setVisible(!m_run.empty());
        action->setEnabled(staged);
    }
    m_try->setEnabled(staged && m_known && m_known->checkpoint);
    showRunWords();
    Q_EMIT headerChanged();
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
    const RunState state = ownState().value_or(run.state);
    const QString note = tr("run %1 · %2 · step %3")
                             .arg(run.number)
                             .arg(toQt(std::string(stateName(state))))
                             .arg(run.position.step);
    return {toQt(run.name), note,
            state == RunState::Running ? PageHeader::Tone::Busy : PageHeader::Tone::Neutral};
}

} // namespace concertina
