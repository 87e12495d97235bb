// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/loader_plan.h"
#include "core/values/spec.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace concertina {

/// One of the sets of a run.
struct OpenedSet {
    std::string name;
    SetShare training;  ///< the samples of its training split, and its weight
    int validation = 0; ///< samples of its validation split
};

/// The sets of a spec as one dataset: the one that it has, or several joined.
struct OpenedSets {
    std::shared_ptr<const Dataset> dataset;
    std::vector<OpenedSet> sets;
    std::vector<std::size_t> taskTargets; ///< what each task learns, among the dataset's targets
};

/// Opens the sets of a spec; `watches` are one a set, or none. Problems: those of `openDataset`;
/// "dataset.split" for a split that is not there; "dataset.target" for a task whose target a set of
/// its lacks, has in another kind, or has for no training sample, or that its sets do not store
/// alike; "data.splits" where one set has one split for both and another does not; "data.weight"
/// where shares make an epoch of more samples than can be kept in order.
Expected<OpenedSets> openSets(const ExperimentSpec& spec, const std::vector<DataWatch>& watches);

} // namespace concertina
