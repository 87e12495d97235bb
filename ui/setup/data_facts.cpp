// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/data_facts.h"

#include "ui/setup/class_shares.h"
#include "ui/setup/sample_filter.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr std::size_t MostNamedSamples = 3;

/// "2 samples can't be read: b (…), c (…). “concertina-cli data check” names all."
QString damageText(const DataSurvey& survey) {
    const std::vector<int> places = unreadableSamples(survey);
    if (places.empty())
        return DataFacts::tr("all can be read");
    QStringList named;
    for (std::size_t i = 0; i < std::min(places.size(), MostNamedSamples); ++i) {
        const auto& sample = survey.samples[static_cast<std::size_t>(places[i])];
        named << QStringLiteral("%1 (%2)").arg(toQt(sample.name), toQt(toText(*sample.problem)));
    }
    if (places.size() > MostNamedSamples)
        named << QStringLiteral("…");
    return DataFacts::tr("%1 can't be read: %2 – “concertina-cli data check” names all")
        .arg(places.size())
        .arg(named.join(QStringLiteral("; ")));
}

} // namespace

DataFacts::DataFacts(DataSurveys& surveys, QWidget* parent)
    : QWidget(parent),
      m_surveys(surveys),
      m_rows(new QVBoxLayout),
      m_dataLabel(new TonedLabel(ColorRole::Text, tr("Recognized"))),
      m_sets(new QComboBox),
      m_data(new TonedLabel(ColorRole::MutedText)),
      m_state(new TonedLabel(ColorRole::MutedText)),
      m_progress(new QProgressBar),
      m_button(new QPushButton) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 6, 0);
    column->setSpacing(4);
    auto* first = new QHBoxLayout;
    first->setSpacing(GridUnit);
    first->addWidget(m_dataLabel);
    first->addWidget(m_sets);
    m_sets->setAccessibleName(tr("Data set"));
    m_sets->setToolTip(tr("The set that is shown here and whose samples are browsed"));
    m_sets->hide();
    connect(m_sets, &QComboBox::activated, this, &DataFacts::setChosen);
    first->addWidget(m_data, 1);
    column->addLayout(first);
    m_rows->setSpacing(2);
    column->addLayout(m_rows);
    auto* line = new QHBoxLayout;
    line->setSpacing(GridUnit);
    line->addWidget(m_state, 1);
    line->addWidget(m_button, 0, Qt::AlignTop);
    column->addWidget(m_progress);
    column->addLayout(line);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    m_progress->setAccessibleName(tr("How many samples were counted"));
    m_data->setFont(smallFont());
    m_data->setWordWrap(true);
    m_state->setFont(smallFont());
    m_state->setWordWrap(true);
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse);
    connect(&surveys, &DataSurveys::changed, this, &DataFacts::showSurvey);
    connect(m_button, &QPushButton::clicked, this, [this] {
        if (m_surveys.isCounting(m_split))
            m_surveys.stop();
        else
            m_surveys.count(m_split);
    });
    hide();
}

void DataFacts::setSets(const QStringList& names, int shown) {
    QStringList known;
    for (int i = 0; i < m_sets->count(); ++i)
        known << m_sets->itemText(i);
    if (known != names) {
        m_sets->clear();
        m_sets->addItems(names);
    }
    m_sets->setCurrentIndex(shown);
    m_sets->setVisible(names.size() > 1);
}

void DataFacts::setDataset(const DatasetSummary* dataset, const std::string& split) {
    // Of several sets another can be chosen where this one can't be read.
    setVisible(dataset != nullptr || m_sets->count() > 1);
    m_split = split;
    if (dataset == nullptr) {
        m_dataset.reset();
        for (ClassShares* row : std::exchange(m_targets, {}))
            delete row;
        m_data->setText({});
        m_state->setText({});
        m_progress->hide();
        m_button->hide();
        return;
    }
    m_dataset = *dataset;
    QStringList splits;
    for (const auto& one : dataset->splits)
        splits << QStringLiteral("%1 %2").arg(toQt(one.name), samplesText(one.samples));
    m_data->setText(tr("%1: %2").arg(toQt(dataset->name), splits.join(QStringLiteral(", "))));
    makeRows();
    showSurvey();
}

void DataFacts::makeRows() {
    while (m_targets.size() > m_dataset->targets.size()) {
        delete m_targets.back();
        m_targets.pop_back();
    }
    while (m_targets.size() < m_dataset->targets.size()) {
        const std::size_t t = m_targets.size();
        auto* row = m_targets.emplace_back(new ClassShares);
        m_rows->addWidget(row);
        connect(row, &ClassShares::classChosen, this,
                [this, t](int index) { Q_EMIT classChosen(m_dataset->targets[t].name, index); });
    }
    for (std::size_t t = 0; t < m_targets.size(); ++t)
        m_targets[t]->setTarget(toQt(m_dataset->targets[t].name),
                                targetText(m_dataset->targets[t]));
    fitNames();
}

void DataFacts::setLabelWidth(int width) {
    m_labelWidth = width;
    fitNames();
}

void DataFacts::fitNames() {
    int width = std::max(m_labelWidth, m_dataLabel->sizeHint().width());
    for (const ClassShares* row : m_targets)
        width = std::max(width, row->labelWidth());
    m_dataLabel->setFixedWidth(width);
    for (ClassShares* row : m_targets)
        row->setLabelWidth(width);
}

void DataFacts::showSurvey() {
    if (!m_dataset)
        return;
    const DataSurvey* survey = m_surveys.survey(m_split);
    for (std::size_t t = 0; t < m_targets.size(); ++t)
        m_targets[t]->setSurvey(survey, t);
    const bool isCounting = m_surveys.isCounting(m_split);
    const bool isComplete = survey != nullptr && survey->isComplete();
    const Problem* problem = m_surveys.problem(m_split);
    const int counted = survey == nullptr ? 0 : static_cast<int>(survey->samples.size());
    const auto split = std::ranges::find(m_dataset->splits, m_split, &DatasetSummary::Split::name);
    const int all = split == m_dataset->splits.end() ? 0 : split->samples;
    m_progress->setVisible(isCounting);
    m_progress->setRange(0, std::max(1, all));
    m_progress->setValue(counted);
    m_button->setVisible(!isComplete && all > 0);
    m_button->setText(isCounting           ? tr("Stop")
                      : problem != nullptr ? tr("Try again")
                      : counted > 0        ? tr("Go on")
                                           : tr("Count classes"));
    m_button->setToolTip(
        tr("Reads every sample of %1 once: shares of the classes, and what can't be read")
            .arg(toQt(m_split)));
    const bool isDamaged =
        problem != nullptr || (survey != nullptr && !unreadableSamples(*survey).empty());
    m_state->setRole(isDamaged ? ColorRole::Bad : ColorRole::MutedText);
    if (problem != nullptr)
        m_state->setText(toQt(toText(*problem)));
    else if (counted == 0)
        m_state->setText(isCounting ? tr("Counting %1…").arg(samplesText(all)) : QString());
    else
        m_state->setText(
            tr("%1 of %2 counted · %3")
                .arg(counted)
                .arg(tr("%1 in %2").arg(samplesText(all), toQt(m_split)), damageText(*survey)));
}

QString DataFacts::dataText() const {
    return m_data->text();
}

QString DataFacts::surveyText() const {
    return m_state->text();
}

} // namespace concertina
