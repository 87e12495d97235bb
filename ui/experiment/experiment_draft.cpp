// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/experiment_draft.h"

#include "core/model/validate.h"
#include "core/values/spec_sets.h"

#include <algorithm>
#include <utility>

namespace concertina {

ExperimentDraft::ExperimentDraft(const Catalogue& catalogue, JobService& jobs, QSettings& settings,
                                 QObject* parent)
    : QObject(parent),
      m_catalogue(catalogue),
      m_document(catalogue, settings),
      m_analyst(catalogue),
      m_jobs(jobs),
      m_weights(jobs) {
    watchSets();
    connect(&m_document, &SpecDocument::changed, this, [this] {
        look();
        Q_EMIT changed();
    });
    connect(&m_analyst, &SpecAnalyst::ready, this,
            [this](const std::shared_ptr<const SpecAnalysis>& analysis) {
                m_analysis = analysis;
                m_weights.setSpec(spec(), analysis->costs.has_value());
                Q_EMIT learned();
            });
    connect(&m_weights, &WeightsWatch::changed, this, &ExperimentDraft::learned);
}

void ExperimentDraft::watch() {
    if (std::exchange(m_watched, true))
        return;
    look();
}

void ExperimentDraft::watchSets() {
    const std::size_t sets = 1 + spec().data.others.size();
    if (m_datasets.size() > sets)
        m_datasets.resize(sets);
    while (m_datasets.size() < sets) {
        auto& watch = m_datasets.emplace_back(std::make_unique<DatasetWatch>(m_jobs));
        connect(watch.get(), &DatasetWatch::changed, this, [this] {
            m_analyst.request(spec(), classes());
            Q_EMIT learned();
        });
    }
}

void ExperimentDraft::readAgain() {
    for (const auto& watch : m_datasets)
        watch->askAgain();
}

void ExperimentDraft::look() {
    watchSets();
    if (!m_watched)
        return;
    const auto& refused = m_document.value().refused;
    const bool refusedData = std::ranges::any_of(
        refused, [](const auto& entry) { return entry.first.starts_with("data."); });
    for (std::size_t set = 0; set < m_datasets.size(); ++set) {
        const ExperimentSpec alone = withSetAlone(spec(), set);
        const bool known =
            checkMethod(m_catalogue, Family::Dataset, alone.data.dataset, "data.dataset").empty();
        m_datasets[set]->setSpec(alone, !refusedData && known);
    }
    m_analyst.request(spec(), classes());
}

std::optional<std::vector<int>> ExperimentDraft::trainingSamples() const {
    std::vector<int> all;
    const auto sets = spec().data.sets();
    for (std::size_t set = 0; set < std::min(sets.size(), m_datasets.size()); ++set) {
        const auto samples = m_datasets[set]->samplesOf(sets[set].trainSplit);
        if (!samples)
            return std::nullopt;
        all.push_back(*samples);
    }
    return all;
}

ClassCounts ExperimentDraft::classes() const {
    ClassCounts counts;
    for (std::size_t set = 0; set < m_datasets.size(); ++set) {
        if (!m_datasets[set]->summary())
            continue;
        ClassCounts own;
        for (const auto& target : m_datasets[set]->summary()->targets)
            own[target.name] = target.classes;
        addClasses(counts, spec(), set, own);
    }
    return counts;
}

} // namespace concertina
