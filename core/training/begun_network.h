// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network.h"
#include "core/values/spec.h"

namespace concertina {

struct InitialNetwork;

/// A spec's network as it begins from what was read: a trained network, or weights of another
/// program, which are fitted to its layers first. `design` is the spec's. Problems of
/// `Network::begunFrom` and `fittedWeights`.
Expected<Network> begunNetwork(const ExperimentSpec& spec, NetworkDesign design,
                               const InitialNetwork& source, BegunNotes& notes);

} // namespace concertina
