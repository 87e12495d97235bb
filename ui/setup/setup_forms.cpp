// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/setup_forms.h"

#include "core/model/task_words.h"
#include "ui/experiment/spec_document.h"
#include "ui/setup/data_facts.h"
#include "widgets/controls/card.h"
#include "widgets/controls/icon.h"
#include "widgets/controls/toned_label.h"
#include "widgets/forms/spec_form.h"
#include "widgets/forms/task_chips.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QAbstractButton>
#include <QEvent>
#include <QHBoxLayout>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

namespace concertina {

namespace {

constexpr int LabelGap = 2; ///< between a label and its editor, as in rows of a form

bool startsWith(const SpecPlace& place, std::string_view prefix) {
    return place.path.starts_with(prefix);
}

std::string kernelPrefix(std::size_t index) {
    return std::string(KernelsPath) + "." + std::to_string(index) + ".";
}

/// Fields of tasks carry the task's name: several stand in one form.
SpecPlace named(SpecPlace place, const ExperimentSpec& spec, const Catalogue& catalogue) {
    const std::string prefix = std::string(TasksPath) + ".";
    const auto index = static_cast<std::size_t>(std::stoul(place.path.substr(prefix.size())));
    std::string label = place.field.label;
    if (!label.empty() && label[0] >= 'A' && label[0] <= 'Z')
        label[0] = static_cast<char>(label[0] - 'A' + 'a');
    place.field.label = taskWords(spec, catalogue)[index].letter + " " + label;
    return place;
}

std::string otherPrefix(std::size_t index) {
    return std::string(OthersPath) + "." + std::to_string(index) + ".";
}

/// What is asked where a run has several sets alone.
bool isOfSeveralSets(const SpecPlace& place) {
    return place.path == "data.name" || place.path == "data.weight" || place.path == "data.mix"
           || (startsWith(place, "tasks.") && place.path.ends_with(".data"));
}

std::vector<FormGroup> dataGroups(const SetupValue& value, const Catalogue& catalogue) {
    const auto& others = value.spec.data.others;
    std::vector<FormGroup> groups(1);
    for (const DataSetSpec& set : others)
        groups.push_back({SetupForms::tr("Set %1").arg(toQt(set.called())), {}, true});
    for (SpecPlace& place : placesOf(value, catalogue)) {
        if (isOfSeveralSets(place)) {
            if (others.empty())
                continue;
            place.field.advanced = false;
        }
        // Which tasks there are, the chips say.
        if (startsWith(place, "tasks.") && place.family != Family::Task)
            groups[0].places.push_back(named(place, value.spec, catalogue));
        else if (startsWith(place, "data.") && !startsWith(place, OthersPath))
            groups[0].places.push_back(place);
        for (std::size_t i = 0; i < others.size(); ++i)
            if (startsWith(place, otherPrefix(i))) {
                place.field.advanced = place.field.advanced && !place.path.ends_with(".name");
                groups[i + 1].places.push_back(place);
            }
    }
    return groups;
}

std::vector<FormGroup> networkGroups(const SetupValue& value, const Catalogue& catalogue) {
    const auto& kernels = value.spec.network.kernels;
    const bool one = kernels.size() == 1 && kernels.front().layers == "*";
    std::vector<FormGroup> groups(1);
    for (std::size_t i = 0; i < kernels.size() && !one; ++i)
        groups.push_back(
            {SetupForms::tr("Kernels of %1").arg(toQt(kernels[i].layers)), {}, kernels.size() > 1});
    for (const SpecPlace& place : placesOf(value, catalogue)) {
        if (place.list && place.family) // the list's own row says which
            continue;
        // Sharing has a card of its own.
        if (startsWith(place, "network.") && place.path != "network.sharing"
            && !startsWith(place, std::string(KernelsPath) + "."))
            groups[0].places.push_back(place);
        for (std::size_t i = 0; i < kernels.size(); ++i)
            if (startsWith(place, kernelPrefix(i))
                && !(one && place.path == kernelPrefix(i) + "layers"))
                groups[one ? 0 : i + 1].places.push_back(place);
    }
    return groups;
}

std::vector<FormGroup> recipeGroups(const SetupValue& value, const Catalogue& catalogue) {
    FormGroup group;
    for (const SpecPlace& place : placesOf(value, catalogue))
        if (place.path.find('.') == std::string::npos || startsWith(place, "train."))
            group.places.push_back(place);
    return {group};
}

/// Beside a form, for one more record of a list.
QToolButton* addingButton(const QString& text, const QString& tip) {
    auto* button = new QToolButton;
    button->setText(text);
    button->setIcon(themedIcon(QStringLiteral("plus")));
    button->setIconSize({12, 12});
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setToolTip(tip);
    button->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    return button;
}

} // namespace

SetupForms::SetupForms(const Catalogue& catalogue, SpecDocument& document, DataSurveys& surveys,
                       QWidget* parent)
    : QScrollArea(parent),
      m_catalogue(catalogue),
      m_document(document),
      m_dataCard(new Card(tr("Data and tasks"))),
      m_chips(new TaskChips(catalogue)),
      m_facts(new DataFacts(surveys)),
      m_addSet(addingButton(tr("Another data set"),
                            tr("Adds a set for tasks whose targets this one lacks"))),
      m_addKernels(addingButton(tr("Other kernels for some layers"),
                                tr("Adds kernels for layers that a pattern matches; the later "
                                   "wins"))) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* column = new QWidget;
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(GridUnit);

