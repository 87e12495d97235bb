// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/initial_network.h"
#include "core/network/network.h"
#include "core/values/spec.h"

namespace concertina {

/// What was read as a network of this design begins with it: weights of another program fitted to
/// its layers, a network of this one as it is. Problems of `fittedWeights`.
Expected<InitialNetwork> fittedTo(const ExperimentSpec& spec, const NetworkDesign& design,
                                  const InitialNetwork& source);

/// A spec's network as it begins from what was read: a trained network, or weights of another
/// program, which are fitted to its layers first. `design` is the spec's. Problems of
/// `Network::begunFrom` and `fittedTo`.
Expected<Network> begunNetwork(const ExperimentSpec& spec, NetworkDesign design,
                               const InitialNetwork& source, BegunNotes& notes);

} // namespace concertina
