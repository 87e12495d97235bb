// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/initial_network.h"
#include "core/network/network.h"
#include "core/training/run_data.h"

#include <optional>

namespace concertina {

/// Gives the norms of a network that begins as a collapsed one statistics to be trained with.
///
/// Where a norm was folded into its kernel, or is left as a scale and a shift, nothing says what
/// mean μ and deviation σ its input has, by which it normalizes as soon as it trains. They are
/// measured over the first batches of the run's training, up to 8, by the network as it is used; γ
/// and β are then those that leave each output as it is: for a norm that gives a·x + c, γ = a·√(σ²
/// + ε), β = c + a·μ. Norms whose γ and β several executed nodes share stay as they are, and so
/// does all of a network that has its own statistics. Problems: of samples that can't be read.
std::optional<Problem> settleFoldedNorms(Network& network, const InitialNetwork& source,
                                         const RunData& data);

} // namespace concertina