    auto* tasks = new QWidget;
    auto* line = new QHBoxLayout(tasks);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(0);
    auto* label = new TonedLabel(ColorRole::Text, tr("Tasks"));
    label->setMinimumHeight(m_chips->minimumSizeHint().height());
    line->addWidget(label, 0, Qt::AlignTop);
    line->addWidget(m_chips, 1);
    auto* network = new Card(tr("Network"));
    auto* recipe = new Card(tr("Recipe"));
    auto* below = new QWidget;
    auto* lines = new QVBoxLayout(below);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(4);
    lines->addWidget(m_addSet);
    lines->addWidget(m_facts);
    m_data = makeForm(m_dataCard, tasks, below);
    m_network = makeForm(network, nullptr, m_addKernels);
    m_recipe = makeForm(recipe, nullptr, nullptr);
    connect(m_data, &SpecForm::labelWidthChanged, label, [this, label](int width) {
        label->setFixedWidth(width + LabelGap);
        m_facts->setLabelWidth(width + LabelGap - GridUnit);
    });
    for (Card* card : {m_dataCard, network, recipe})
        layout->addWidget(card);
    layout->addStretch(1);
    setWidget(column);

    connect(m_chips, &TaskChips::toggled, this, [this](const std::string& task, bool on) {
        const TaskInfo* info = m_catalogue.task(task);
        m_document.apply((on ? tr("Add %1") : tr("Remove %1")).arg(toQt(info->label).toLower()),
                         withTask(m_document.value(), task, on));
    });
    connect(m_addSet, &QToolButton::clicked, this, [this] {
        m_document.apply(tr("Add a data set"), withSet(m_document.value()));
        showField(otherPrefix(m_document.spec().data.others.size() - 1) + "id");
    });
    connect(m_data, &SpecForm::removeRequested, this, [this](int group) {
        m_document.apply(tr("Remove a data set"),
                         withoutSet(m_document.value(), static_cast<std::size_t>(group - 1)));
    });
    connect(m_addKernels, &QToolButton::clicked, this, &SetupForms::addKernels);
    connect(m_network, &SpecForm::removeRequested, this, [this](int group) {
        m_document.apply(tr("Remove kernels"), withoutKernels(m_document.value(),
                                                              static_cast<std::size_t>(group - 1)));
    });
    connect(&document, &SpecDocument::changed, this, &SetupForms::refresh);
    refresh();
}

SpecForm* SetupForms::makeForm(Card* card, QWidget* above, QWidget* below) {
    auto* form = new SpecForm(m_catalogue);
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(12, GridUnit, 6, 6);
    layout->setSpacing(6);
    if (above != nullptr)
        layout->addWidget(above);
    layout->addWidget(form);
    if (below != nullptr)
        layout->addWidget(below);
    card->setBody(body);
    connect(form, &SpecForm::edited, this, [this](const std::string& path, const QString& text) {
        m_document.setText(path, text.toStdString());
    });
    connect(form, &SpecForm::finished, &m_document, &SpecDocument::endStep);
    connect(form, &SpecForm::folderWanted, this, &SetupForms::folderWanted);
    connect(form, &SpecForm::noteOpened, this, &SetupForms::noteOpened);
    return form;
}

