// SPDX-License-Identifier: GPL-3.0-or-later
// What the buttons above the page do.
#include "core/model/validate.h"
#include "core/values/presets.h"
#include "core/values/run_group.h"
#include "ui/services/dialogs.h"
#include "ui/services/run_service.h"
#include "ui/setup/setup_page.h"
#include "widgets/controls/icon.h"
#include "widgets/qt_text.h"

#include <QAction>
#include <QMenu>

namespace concertina {

namespace {

QString specFilter() {
    return SetupPage::tr("Experiments (*.json)");
}

} // namespace

void SetupPage::makeActions() {
    QUndoStack& history = m_document.history();
    m_undo = addPageAction(tr("Undo"), {}, QKeySequence::Undo, [&history] { history.undo(); });
    m_redo = addPageAction(tr("Redo"), {}, QKeySequence::Redo, [&history] { history.redo(); });
    m_undo->setEnabled(history.canUndo());
    m_redo->setEnabled(history.canRedo());
    connect(&history, &QUndoStack::canUndoChanged, m_undo, &QAction::setEnabled);
    connect(&history, &QUndoStack::canRedoChanged, m_redo, &QAction::setEnabled);
    connect(&history, &QUndoStack::undoTextChanged, this, [this](const QString& step) {
        m_undo->setToolTip(step.isEmpty() ? QString() : tr("Undo: %1").arg(step));
    });
    connect(&history, &QUndoStack::redoTextChanged, this, [this](const QString& step) {
        m_redo->setToolTip(step.isEmpty() ? QString() : tr("Redo: %1").arg(step));
    });
    m_presets = new QAction(tr("Presets"), this);
    m_presets->setToolTip(tr("Experiments that come with the program"));
    auto* menu = new QMenu(this);
    fillPresets(*menu);
    m_presets->setMenu(menu);
    m_open = addPageAction(tr("Open…"), tr("Read an experiment from a JSON file"),
                           QKeySequence::Open, [this] { askFileToOpen(); });
    m_save = addPageAction(tr("Save as…"),
                           tr("Write the experiment to a JSON file, with its first seed"),
                           QKeySequence::SaveAs, [this] { askFileToSave(); });
    addPageAction(tr("Layers of the network"),
                  tr("Every layer: its shape, receptive field, parameters and multiply–adds"), {},
                  [this] { openLayers(); });
    addPageAction(tr("Browse samples"), tr("Look through the samples of every split"),
                  QKeySequence(Qt::CTRL | Qt::Key_B), [this] { browseSamples(); });
    m_start = addPageAction(tr("Start"), {}, QKeySequence(Qt::CTRL | Qt::Key_Return),
                            [this] { start(); });
    m_start->setIcon(themedIcon(QStringLiteral("play")));
    m_start->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Return),
                           QKeySequence(Qt::CTRL | Qt::Key_Enter)});
}

void SetupPage::fillPresets(QMenu& menu) {
    menu.setToolTipsVisible(true);
    QMenu* baselines = nullptr;
    std::string_view base;
    for (const EmbeddedText& preset : presets()) {
        const ExperimentSpec spec = readSpecText(preset.text).spec;
        const bool isBaseline = !base.empty() && preset.name.starts_with(std::string(base) + "-");
        if (!isBaseline) {
            base = preset.name;
            baselines = nullptr;
        } else if (baselines == nullptr) {
            baselines = menu.addMenu(tr("Baselines of %1").arg(toQt(base)));
            baselines->setToolTipsVisible(true);
        }
        auto* action = (isBaseline ? baselines : &menu)->addAction(toQt(preset.name));
        action->setToolTip(toQt(spec.notes));
        connect(action, &QAction::triggered, this,
                [this, spec, name = toQt(preset.name)] { load(spec, tr("preset %1").arg(name)); });
        auto* found = new QAction(tr("Preset %1").arg(action->text()), this);
        found->setToolTip(action->toolTip());
        connect(found, &QAction::triggered, action, &QAction::trigger);
        addAction(found);
    }
}

void SetupPage::askFileToOpen() {
    if (const auto file = m_context.dialogs.openFile(this, tr("Open an experiment"), specFilter()))
        openFile(*file);
}

void SetupPage::askFileToSave() {
    const QString name = toQt(m_document.spec().name).trimmed();
    const auto file = m_context.dialogs.saveFile(
        this, tr("Save the experiment"),
        (name.isEmpty() ? tr("experiment") : QString(name).replace(QLatin1Char('/'), QLatin1Char('-')))
            + QStringLiteral(".json"),
        specFilter());
    if (!file)
        return;
    if (const auto problem = m_document.save(*file))
        m_context.navigator.showProblem(tr("The experiment was not saved."), *problem);
    else
        m_context.navigator.showMessage(tr("Saved as %1").arg(*file));
}

void SetupPage::showStart() {
    const auto count = m_document.value().seeds.size();
    m_start->setText(count > 1 ? tr("Start %1 runs").arg(count) : tr("Start"));
    const Problems open = problems();
    m_start->setEnabled(m_draft.analysis() != nullptr && open.empty());
    if (!open.empty()) {
        m_start->setToolTip(tr("Waits until this is mended: %1").arg(toQt(toText(open.front()))));
        return;
    }
    const auto before = m_context.runs.runs().size();
    m_start->setToolTip(before == 0   ? tr("Train what is set up here")
                        : before == 1 ? tr("Train after the run before it")
                                      : tr("Train after the %1 runs before it").arg(before));
}

void SetupPage::start() {
    m_document.endStep();
    // The analysis may be of the value before the last key.
    Problems open = validate(m_document.spec(), m_context.catalogue);
    if (const Problems known = problems(); !known.empty())
        open.insert(open.begin(), known.front());
    if (!open.empty()) {
        showField(open.front());
        return;
    }
    const SetupValue value = m_document.value();
    std::optional<std::string> group;
    if (value.seeds.size() > 1)
        group = groupNameAt(value.spec.name, std::time(nullptr));
    const bool queued = !m_context.runs.runs().empty();
    std::vector<ExperimentSpec> specs;
    for (const std::int64_t seed : value.seeds) {
        specs.push_back(withCompleteOptions(value.spec, m_context.catalogue));
        specs.back().seed = seed;
    }
    m_context.runs.start(
        std::move(specs), std::move(group), this, [this, queued](const StartedRuns& started) {
            if (started.problem)
                m_context.navigator.showProblem(tr("The run could not be started."),
                                                *started.problem);
            if (started.runs.empty())
                return;
            if (queued)
                m_context.navigator.showMessage(tr("Queued behind what trains already"));
            m_context.navigator.open(ShowRun{started.runs.front()});
        });
}

} // namespace concertina
