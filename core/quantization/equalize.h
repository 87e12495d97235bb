// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"

namespace concertina {

/// Cross-layer equalization (Nagel et al. 2019, arXiv 1906.04721, section 4.1): where the channels
/// of one convolution go to another alone, through what keeps a positive factor (ReLU, poolings,
/// unpooling, upsampling; ReLU6 does not), each is divided by s in the first and multiplied by it
/// in the second, s = √(r₁ / r₂) of their greatest magnitudes, in turns until nothing changes. The
/// outputs are the same but for rounding. `pairs`: how many such there are.
CollapsedNetwork equalized(const CollapsedNetwork& network, int* pairs = nullptr);

} // namespace concertina
