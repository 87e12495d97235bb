// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"

#include <string>
#include <vector>

namespace concertina {

// What a spec says of the contraction of its network.

/// Problems: "contraction.syntax" with the path of the rule.
ContractionSettings contractionOf(const ExperimentSpec& spec, const Catalogue& catalogue,
                                  Problems& problems);

/// Rules that no layer follows. Problems: "contraction.no_layer", and "contraction.factors" where
/// the layers that it names have other factors, or kernels that are always multiplied.
Problems checkContractionOrder(const NetworkDesign& design);

/// The convolution in the backbone that runs a layer's kernel.
const Node& convolutionOf(const LayerGraph& backbone, std::size_t layer);
LayerPixels pixelsOf(const LayerGraph& backbone, std::size_t layer);

/// How a layer can be cut into stretches.
Cuttable cuttableLayer(const NetworkDesign& design, std::size_t layer);

/// Which layers run as stretches and how, a line each: "enc5.1 enc5.2: U·M | V".
std::vector<std::string> contractionWords(const NetworkDesign& design);

} // namespace concertina
