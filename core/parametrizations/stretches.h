// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"

#include <torch/types.h>

#include <span>

namespace concertina {

/// The one kernel [Co, Ci / groups, kh, kw] that convolutions one behind the other are, the
/// output's side first; at most one of them moves over the pixels. `factors` have the weights of
/// `shapes`, in their order and any form; a 1 × 1 kernel with as many groups as channels is a
/// diagonal. Multiplied from the output's side on, differentiable in each factor.
torch::Tensor composeStretch(std::span<const torch::Tensor> factors,
                             std::span<const KernelShape> shapes);

} // namespace concertina
