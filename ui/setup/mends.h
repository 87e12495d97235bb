// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/frame.h"
#include "ui/setup/setup_value.h"

#include <QString>

#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What is known beside the spec, for finding what was meant.
struct SetupFacts {
    std::vector<std::string> layers;       ///< of the backbone that are shared
    std::optional<DatasetSummary> dataset; ///< none until it is read
};

/// A change that ends a problem: what it does, as a button says it, and what comes out.
struct Mend {
    QString text; ///< "Set to 100"
    SetupValue value;
};

/// The one that a person most likely wants: the nearest bound or name, the default, or without
/// what is too much. None where there is none.
std::optional<Mend> mendFor(const Problem& problem, const SetupValue& value,
                            const Catalogue& catalogue, const SetupFacts& facts);

/// What a spec asks of its dataset that isn't there. Code "dataset.no_split".
Problems datasetProblems(const ExperimentSpec& spec, const DatasetSummary& dataset);

} // namespace concertina
