// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/setup_value.h"
#include "ui/services/frame.h"

#include <QString>

#include <optional>

namespace concertina {

/// A change that ends a problem: what it does, as a button says it, and what comes out.
struct Mend {
    QString text; ///< "Set to 100"
    SetupValue value;
};

/// What a problem's fix makes of what is set up. None where it has none that changes something.
std::optional<Mend> mendFor(const Problem& problem, const SetupValue& value,
                            const Catalogue& catalogue);

/// What a spec asks of one of its sets that isn't there. Code "dataset.no_split".
Problems datasetProblems(const ExperimentSpec& spec, std::size_t set,
                         const DatasetSummary& dataset);

} // namespace concertina
