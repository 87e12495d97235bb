// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/head_outputs.h"
#include "ui/experiment/dataset_watch.h"
#include "ui/experiment/spec_analysis.h"
#include "ui/experiment/spec_document.h"
#include "ui/experiment/weights_watch.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace concertina {

/// The experiment that is being set up, with what is known of it: pages that show a part of it
/// share one.
class ExperimentDraft : public QObject {
    Q_OBJECT

public:
    /// Everything must outlive it.
    ExperimentDraft(const Catalogue& catalogue, JobService& jobs, QSettings& settings,
                    QObject* parent = nullptr);

    /// Begins to analyse it and to read its dataset, where that has not begun.
    void watch();

    SpecDocument& document() { return m_document; }
    const SpecDocument& document() const { return m_document; }
    const ExperimentSpec& spec() const { return m_document.spec(); }

    /// Of each set of the spec, by its index: at least the first.
    DatasetWatch& dataset(std::size_t set = 0) { return *m_datasets[set]; }
    const DatasetWatch& dataset(std::size_t set = 0) const { return *m_datasets[set]; }
    std::size_t datasets() const { return m_datasets.size(); }

    /// Asks again for all of them: their files may be others.
    void readAgain();

    /// The samples that are trained on, a set; none where one is not known.
    std::optional<std::vector<int>> trainingSamples() const;

    /// The file that its network begins from.
    WeightsWatch& weights() { return m_weights; }
    const WeightsWatch& weights() const { return m_weights; }

    /// The classes of its datasets' targets, as far as they have been read.
    ClassCounts classes() const;

    /// Null before the first; of an earlier spec while `isBusy()`.
    const std::shared_ptr<const SpecAnalysis>& analysis() const { return m_analysis; }

    /// Whether a change has not been looked at yet.
    bool isBusy() const { return m_analyst.isBusy(); }

Q_SIGNALS:
    void changed(); ///< the document
    void learned(); ///< of its dataset or its weights, or an analysis

private:
    void look();
    void watchSets();

    const Catalogue& m_catalogue;
    SpecDocument m_document;
    SpecAnalyst m_analyst;
    JobService& m_jobs;
    std::vector<std::unique_ptr<DatasetWatch>> m_datasets; ///< a set
    WeightsWatch m_weights;
    std::shared_ptr<const SpecAnalysis> m_analysis;
    bool m_watched = false;
};

} // namespace concertina
