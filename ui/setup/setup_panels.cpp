// SPDX-License-Identifier: GPL-3.0-or-later
// What is known beside the spec itself: problems, and what opens over the page.
#include "ui/setup/guess_panel.h"
#include "ui/setup/layers_panel.h"
#include "ui/setup/mends.h"
#include "ui/setup/setup_forms.h"
#include "ui/setup/setup_page.h"
#include "ui/setup/weights_panel.h"
#include "widgets/forms/spec_form.h"
#include "widgets/qt_text.h"

#include <QFileInfo>

namespace concertina {

void SetupPage::openLayers() {
    fillLayers();
    m_layers->open();
}

void SetupPage::fillLayers() {
    // Of one with problems the plan is resolved only as far as its rules are right.
    const auto& analysis = m_draft.analysis();
    const auto classes = assumedClasses();
    m_layers->setNetwork(
        analysis && analysis->costs ? analysis->network : std::nullopt,
        classes ? tr("Heads as for %1 classes, until the dataset is read.").arg(*classes)
                : QString());
}

Problems SetupPage::problems() const {
    Problems all;
    for (const auto& [path, refused] : m_document.value().refused)
        all.push_back(refused.problem);
    if (m_draft.analysis())
        all.insert(all.end(), m_draft.analysis()->problems.begin(),
                   m_draft.analysis()->problems.end());
    for (std::size_t set = 0; set < m_draft.datasets(); ++set)
        for (Problem& problem : problemsOfSet(set))
            all.push_back(std::move(problem));
    if (m_draft.weights().problem())
        all.push_back(*m_draft.weights().problem());
    return all;
}

Problems SetupPage::problemsOfSet(std::size_t set) const {
    const DatasetWatch& watch = m_draft.dataset(set);
    if (!watch.problem())
        return watch.summary() ? datasetProblems(m_document.spec(), set, *watch.summary())
                               : Problems();
    Problem problem = *watch.problem();
    problem.path = pathInSet(problem.path, set);
    // Whatever file it names, the field that can be changed is the dataset's.
    if (m_forms->fieldFor(problem.path).empty()) {
        problem.found = toText(*watch.problem());
        problem.path = pathInSet("data.dataset", set);
        problem.expected = "a dataset that can be read";
        problem.hint.clear();
    }
    return {problem};
}

/// A folder that is no dataset yet may become one.
void SetupPage::openData(const QString& place) {
    const auto used = useData(place);
    if (!used && used.error().code == "dataset.unrecognized" && QFileInfo(place).isDir())
        m_guess->look(place);
    else if (!used)
        refuseData(place, used.error());
}

void SetupPage::refuseData(const QString& place, const Problem& problem) {
    m_context.navigator.showProblem(
        tr("%1 is no data that can be used.").arg(QFileInfo(place).fileName()), problem);
}

void SetupPage::showWeights() {
    const auto& report = m_draft.weights().report();
    QString note, tip;
    if (m_draft.weights().isReading()) {
        note = tr("Reading the file…");
    } else if (report) {
        note = weightsNote(*report);
        QStringList lines{toQt(summaryText(*report))};
        for (const std::string& line : report->notes)
            lines << toQt(line);
        lines.removeDuplicates();
        tip = QStringLiteral("<p>%1</p>")
                  .arg(lines.join(QLatin1Char('\n'))
                           .toHtmlEscaped()
                           .replace(QLatin1Char('\n'), QStringLiteral("</p><p>")));
    }
    m_forms->networkForm()->setNote("network.initial", note, tip);
    m_weights->setReport(report.value_or(WeightsReport()));
}

} // namespace concertina
