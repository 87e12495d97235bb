// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/head_outputs.h"
#include "ui/experiment/dataset_watch.h"
#include "ui/experiment/spec_analysis.h"
#include "ui/experiment/spec_document.h"
#include "ui/experiment/weights_watch.h"

#include <memory>

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

    DatasetWatch& dataset() { return m_dataset; }
    const DatasetWatch& dataset() const { return m_dataset; }

    /// The file that its network begins from.
    WeightsWatch& weights() { return m_weights; }
    const WeightsWatch& weights() const { return m_weights; }

    /// The classes of its dataset's targets, as far as it has been read.
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

    const Catalogue& m_catalogue;
    SpecDocument m_document;
    SpecAnalyst m_analyst;
    DatasetWatch m_dataset;
    WeightsWatch m_weights;
    std::shared_ptr<const SpecAnalysis> m_analysis;
    bool m_watched = false;
};

} // namespace concertina
