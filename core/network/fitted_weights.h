// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"
#include "core/network/initial_network.h"
#include "core/values/problem.h"
#include "core/values/spec_choices.h"

#include <functional>
#include <string>

namespace concertina {

/// The name of a layer's norm in files of other programs.
using NormName = std::function<std::string(const std::string& layer)>;

/// Weights of another program as a network of these layers begins with them.
///
/// A layer `L` has the kernel `L.weight` (or `L.conv.weight`, `L.0.weight`) and the bias `L.bias`,
/// 0 where there is none; its norm stands under the name that `normName` gives, or, where that is
/// empty or null, under `L.norm`, `L.bn` or `L.1`. All may stand behind one prefix ("backbone.").
/// The way to name them by which most layers are found is taken. Heads are never looked for.
///
/// Where the file's layers are wider, some of their channels are taken, by `channels`; what a layer
/// reads are the channels that those before it have taken, through sums and concatenations as well,
/// and layers whose outputs are added take the same.
///
/// The result's `fit`, and for people its `notes`, say what was found, what is missing, has another
/// shape, or is left.
/// Problem "weights.other_network", where no layer fits: some names of both sides.
Expected<InitialNetwork> fittedWeights(const InitialNetwork& weights, const LayerGraph& backbone,
                                       const NormName& normName, InitialChannels channels);

} // namespace concertina
