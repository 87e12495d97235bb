// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/sharing_page.h"

#include "core/model/catalogue.h"
#include "core/model/sharing_rule.h"
#include "core/model/task_words.h"
#include "core/values/text.h"
#include "ui/services/job_service.h"
#include "ui/services/run_service.h"
#include "ui/sharing/changes_card.h"
#include "ui/sharing/compared_plan.h"
#include "ui/sharing/costs_strip.h"
#include "ui/sharing/measured_bar.h"
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

#include <array>
#include <map>
#include <memory>
#include <utility>

namespace concertina {

namespace {

/// Rules that are wrong, at the layers that they are for.
std::map<std::size_t, QString> problemsByLayer(const PlanSubject& plan) {
    std::map<std::size_t, QString> all;
    const std::vector<std::string> rules = plan.rules();
    for (const Problem& problem : plan.problems())
        for (std::size_t rule = 0; rule < rules.size(); ++rule) {
            if (problem.path != "network.sharing." + std::to_string(rule))
                continue;
            const auto parsed = parseSharingRule(rules[rule]);
            const auto& layers = plan.after()->plan.layers;
            for (std::size_t i = 0; parsed && i < layers.size(); ++i)
                if (matchesPattern(layers[i].layer, parsed->layers))
                    all[i] = toQt(toText(problem));
        }
    return all;
}

} // namespace

SharingPage::SharingPage(PageContext context, QWidget* parent)
    : Page(parent),
      m_context(context),
      m_setup(new SetupSubject(context.draft, context.catalogue, this)),
      m_matrix(new PlanMatrix),
      m_measured(new MeasuredBar(context.store)),
      m_map(new SharingMap),
      m_matrixCard(new Card(tr("Who owns which weights"))),
      m_other(new ComparedPlan(context)),
      m_upper(new QStackedWidget),
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
    connectViews();
    connect(m_measured, &MeasuredBar::overlayChanged, this, [this](const PlanOverlay& overlay) {
        m_matrix->model().setOverlay(overlay);
        m_map->setOverlay(overlay);
    });
    connect(m_measured, &MeasuredBar::distancesWanted, this, [this] {
        m_context.jobs.distances(m_run, {this, [this, run = m_run](auto distances) {
                                             if (run == m_run)
                                                 m_measured->setDistances(std::move(distances));
                                         }});
    });
    connect(m_other, &ComparedPlan::changed, this, &SharingPage::showOther);
    connect(m_other, &ComparedPlan::refused, m_changes, &ChangesCard::refuse);
    addAction(m_other->besideAction());
    connect(m_trial, &TrialCard::closed, this, &SharingPage::endTrial);
    connect(m_trial, &TrialCard::applyWanted, this, &SharingPage::apply);
    connect(&m_context.runs, &RunService::changed, this, &SharingPage::readRun);
    connect(&m_context.store, &StoreAccess::storeChanged, this, &SharingPage::readRun);
    refresh();
}

SharingPage::~SharingPage() = default;

/// What is pointed at, chosen or folded in one is so in the others.
void SharingPage::connectViews() {
    PlanMatrix* other = m_other->matrix();
    connect(m_matrix, &PlanMatrix::editWanted, this, &SharingPage::edit);
    connect(m_matrix, &PlanMatrix::pointedAt, m_map, &SharingMap::showPointed);
    connect(m_map, &SharingMap::pointedAt, m_matrix, &PlanMatrix::showPointed);
    connect(m_matrix, &PlanMatrix::pointedAt, other, &PlanMatrix::showPointed);
    connect(other, &PlanMatrix::pointedAt, m_matrix, &PlanMatrix::showPointed);
    connect(m_matrix, &PlanMatrix::foldingChanged, m_map, &SharingMap::setUnfolded);
    connect(m_matrix, &PlanMatrix::foldingChanged, other, &PlanMatrix::setUnfolded);
    connect(m_map, &SharingMap::foldingChanged, m_matrix, &PlanMatrix::setUnfolded);
    connect(m_map, &SharingMap::foldingChanged, other, &PlanMatrix::setUnfolded);
    connect(other, &PlanMatrix::foldingChanged, m_matrix, &PlanMatrix::setUnfolded);
    connect(other, &PlanMatrix::foldingChanged, m_map, &SharingMap::setUnfolded);
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
}

