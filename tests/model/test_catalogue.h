// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"

namespace concertina {

/// A small catalogue without anything that computes, for tests of the rooms that need none:
/// dataset "rooms", tasks "segmentation", "depth" and "normal", backbone "toy", parametrizations
/// "plain" (W) and "factored" (U, the core M, V), optimizers "sgd", "adam" and "adamw", schedules
/// "constant", "step" and "cosine", balancing "equal".
Catalogue testCatalogue();

/// With a parametrization "stack" beside them, whose option "parts" is a list of parametrizations:
/// plain and factored where nothing else is said.
Catalogue catalogueWithLists();

/// A spec that is valid in this catalogue: all three tasks on the toy backbone, every layer
/// "factored" and tied. Its layers are enc1.1, enc2.1, dec2.1 and dec1.1.
ExperimentSpec testSpec();

} // namespace concertina
