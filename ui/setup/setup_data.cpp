// SPDX-License-Identifier: GPL-3.0-or-later
// What the page takes as its data, and what it shows of it.
#include "core/model/recognize_data.h"
#include "core/model/spec_paths.h"
#include "core/values/presets.h"
#include "core/values/spec_sets.h"
#include "ui/experiment/data_surveys.h"
#include "ui/services/dialogs.h"
#include "ui/setup/data_facts.h"
#include "ui/setup/sample_browser.h"
#include "ui/setup/samples_card.h"
#include "ui/setup/setup_forms.h"
#include "ui/setup/setup_page.h"
#include "ui/window/dropped.h"
#include "widgets/qt_text.h"

#include <QFileInfo>
#include <QToolButton>

#include <algorithm>
#include <iterator>

namespace concertina {

Expected<void> SetupPage::useData(const QString& place) {
    const ExperimentSpec& before = m_document.spec();
    const auto placed = withDataAt(m_context.catalogue, before, place.toStdString());
    if (!placed)
        return failure(placed.error());
    const MethodChoice& dataset = placed->data.dataset;
    SetupValue value =
        withJson(m_document.value(), m_context.catalogue, "data.dataset.id", dataset.id);
    for (const auto& option : dataset.options.items())
        value = withJson(std::move(value), m_context.catalogue,
                         "data.dataset.options." + option.key(), option.value());
    // A preset's name says what it was on other data; one that is made for files says how it
    // trains.
    const bool isOfOtherData = placeOption(m_context.catalogue, before.data.dataset) == nullptr
                               && presetNamed(before.name) != nullptr;
    if (isOfOtherData || before.name.empty() || before.name == ExperimentSpec().name)
        if (SetupValue named =
                withJson(value, m_context.catalogue, "name", datasetName(place).toStdString());
            !named.refused.contains("name"))
            value = std::move(named);
    m_document.apply(tr("Data from %1").arg(QFileInfo(place).fileName()), std::move(value));
    return {};
}

ExperimentSpec SetupPage::shownSpec() const {
    return withSetAlone(m_document.spec(), m_shownSet);
}

/// Samples of all sets, each with its targets.
void SetupPage::showSamples() {
    const ExperimentSpec& spec = m_document.spec();
    for (std::size_t set = 0; set < m_draft.datasets(); ++set) {
        const auto& summary = m_draft.dataset(set).summary();
        if (!summary || !datasetProblems(spec, set, *summary).empty())
            return m_samples->setMessage(noSamplesText(set));
    }
    int samples = 0;
    for (const int own : m_draft.trainingSamples().value_or(std::vector<int>()))
        samples += own;
    m_samples->setSpec(spec, samples);
}

void SetupPage::showData() {
    QStringList names;
    for (const DataSetSpec& set : m_document.spec().data.sets())
        names << toQt(set.called());
    m_shownSet = std::min(m_shownSet, m_draft.datasets() - 1);
    m_forms->dataFacts()->setSets(names, static_cast<int>(m_shownSet));
    m_forms->setDatasetNote(datasetNote(true), datasetNote(false));
    const DatasetWatch& watch = m_draft.dataset(m_shownSet);
    if (watch.isReading() && watch.summary())
        return; // what is known stays until it is read anew
    showSamples();
    const ExperimentSpec spec = shownSpec();
    const DatasetSummary* summary = watch.summary() ? &*watch.summary() : nullptr;
    m_surveys->setDataset(spec, summary);
    m_forms->dataFacts()->setDataset(summary, spec.data.trainSplit);
    m_samples->browseButton()->setEnabled(summary != nullptr);
    if (m_browser != nullptr)
        m_browser->setDataset(spec, summary, noSamplesText(m_shownSet));
}

QString SetupPage::noSamplesText(std::size_t set) const {
    if (const auto& problem = m_draft.dataset(set).problem()) {
        Problem named = *problem;
        named.path.clear(); // the field that it is about is marked
        return tr("The dataset can't be read: %1").arg(toQt(toText(named)));
    }
    if (m_draft.dataset(set).isReading())
        return tr("Reading the dataset…");
    return tr("Samples are shown here once the data is chosen and nothing is wrong with it.");
}

SampleBrowser& SetupPage::browser() {
    if (m_browser == nullptr)
        m_browser = new SampleBrowser(m_context.jobs, *m_surveys, this);
    return *m_browser;
}

void SetupPage::browseSamples() {
    browser();
    showData();
    m_browser->show();
    m_browser->raise();
    m_browser->activateWindow();
}

QString SetupPage::datasetNote(bool names) const {
    const auto& sets = m_document.spec().data.sets();
    if (sets.size() == 1)
        return noteOfSet(0, names);
    QStringList notes;
    for (std::size_t set = 0; set < std::min(sets.size(), m_draft.datasets()); ++set)
        if (const QString note = noteOfSet(set, names); !note.isEmpty())
            notes << tr("%1: %2").arg(toQt(sets[set].called()), note);
    return notes.join(QStringLiteral("; "));
}

QString SetupPage::noteOfSet(std::size_t set, bool names) const {
    const DatasetWatch& watch = m_draft.dataset(set);
    if (watch.problem())
        return tr("can't be read");
    if (!watch.summary())
        return watch.isReading() ? tr("reading…") : QString();
    const DatasetSummary& summary = *watch.summary();
    QStringList parts;
    for (const auto& split : summary.splits)
        parts << QStringLiteral("%1 %2").arg(split.samples).arg(toQt(split.name));
    std::vector<DatasetSummary::Target> withClasses;
    std::ranges::copy_if(summary.targets, std::back_inserter(withClasses),
                         [](const auto& target) { return target.classes > 0; });
    for (const auto& target : withClasses)
        parts << (withClasses.size() == 1
                      ? tr("%1 classes").arg(target.classes)
                      : tr("%1 %2 classes").arg(target.classes).arg(toQt(target.name)));
    parts << datasetGaps(summary, names);
    return parts.join(QStringLiteral(" · "));
}

std::optional<FieldInfo> SetupPage::placeField(const std::string& path) const {
    const auto place = placeAt(m_document.value(), m_context.catalogue, path);
    return place && isPlace(place->field) ? std::optional(place->field) : std::nullopt;
}

void SetupPage::askPlace(const std::string& path) {
    const auto field = placeField(path);
    if (!field)
        return;
    QStringList endings;
    for (const std::string& ending : field->choices)
        endings << QLatin1Char('*') + toQt(ending);
    const auto place =
        field->type == FieldType::Folder
            ? m_context.dialogs.openFolder(this, tr("Choose a folder"))
            : m_context.dialogs.openFile(
                this, tr("Choose a file"),
                tr("%1 (%2)").arg(toQt(field->label), endings.join(QLatin1Char(' '))));
    if (!place)
        return;
    m_document.setText(path, place->toStdString());
    m_document.endStep();
    // The same one again is read again.
    m_draft.readAgain();
}

} // namespace concertina
