// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network.h"

#include <cstdint>
#include <span>

namespace concertina {

struct BackwardSettings {
    Moving moving = Moving::All;
    std::int64_t step = 0; ///< its number: whose turn it is in sampled routing
    double epoch = 0;      ///< the number ÷ steps of an epoch, for regularizers
    double kernelDecay = 0; ///< λ of λ/2 ‖W‖², whose gradient joins that of every kernel
};

/// Gradients of the sum of the losses and of the factors' regularizers, into `Parameter::grad`.
///
/// First the losses' gradients with respect to every composed kernel W are found; then they are
/// pulled back through the composition. Between the two stands the routing of merged layers: a
/// copy F that the tasks g own gets Σ_{h⊆g} a_h J_hᵀ (Σ_{t∈g} ∂L_t/∂W), J_h = ∂W_h/∂F (for merged
/// cores, ∂M_t = a_t Uᵀ G_t Vᵀ, while U and V see the sum of all G_t). It needs the gradients of
/// groups of tasks apart: `exact` routing takes one backward pass for each group of
/// `gradientRoutes`, after a single forward pass: (1 + 2T)/3 of a joint step for T tasks apart.
/// `sampled` routing (this project's own) takes two: the copies whose turn it is get their gradient
/// times the number of turns, others of their kind rest, and whatever all tasks own gets the sum,
/// as in `exact`.
///
/// Losses are scalars, weighted, one a task; an undefined one (no valid pixel in the batch) has no
/// part in this step. What does not move, or is reached by no loss, keeps an undefined gradient:
/// it rests. `composed` must have been made with gradients; its graphs are used up.
void backward(Network& network, const ComposedNetwork& composed,
              std::span<const torch::Tensor> losses, const BackwardSettings& settings);

} // namespace concertina
