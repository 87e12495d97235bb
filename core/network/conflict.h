// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network.h"
#include "core/values/conflict.h"

#include <span>
#include <vector>

namespace concertina {

/// Whether several tasks own a copy of anything whose conflict is measured.
bool hasSharedCopies(const Network& network);

/// How the losses of each two tasks agree on each copy of a factor, or of a batch norm's γ and β,
/// that both own: the cosine of ∂L_a/∂F and ∂L_b/∂F, and their magnitudes, by one backward pass a
/// task. In merged layers too this is the plain derivative through the averaged kernel. Biases are
/// left out: before a norm their gradients are rounding alone.
///
/// Losses are scalars, one a task; of an undefined one there are no rows. `composed` must have been
/// made with gradients; its graphs are used up. Parameters' gradients stay as they are. Rows come
/// in the network's order of layers and factors; step and estimator are the caller's to set.
std::vector<ConflictRow> measureConflict(const Network& network, const ComposedNetwork& composed,
                                         std::span<const torch::Tensor> losses);

} // namespace concertina
