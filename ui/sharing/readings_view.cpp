// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/readings_view.h"

#include "ui/monitor/run_pace.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/mixture_map.h"
#include "widgets/theme/theme.h"

#include <QVBoxLayout>

namespace concertina {

namespace {

/// "Segmentation 5 of 6 layers, Depth 2, Surface normals 0".
QString claimsText(const FactorReadings& readings, const std::vector<SharingTask>& tasks) {
    std::vector<LayerClaims> claims = layerClaims(readings);
    for (std::size_t t = 0; t < claims.size(); ++t)
        claims[t].task = tasks[t].label.toStdString();
    return toQt(toText(claims));
}

} // namespace

ReadingsView::ReadingsView(QWidget* parent)
    : QWidget(parent), m_words(new TonedLabel(ColorRole::Text)), m_mixtures(new MixtureMap) {
    m_words->setFont(smallFont());
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_words);
    column->addWidget(m_mixtures);
    connect(m_mixtures, &MixtureMap::pointedAt, this, [this](const QString& words) {
        m_words->setText(words.isEmpty() ? m_summary : words);
    });
    clear();
}

void ReadingsView::clear() {
    m_mixtures->setRows({}, {});
    m_mixtures->hide();
    hide();
}

void ReadingsView::say(const QString& text) {
    m_summary = text;
    m_words->setText(text);
    setVisible(true);
}

void ReadingsView::wait() {
    clear();
    say(tr("Reading the last checkpoint…"));
}

void ReadingsView::show(const FactorReadings& readings, const std::vector<SharingTask>& tasks) {
    clear();
    if (readings.copies.empty() || readings.tasks.size() != tasks.size())
        return;
    showMixtures(readings, tasks);
    QStringList sentences;
    const QString step = groupedNumber(readings.step);
    if (const QString claims = claimsText(readings, tasks); !claims.isEmpty())
        sentences << tr("Claimed at step %1 (the gauges in the cells): %2.").arg(step, claims);
    if (!m_mixtures->rows().empty())
        sentences
            << tr("At step %1 each task mixes the %2s that all have in these shares; the full "
                  "colour is %3.")
                   .arg(step, m_mixtures->part(), toQt(shareText(m_mixtures->largest())));
    say(sentences.join(QLatin1Char(' ')));
}

void ReadingsView::showMixtures(const FactorReadings& readings,
                                const std::vector<SharingTask>& tasks) {
    std::vector<MixtureMap::Row> rows;
    QString part;
    for (std::size_t t = 0; t < tasks.size(); ++t)
        if (const FactorReading* mixture = readings.mixture("", readings.tasks[t])) {
            rows.push_back({static_cast<int>(t), tasks[t], mixture->values});
            part = toQt(mixture->part);
        }
    const auto size = rows.empty() ? 0 : rows.front().shares.size();
    std::erase_if(rows, [&](const auto& row) { return row.shares.size() != size; });
    m_mixtures->setRows(std::move(rows), part);
    m_mixtures->setVisible(!m_mixtures->rows().empty());
}

void ReadingsView::show(const Problem& problem) {
    clear();
    say(problem.code == "run.no_checkpoint"
            ? tr("What gates and mixtures say will stand here after the first checkpoint.")
            : tr("What gates and mixtures say can't be read: %1").arg(toQt(toText(problem))));
}

} // namespace concertina
