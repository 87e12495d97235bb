// SPDX-License-Identifier: GPL-3.0-or-later
// What the buttons above the page do.
#include "core/model/plan_change.h"
#include "core/model/plan_file.h"
#include "core/model/plan_rules.h"
#include "core/values/text.h"
#include "ui/services/dialogs.h"
#include "ui/services/run_service.h"
#include "ui/sharing/changes_card.h"
#include "ui/sharing/compared_plan.h"
#include "ui/sharing/measured_bar.h"
#include "ui/sharing/plan_picture.h"
#include "ui/sharing/sharing_page.h"
#include "ui/sharing/trial_card.h"
#include "widgets/qt_text.h"
#include "widgets/save_file.h"
#include "widgets/sharing/map_painter.h"
#include "widgets/sharing/plan_matrix.h"
#include "widgets/sharing/plan_painter.h"
#include "widgets/sharing/sharing_map.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QClipboard>
#include <QFile>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenu>
#include <QSettings>
#include <QStackedWidget>

#include <array>

namespace concertina {

namespace {

const auto plansKey = QStringLiteral("sharing/plans");

/// Its menus too, which `clear` leaves.
void clearMenu(QMenu& menu) {
    menu.clear();
    qDeleteAll(menu.findChildren<QMenu*>());
}

/// Whether what is staged alters what the network computes at once.
bool joins(const PlanSubject& staged) {
    return changesOutputs(*staged.before(), *staged.after());
}

QString planFilter() {
    return SharingPage::tr("Plans of sharing (*.json)");
}

} // namespace

void SharingPage::makeActions() {
    const auto menuOf = [this](QAction* action, auto&& fill) {
        auto* menu = new QMenu(this);
        menu->setToolTipsVisible(true);
        action->setMenu(menu);
        connect(menu, &QMenu::aboutToShow, this, fill);
    };
    m_sources = new QAction(tr("Show"), this);
    m_sources->setToolTip(tr("Whose plan is shown: of the experiment that is being set up, or of a "
                             "run of this program"));
    menuOf(m_sources, [this] { fillSources(); });
    m_undo = addPageAction(tr("Undo"), {}, QKeySequence::Undo, [this] { subject()->undo(); });
    m_redo = addPageAction(tr("Redo"), {}, QKeySequence::Redo, [this] { subject()->redo(); });
    m_presets = new QAction(tr("Presets"), this);
    m_presets->setToolTip(tr("Plans for the whole network, and those that you have kept"));
    menuOf(m_presets, [this] { fillPresets(); });
    m_file = new QAction(tr("File"), this);
    m_file->setToolTip(tr("Plans and pictures as files"));
    auto* files = new QMenu(this);
    m_file->setMenu(files);
    files->addAction(addPageAction(tr("Open a plan…"),
                                   tr("Of this network, or of another one by its rules"),
                                   QKeySequence::Open, [this] { openPlan(); }));
    files->addAction(addPageAction(tr("Save the plan…"), tr("As JSON"), QKeySequence::SaveAs,
                                   [this] { savePlan(); }));
    for (const bool ofMap : {true, false}) {
        files->addAction(addPageAction(
            ofMap ? tr("Save the map as a picture…") : tr("Save the matrix as a picture…"),
            tr("SVG, PDF or PNG"), {}, [this, ofMap] { savePicture(ofMap); }));
        files->addAction(addPageAction(ofMap ? tr("Copy the map") : tr("Copy the matrix"),
                                       tr("As a picture"), {},
                                       [this, ofMap] { copyPicture(ofMap); }));
    }
    m_undoChange = addPageAction(tr("Undo last change"), {}, {}, [this] { undoChange(); });
    m_try = addPageAction(tr("Try…"), tr("Trains some steps with and without what is staged"), {},
                          [this] { tryChange(); });
    m_discard = addPageAction(tr("Discard"), tr("Back to the sharing that is trained"), {},
                              [this] { m_staged->discard(); });
    m_apply = addPageAction(tr("Apply"),
                            tr("Takes effect before the next step, with a checkpoint before it"),
                            QKeySequence(Qt::CTRL | Qt::Key_Return), [this] { askToApply(); });
}

QList<QAction*> SharingPage::barActions() const {
    QList<QAction*> actions;
    for (QAction* action : {m_sources, m_undo, m_redo, m_presets, m_file, m_other->chooser(),
                            m_undoChange, m_try, m_discard, m_apply})
        if (action->isVisible())
            actions.append(action);
    return actions;
}

void SharingPage::fillSources() {
    QMenu& menu = *m_sources->menu();
    menu.clear();
    menu.addAction(tr("The experiment that is being set up"), this, &SharingPage::showSetup);
    for (const OwnRun& own : m_context.runs.runs())
        menu.addAction(tr("Run %1").arg(toQt(own.run)), this,
                       [this, run = own.run] { showRun(run, 0); });
}

void SharingPage::fillPresets() {
    QMenu& menu = *m_presets->menu();
    clearMenu(menu);
    const NetworkDesign* design = subject()->after().get();
    for (const PlanPreset preset :
         {PlanPreset::HardSharing, PlanPreset::PerTaskCores, PlanPreset::MergedCores,
          PlanPreset::MergedByProduct, PlanPreset::EncoderShared, PlanPreset::OwnNorms,
          PlanPreset::AllSingle}) {
        QString name = toQt(presetName(preset));
        name[0] = name[0].toUpper();
        menu.addAction(name, this, [this, preset] { choosePreset(preset); });
    }
    QMenu* tree = menu.addMenu(tr("Tree: tied up to"));
    for (std::size_t i = 0; design != nullptr && i < design->plan.layers.size(); ++i)
        tree->addAction(toQt(design->plan.layers[i].layer), this,
                        [this, i] { choosePreset(PlanPreset::Tree, {i}); });
    menu.addSeparator();
    QSettings& settings = m_context.settings;
    settings.beginGroup(plansKey);
    const QStringList names = settings.childKeys();
    for (const QString& name : names) {
        std::vector<std::string> rules;
        for (const QString& rule : settings.value(name).toStringList())
            rules.push_back(rule.toStdString());
        QAction* kept =
            menu.addAction(QString::fromUtf8(QByteArray::fromPercentEncoding(name.toUtf8())), this,
                           [this, name, rules] { adoptRules(name, rules); });
        kept->setToolTip(toQt(join(rules, "\n")));
    }
    settings.endGroup();
    menu.addAction(tr("Keep this plan…"), this, &SharingPage::keepPlan);
    if (names.isEmpty())
        return;
    QMenu* forget = menu.addMenu(tr("Forget a plan"));
    for (const QString& name : names)
        forget->addAction(
            QString::fromUtf8(QByteArray::fromPercentEncoding(name.toUtf8())), this,
            [this, name] { m_context.settings.remove(plansKey + QLatin1Char('/') + name); });
}

void SharingPage::choosePreset(PlanPreset preset, std::vector<std::size_t> layers) {
    const NetworkDesign* design = subject() != nullptr ? subject()->after().get() : nullptr;
    if (design == nullptr)
        return;
    edit({.kind = PlanEditKind::Preset,
          .cells = cellsOf(layers, allTasks(design->taskCount())),
          .preset = preset});
}

void SharingPage::adoptRules(const QString& step, const std::vector<std::string>& rules) {
    auto resolved = resolvePlan(rules, subject()->after()->sharedFactors(),
                                subject()->after()->plan.tasks, "rules");
    if (!resolved.problems.empty())
        return m_changes->refuse(toQt(toText(resolved.problems.front())));
    resolved.plan.resting = subject()->after()->plan.resting;
    if (const auto adopted = subject()->adopt(step, resolved.plan); !adopted)
        m_changes->refuse(toQt(toText(adopted.error())));
}

void SharingPage::keepPlan() {
    const QString name = m_context.dialogs.askText(this, tr("Keep this plan"), tr("Name"))
                             .value_or(QString())
                             .trimmed();
    if (name.isEmpty() || subject() == nullptr || subject()->after() == nullptr)
        return; // it may have gone while the question stood
    QStringList rules;
    for (const std::string& rule :
         rulesOf(subject()->after()->plan, subject()->after()->sharedFactors()))
        rules << toQt(rule);
    m_context.settings.setValue(plansKey + QLatin1Char('/')
                                    + QString::fromLatin1(name.toUtf8().toPercentEncoding()),
                                rules);
}

void SharingPage::openPlan() {
    const auto name = m_context.dialogs.openFile(this, tr("Open a plan"), planFilter());
    if (!name || subject() == nullptr || subject()->after() == nullptr)
        return;
    QFile file(*name);
    const QString shown = QFileInfo(file).fileName();
    if (!file.open(QIODevice::ReadOnly) || file.size() > LargestPlanFile)
        return m_changes->refuse(
            tr("%1 can't be read: %2")
                .arg(shown, file.isOpen() ? tr("it is too large") : file.errorString()));
    auto plan = planOfFile(file.read(LargestPlanFile).toStdString(), shown.toStdString(),
                           subject()->after()->sharedFactors(), subject()->after()->plan.tasks);
    if (!plan)
        return m_changes->refuse(toQt(toText(plan.error())));
    plan->resting = subject()->after()->plan.resting;
    if (const auto adopted = subject()->adopt(tr("plan of %1").arg(shown), *plan); !adopted)
        m_changes->refuse(toQt(toText(adopted.error())));
}

void SharingPage::savePlan() {
    const auto file = m_context.dialogs.saveFile(this, tr("Save the plan"),
                                                 QStringLiteral("plan.json"), planFilter());
    if (!file || subject() == nullptr || subject()->after() == nullptr)
        return;
    const auto saved =
        saveFile(*file, QByteArray::fromStdString(planFileText(
                            subject()->after()->plan, subject()->after()->sharedFactors())));
    if (!saved)
        m_context.navigator.showProblem(tr("The plan was not saved."), saved.error());
}

/// The view as it is now: the map, or the matrix.
PlanPicture SharingPage::picture(bool ofMap) const {
    const QPalette palette = themePalette(false);
    if (ofMap) {
        const QSize size = leastMapSize(m_map->map()).toSize().expandedTo({960, 420});
        return {.size = size,
                .title = header().title,
                .paint = [map = m_map->map(), tasks = tasks(), size, palette,
                          overlay = m_measured->overlay()](QPainter& painter) {
                    renderMap(painter, QRectF({}, size), map, tasks, palette, true, overlay);
                }};
    }
    const QSize size = planMatrixSize(m_matrix->model());
    return {.size = size,
            .title = header().title,
            .paint = [&model = m_matrix->model(), size, palette](QPainter& painter) {
                painter.fillRect(QRect({}, size), color(ColorRole::Card, palette));
                paintPlanMatrix(painter, QRectF({}, size), model, palette);
            }};
}

void SharingPage::savePicture(bool ofMap) {
    const auto file =
        m_context.dialogs.saveFile(this, tr("Save a picture"),
                                   ofMap ? QStringLiteral("map.svg") : QStringLiteral("matrix.svg"),
                                   tr("Vectors (*.svg);;Vectors (*.pdf);;Pixels (*.png)"));
    if (!file)
        return;
    if (const auto saved = savePlanPicture(picture(ofMap), *file); !saved)
        m_context.navigator.showProblem(tr("The picture was not saved."), saved.error());
}

void SharingPage::copyPicture(bool ofMap) {
    QGuiApplication::clipboard()->setImage(pixelsOf(picture(ofMap)));
    m_context.navigator.showMessage(tr("The picture is on the clipboard"));
}

/// What alters the outputs is measured first, or applied from there.
void SharingPage::askToApply() {
    if (m_staged == nullptr || m_staged->rules().empty())
        return;
    const bool seen = m_trial->isMeasured() && m_trial->rules() == m_staged->rules();
    const bool measuring = m_trial->isTrying() && m_trial->rules() == m_staged->rules();
    if (!joins(*m_staged) || seen || !m_known || !m_known->checkpoint)
        apply();
    else if (!measuring)
        tryChange();
}

void SharingPage::apply() {
    if (m_staged == nullptr || m_staged->rules().empty())
        return;
    m_context.runs.changePlan(m_run, m_staged->rules());
    m_context.navigator.showMessage(m_replannable.idleFrom
                                        ? tr("The sharing changes when the run goes on")
                                        : tr("The sharing changes before the next step"));
    endTrial();
    m_trial->forget();
    delete std::exchange(m_staged, nullptr);
    refresh();
    readRun();
}

void SharingPage::undoChange() {
    m_context.runs.undoPlanChange(m_run, this, [this](const std::string& change) {
        m_context.navigator.showMessage(tr("Taken back: %1").arg(toQt(change)));
        readRun();
    });
}

void SharingPage::tryChange() {
    m_trial->openOn(m_run, m_staged->spec(), m_staged->rules(), joins(*m_staged));
    m_lower->setCurrentWidget(m_trial);
}

void SharingPage::endTrial() {
    m_trial->stop();
    m_lower->setCurrentIndex(0);
}

} // namespace concertina
