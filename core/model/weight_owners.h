// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/report.h"

#include <vector>

namespace concertina {

/// Weights of one layer and the tasks that have them together.
struct OwnedWeights {
    int layer = 0;
    TaskSet owner = 0;
    BeforeAfter count; ///< in training and collapsed
};

/// All weights of a design. In training: every copy of every factor, biases, norms, heads.
/// Collapsed: distinct kernels with their biases, and scales where norms stay.
std::vector<OwnedWeights> ownedWeights(const NetworkDesign& design);
std::vector<OwnedWeights> ownedWeights(const NetworkDesign& trained,
                                       const NetworkDesign& collapsed);

/// The same by owners and by the ways in which layers are shared. `collapsed`: the design that is
/// folded, where it shares more than the one that was trained.
WeightOwners weightOwners(const NetworkDesign& design);
WeightOwners weightOwners(const NetworkDesign& trained, const NetworkDesign& collapsed);

} // namespace concertina
