// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network.h"
#include "core/training/run_data.h"

#include <optional>
#include <span>
#include <string>

namespace concertina {

/// Gives norms of a network that begins as another one statistics to be trained with.
///
/// Where a norm was folded into its kernel, or is left as a scale and a shift (`folded`: names of
/// layers, as `BegunNotes` has them), nothing says what mean μ and deviation σ its input has, by
/// which it normalizes as soon as it trains. They are
/// measured over the first batches of the run's training, up to 8, by the network as it is used; γ
/// and β are then those that leave each output as it is: for a norm that gives a·x + c, γ = a·√(σ²
/// + ε), β = c + a·μ. Norms whose γ and β several executed nodes share stay as they are.
/// `skipsDamaged`: samples that can't be read are replaced; else they are the problem.
std::optional<Problem> settleFoldedNorms(Network& network, std::span<const std::string> folded,
                                         const RunData& data, bool skipsDamaged);

} // namespace concertina