void SharingPage::makeLayout() {
    auto* cells = new QWidget;
    auto* cellsColumn = new QVBoxLayout(cells);
    cellsColumn->setContentsMargins(0, 0, 0, 0);
    cellsColumn->setSpacing(0);
    cellsColumn->addWidget(m_measured);
    cellsColumn->addWidget(m_matrix, 1);
    m_matrixCard->setBody(cells);
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
    m_upper->addWidget(map);
    m_upper->addWidget(m_other);
    right->addWidget(m_upper, 58);
    right->addWidget(m_lower, 42);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    layout->setSpacing(GridUnit);
    layout->addWidget(m_matrixCard, 40);
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
    m_trial->forget();
    m_run.clear();
    m_known.reset();
    delete std::exchange(m_staged, nullptr);
    m_matrix->model().setReadings({});
    m_measured->showRun({});
    m_other->forget();
    refresh();
}

std::vector<SharingTask> SharingPage::tasks() const {
    std::vector<SharingTask> tasks;
    for (const TaskWords& words : taskWords(subject()->spec(), m_context.catalogue))
        tasks.push_back({toQt(words.letter), toQt(words.label)});
    return tasks;
}

void SharingPage::edit(const PlanEdit& edit) {
    PlanSubject* plan = subject();
    if (plan == nullptr || plan->after() == nullptr)
        return;
    if (!plan->isEditable())
        return m_changes->refuse(tr("This plan can't be changed: the run has ended, or another "
                                    "program trains it."));
    const SharingPlan& before = plan->after()->plan;
    const auto edited = editedPlan(before, plan->after()->sharedFactors(), edit);
    if (!edited)
        return m_changes->refuse(toQt(toText(edited.error())));
    const QString kept = edited->kept.empty() ? QString() : toQt(toText(edited->kept.front()));
    const auto adopted = plan->adopt(toQt(editText(edit, before)), edited->plan);
    if (!adopted)
        m_changes->refuse(toQt(toText(adopted.error())));
    else if (!kept.isEmpty())
        m_changes->refuse(kept);
}

/// Marks what is other than in the plan that it is compared with.
void SharingPage::showOther() {
    const bool has = subject() != nullptr && subject()->after() != nullptr;
    m_other->show(subject(), has ? tasks() : std::vector<SharingTask>());
    m_matrix->model().setOther(m_other->plan(), m_other->name());
    m_matrixCard->setNote(!m_matrix->model().isOther() ? QString()
                          : m_other->isChosen() ? tr("◥ other than in %1").arg(m_other->name())
                                                : tr("◥ other than before"));
    m_upper->setCurrentIndex(m_other->isBeside() ? 1 : 0);
}

/// What is hidden costs nothing: it is shown as it is then.
void SharingPage::refresh() {
    m_outdated = !isVisible();
    if (m_outdated) {
        Q_EMIT headerChanged();
        return;
    }
    PlanSubject* plan = subject();
    const SharedDesign after = plan != nullptr ? plan->after() : nullptr;
    if (after != nullptr) {
        const auto columns = tasks();
        m_matrix->setNetwork(after, columns);
        m_matrix->setProblems(problemsByLayer(*plan));
        m_map->setNetwork(after, columns);
        m_measured->setNetwork({after->plan.layerNames(), after->plan.tasks});
        m_costs->setDesigns(plan->before(), after, plan->costs());
    } else {
        m_matrix->clear();
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
    m_other->chooser()->setEnabled(after != nullptr);
    showOther();
    const bool staged = m_staged != nullptr && !m_staged->rules().empty();
    for (QAction* action : {m_try, m_discard, m_apply}) {
        action->setVisible(!m_run.empty());
        action->setEnabled(staged && editable);
    }
    m_discard->setEnabled(staged);
    m_try->setEnabled(staged && editable && m_known && m_known->checkpoint);
    showRunWords();
    Q_EMIT headerChanged();
}

} // namespace concertina