void SetupForms::refresh() {
    const SetupValue& value = m_document.value();
    std::map<std::string, std::string> refused;
    for (const auto& [path, text] : value.refused)
        refused[path] = text.text;
    m_data->setGroups(dataGroups(value, m_catalogue), refused);
    m_network->setGroups(networkGroups(value, m_catalogue), refused);
    m_recipe->setGroups(recipeGroups(value, m_catalogue), refused);
    std::vector<std::string> tasks;
    for (const TaskSpec& task : value.spec.tasks)
        tasks.push_back(task.method.id);
    m_chips->setTasks(tasks);
}

/// On a large screen the fields that are advanced fill what else would be empty.
void SetupForms::useRoom() {
    const std::array forms{m_data, m_network, m_recipe};
    int left = viewport()->height() - widget()->sizeHint().height();
    for (const SpecForm* form : forms)
        if (form->isRoomy() && form->isMoreShown())
            left += form->advancedHeight();
    for (SpecForm* form : forms) {
        const int needed = form->advancedHeight();
        form->setRoomy(needed <= left);
        left -= form->isRoomy() && form->isMoreShown() ? needed : 0;
    }
}

void SetupForms::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    useRoom();
}

bool SetupForms::eventFilter(QObject* watched, QEvent* event) {
    const bool done = QScrollArea::eventFilter(watched, event);
    if (watched == widget() && event->type() == QEvent::LayoutRequest)
        useRoom();
    return done;
}

void SetupForms::addKernels() {
    // The last stage is where tasks part first, and a pattern that matches shows what one is.
    std::string pattern = "*";
    if (!m_layers.empty()) {
        pattern = m_layers.back();
        if (const auto dot = pattern.rfind('.'); dot != std::string::npos)
            pattern = pattern.substr(0, dot) + ".*";
    }
    m_document.apply(tr("Add kernels of %1").arg(toQt(pattern)),
                     withKernels(m_document.value(), pattern));
    showField(kernelPrefix(m_document.spec().network.kernels.size() - 1) + "layers");
}

void SetupForms::setProblems(const std::map<std::string, QString>& problems) {
    std::map<std::string, QString> atFields;
    for (const auto& [path, text] : problems) {
        const std::string field = fieldFor(path);
        QString& all = atFields[field];
        all += all.isEmpty() ? QString() : QStringLiteral("\n");
        // Shown at its method, an option that there isn't needs its name.
        if (const auto option = path.find(".options.");
            option != std::string::npos && field == path.substr(0, option) + ".id")
            all += toQt(path.substr(path.rfind('.') + 1)) + QStringLiteral(": ");
        all += text;
    }
    for (SpecForm* form : {m_data, m_network, m_recipe})
        form->setProblems(atFields);
}

void SetupForms::setDatasetNote(const QString& note, const QString& shortNote) {
    m_dataCard->setNote(note, shortNote);
}

std::string SetupForms::fieldFor(const std::string& path) const {
    // The problem of a list's entry is shown at the list, that of an option that there isn't at its
    // method.
    for (std::string at = path;; at = at.substr(0, at.rfind('.'))) {
        for (const std::string& candidate : {at, at + ".id"})
            for (const SpecForm* form : {m_data, m_network, m_recipe})
                if (form->row(candidate) != nullptr)
                    return candidate;
        if (at.find('.') == std::string::npos)
            return {};
    }
}

bool SetupForms::showField(const std::string& path) {
    if (path.starts_with(TasksPath) && fieldFor(path).empty()) {
        ensureWidgetVisible(m_chips);
        if (!m_catalogue.tasks.empty())
            m_chips->chip(m_catalogue.tasks.front().id)->setFocus(Qt::ShortcutFocusReason);
        return true;
    }
    const std::string field = fieldFor(path);
    for (SpecForm* form : {m_data, m_network, m_recipe})
        if (!field.empty() && form->showField(field))
            return true;
    return false;
}

} // namespace concertina
