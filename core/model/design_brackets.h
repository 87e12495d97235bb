// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"

#include <string>
#include <vector>

namespace concertina {

// What a spec says of the bracketing of its network.

/// Problems: "brackets.syntax" with the path of the rule.
BracketingSettings bracketingOf(const ExperimentSpec& spec, const Catalogue& catalogue,
                                Problems& problems);

/// Rules that no layer follows. Problems: "brackets.no_layer", and "brackets.factors" where the
/// layers that it names have other factors, or kernels that are always multiplied.
Problems checkBrackets(const NetworkDesign& design);

/// The convolution in the backbone that runs a layer's kernel.
const Node& convolutionOf(const LayerGraph& backbone, std::size_t layer);
LayerPixels pixelsOf(const LayerGraph& backbone, std::size_t layer);

/// How a layer can be cut into links.
Cuttable cuttableLayer(const NetworkDesign& design, std::size_t layer);

/// Which layers run as links and how, a line each: "enc5.1 enc5.2: U·M | V".
std::vector<std::string> bracketingWords(const NetworkDesign& design);

} // namespace concertina
