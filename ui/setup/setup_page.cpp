// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/setup_page.h"

#include "core/model/recognize_data.h"
#include "core/model/spec_paths.h"
#include "core/values/presets.h"
#include "core/values/set_shares.h"
#include "core/values/stop_after.h"
#include "core/values/text.h"
#include "ui/experiment/data_surveys.h"
#include "ui/services/dialogs.h"
#include "ui/services/job_service.h"
#include "ui/services/run_service.h"
#include "ui/setup/costs_card.h"
#include "ui/setup/data_facts.h"
#include "ui/setup/guess_panel.h"
#include "ui/setup/layers_panel.h"
#include "ui/setup/problems_panel.h"
#include "ui/setup/sample_browser.h"
#include "ui/setup/samples_card.h"
#include "ui/setup/setup_forms.h"
#include "ui/setup/sharing_card.h"
#include "ui/setup/weights_panel.h"
#include "ui/window/dropped.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QDateTime>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMimeData>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>

namespace concertina {

namespace {

QString labelAt(const SetupValue& value, const Catalogue& catalogue, const std::string& path) {
    for (const std::string& candidate : {path, path + ".id"})
        if (const auto place = placeAt(value, catalogue, candidate))
            return toQt(place->field.label);
    return toQt(path);
}

/// A problem where its field stands: without the path.
QString textBeside(Problem problem) {
    problem.path.clear();
    return toQt(toText(problem));
}

constexpr std::string_view initialField = "network.initial";

/// Whether it is of files, which may be others by now.
bool isReadAgain(const Problem& problem) {
    return problem.path.starts_with("data.dataset") || problem.path.starts_with(OthersPath)
           || (problem.path == initialField && problem.code != "initial.syntax");
}

/// The one spec file, data file or folder that is dragged; what else there may be is the window's.
QString draggedFile(const QMimeData* data, const Catalogue& catalogue) {
    if (!data->hasUrls() || data->urls().size() != 1)
        return {};
    const QString file = data->urls().front().toLocalFile();
    const bool fits = file.endsWith(QLatin1String(".json"), Qt::CaseInsensitive)
                      || QFileInfo(file).isDir() || recognizeData(catalogue, file.toStdString());
    return fits ? file : QString();
}

} // namespace

SetupPage::SetupPage(PageContext context, QWidget* parent)
    : Page(parent),
      m_context(context),
      m_draft(context.draft),
      m_document(m_draft.document()),
      m_surveys(new DataSurveys(context.jobs, this)),
      m_forms(new SetupForms(context.catalogue, m_document, *m_surveys)),
      m_samples(new SamplesCard(context.catalogue, context.jobs)),
      m_sharing(new SharingCard(context.catalogue)),
      m_costs(new CostsCard),
      m_problems(new ProblemsPanel),
      m_layers(new LayersPanel(this)),
      m_weights(new WeightsPanel(this)),
      m_guess(new GuessPanel(context.jobs, this)) {
    setAcceptDrops(true);
    makeActions();
    makeLayout();
    connect(&m_draft, &ExperimentDraft::changed, this, &SetupPage::refresh);
    connect(&m_draft, &ExperimentDraft::learned, this, &SetupPage::showFacts);
    connect(m_sharing, &SharingCard::plannedRules, this,
            [this](const std::vector<std::string>& rules, const QString& step) {
                SetupValue value = m_document.value();
                value.spec.network.sharing = rules;
                m_document.apply(step, std::move(value));
            });
    connect(m_sharing, &SharingCard::rulesEdited, this,
            [this](const std::vector<std::string>& rules) {
                m_document.setJson("network.sharing", rules);
            });
    connect(m_sharing, &SharingCard::rulesFinished, &m_document, &SpecDocument::endStep);
    connect(m_sharing, &SharingCard::pageWanted, this,
            [this] { m_context.navigator.open(EditSharing{}); });
    connect(m_costs, &CostsCard::layersWanted, this, &SetupPage::openLayers);
    connect(m_problems, &ProblemsPanel::showRequested, this, &SetupPage::showField);
    connect(m_problems, &ProblemsPanel::mendRequested, this, &SetupPage::mend);
    connect(m_forms, &SetupForms::folderWanted, this, &SetupPage::askPlace);
    connect(m_guess, &GuessPanel::written, this, &SetupPage::openData);
    connect(m_guess, &GuessPanel::failed, this, &SetupPage::refuseData);
    connect(m_forms, &SetupForms::noteOpened, m_weights, &WeightsPanel::open);
    connect(m_samples, &SamplesCard::browseWanted, this, &SetupPage::browseSamples);
    connect(m_forms->dataFacts(), &DataFacts::classChosen, this,
            [this](const std::string& target, int index) {
                browseSamples();
                browser().showClass(shownSpec().data.trainSplit, target, index);
            });
    connect(m_forms->dataFacts(), &DataFacts::setChosen, this, [this](int set) {
        m_shownSet = static_cast<std::size_t>(set);
        showData();
    });
    connect(&m_context.runs, &RunService::changed, this, &SetupPage::showStart);
    m_draft.watch();
    refresh();
}

SetupPage::~SetupPage() = default;

void SetupPage::makeLayout() {
    auto* costs = new QVBoxLayout;
    costs->setSpacing(GridUnit);
    costs->addWidget(m_costs);
    auto* problems = new Card(tr("Problems"));
    problems->setBody(m_problems);
    costs->addWidget(problems, 1);
    auto* below = new QHBoxLayout;
    below->setSpacing(GridUnit);
    below->addWidget(m_sharing, 53);
    below->addLayout(costs, 47);
    auto* right = new QVBoxLayout;
    right->setSpacing(GridUnit);
    right->addWidget(m_samples, 45);
    right->addLayout(below, 55);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    layout->setSpacing(GridUnit);
    layout->addWidget(m_forms, 48);
    layout->addLayout(right, 52);
    m_forms->setMinimumWidth(440);
}

PageHeader SetupPage::header() const {
    const auto name = toQt(m_document.spec().name);
    QString note = m_document.origin();
    if (m_document.isChanged())
        note += note.isEmpty() ? tr("not saved") : tr(" · changed");
    return {name.trimmed().isEmpty() ? tr("New experiment") : name, note};
}

QList<QAction*> SetupPage::barActions() const {
    return {m_undo, m_redo, m_presets, m_open, m_save, m_start};
}

bool SetupPage::open(const PageRequest& request) {
    if (const auto* dataset = std::get_if<UseDataset>(&request))
        openData(dataset->place);
    else if (const auto* edited = std::get_if<EditSpec>(&request))
        load(edited->spec, edited->origin);
    else if (const auto* written = std::get_if<OpenSpec>(&request))
        openFile(written->file);
    else
        return false;
    return true;
}

void SetupPage::load(const ExperimentSpec& spec, const QString& origin) {
    m_document.load(spec, origin);
}

void SetupPage::openFile(const QString& file) {
    const Problems problems = m_document.open(file);
    if (problems.empty())
        return;
    Problem problem = problems.front();
    if (problems.size() > 1)
        problem.hint = toText(Problems(problems.begin() + 1, problems.end()));
    m_context.navigator.showProblem(
        tr("%1 is no experiment that can be opened.").arg(QFileInfo(file).fileName()), problem);
}

void SetupPage::refresh() {
    const ExperimentSpec& spec = m_document.spec();
    m_sharing->setRules(spec.network.sharing);
    // What was refused is known at once; the rest comes with the analysis.
    showProblems();
    showStart();
    Q_EMIT headerChanged();
}

void SetupPage::showFacts() {
    const ExperimentSpec& spec = m_document.spec();
    if (const auto& analysis = m_draft.analysis()) {
        m_sharing->setNetwork(spec, analysis->network);
        std::vector<std::string> layers;
        if (analysis->network)
            layers = analysis->network->plan.layerNames();
        m_forms->setLayers(layers);
    }
    showData();
    showWeights();
    showCosts();
    showProblems();
    showStart();
}

void SetupPage::showProblems() {
    std::map<std::string, QString> beside;
    std::vector<ShownProblem> shown;
    for (const Problem& problem : problems()) {
        const auto mend = mendFor(problem, m_document.value(), m_context.catalogue);
        Problem named = problem;
        named.path = labelAt(m_document.value(), m_context.catalogue, problem.path).toStdString();
        const QString offer =
            mend ? mend->text
            : placeField(problem.path)
                ? (placeField(problem.path)->type == FieldType::Folder ? tr("Choose a folder…")
                                                                       : tr("Choose a file…"))
            : isReadAgain(problem) ? tr("Read it again")
                                   : QString();
        shown.push_back({problem, toQt(toText(named)), offer});
        QString& text = beside[problem.path];
        text += (text.isEmpty() ? QString() : QStringLiteral("\n")) + textBeside(problem);
    }
    for (const Problem& doubt :
         m_draft.analysis() && shown.empty() ? m_draft.analysis()->doubts : Problems{}) {
        Problem named = doubt;
        named.path = labelAt(m_document.value(), m_context.catalogue, doubt.path).toStdString();
        shown.push_back({doubt, tr("Seldom meant: %1").arg(toQt(toText(named))), {}, true});
    }
    m_forms->setProblems(beside);
    m_sharing->setProblems(beside);
    m_problems->setProblems(std::move(shown));
}

void SetupPage::showCosts() {
    const ExperimentSpec& spec = m_document.spec();
    SetupCosts costs{.steps = static_cast<double>(spec.train.steps),
                     .runs = static_cast<int>(m_document.value().seeds.size())};
    if (m_draft.analysis())
        costs.network = m_draft.analysis()->costs;
    costs.assumedClasses = assumedClasses();
    if (const auto samples = m_draft.trainingSamples(); samples && samples->front() > 0) {
        std::vector<SetShare> shares;
        for (const DataSetSpec& set : spec.data.sets())
            shares.push_back({(*samples)[shares.size()], set.weight});
        // As the trainer counts: the last batch of an epoch is not filled up.
        const std::int64_t perEpoch = std::max<std::int64_t>(
            1, batchesInEpoch(shares, spec.data.others.empty() ? DataMix::Samples : spec.data.mix,
                              std::max(1, spec.train.batch)));
        costs.steps = static_cast<double>(plannedSteps(spec.train, perEpoch));
        costs.epochs = costs.steps / static_cast<double>(perEpoch);
    } else if (spec.train.epochs > 0) {
        costs.epochs = spec.train.epochs;
        costs.steps = 0;
    }
    m_costs->setCosts(costs);
    if (m_layers->isVisible())
        fillLayers();
}

std::optional<int> SetupPage::assumedClasses() const {
    const auto isAssumed = [&](const TaskSpec& task) {
        return lacksClasses(task, m_context.catalogue, m_draft.classes());
    };
    bool unread = false;
    for (std::size_t set = 0; set < m_draft.datasets(); ++set)
        unread = unread || !m_draft.dataset(set).summary();
    const bool any = unread && std::ranges::any_of(m_document.spec().tasks, isAssumed);
    return any ? std::optional(AssumedClasses) : std::nullopt;
}

void SetupPage::showField(const Problem& problem) {
    if (problem.path.starts_with("network.sharing"))
        m_sharing->showRules();
    else
        m_forms->showField(problem.path);
}

void SetupPage::mend(const Problem& problem) {
    const auto mend = mendFor(problem, m_document.value(), m_context.catalogue);
    if (mend)
        m_document.apply(tr("Mend: %1").arg(mend->text), mend->value);
    else if (placeField(problem.path))
        askPlace(problem.path);
    else if (problem.path == initialField)
        m_draft.weights().askAgain();
    else if (isReadAgain(problem))
        m_draft.readAgain();
}

void SetupPage::dragEnterEvent(QDragEnterEvent* event) {
    if (!draggedFile(event->mimeData(), m_context.catalogue).isEmpty())
        event->acceptProposedAction();
}

void SetupPage::dropEvent(QDropEvent* event) {
    const QString file = draggedFile(event->mimeData(), m_context.catalogue);
    if (file.isEmpty())
        return;
    event->acceptProposedAction();
    const bool isSpec =
        QFileInfo(file).suffix().compare(QLatin1String("json"), Qt::CaseInsensitive) == 0
        && !recognizeData(m_context.catalogue, file.toStdString());
    if (isSpec)
        openFile(file);
    else
        openData(file);
}

} // namespace concertina
