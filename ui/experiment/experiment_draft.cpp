// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/experiment_draft.h"

#include "core/model/validate.h"

#include <algorithm>
#include <utility>

namespace concertina {

ExperimentDraft::ExperimentDraft(const Catalogue& catalogue, JobService& jobs, QSettings& settings,
                                 QObject* parent)
    : QObject(parent),
      m_catalogue(catalogue),
      m_document(catalogue, settings),
      m_analyst(catalogue),
      m_dataset(jobs),
      m_weights(jobs) {
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
    connect(&m_dataset, &DatasetWatch::changed, this, [this] {
        m_analyst.request(spec(), classes());
        Q_EMIT learned();
    });
    connect(&m_weights, &WeightsWatch::changed, this, &ExperimentDraft::learned);
}

void ExperimentDraft::watch() {
    if (std::exchange(m_watched, true))
        return;
    look();
}

void ExperimentDraft::look() {
    if (!m_watched)
        return;
    const auto& refused = m_document.value().refused;
    const bool refusedData = std::ranges::any_of(
        refused, [](const auto& entry) { return entry.first.starts_with("data."); });
    m_dataset.setSpec(spec(), !refusedData
                                  && checkMethod(m_catalogue, Family::Dataset, spec().data.dataset,
                                                 "data.dataset")
                                         .empty());
    m_analyst.request(spec(), classes());
}

ClassCounts ExperimentDraft::classes() const {
    ClassCounts counts;
    if (m_dataset.summary())
        for (const auto& target : m_dataset.summary()->targets)
            counts[target.name] = target.classes;
    return counts;
}

} // namespace concertina
