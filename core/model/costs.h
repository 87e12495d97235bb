// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/model/network_design.h"

#include <vector>

namespace concertina {

struct CostSettings {
    int batch = 1;
    int moments = 2; ///< tensors that the optimizer keeps for a parameter: 2 for Adam
    int activationBytes = 4; ///< of a value: 2 in bfloat16
    Consumes balancing = Consumes::Losses;

    bool operator==(const CostSettings&) const = default;
};

/// Those of a recipe.
CostSettings costSettings(const TrainSpec& train, const Catalogue& catalogue);

/// What a design costs, from arithmetic alone.
struct NetworkCosts {
    double trainedParameters = 0;   ///< every copy of every factor, biases, norms, heads
    double collapsedParameters = 0; ///< distinct kernels with their biases; scales where norms stay
    double multiplyAdds = 0;        ///< of one image through the collapsed network
    double composeMultiplyAdds = 0; ///< of making every kernel once
    double stepMultiplyAdds = 0;    ///< of one training step: passes, routes, composing, balancing
    double stepAgainstPlain = 1;    ///< ÷ the step of the same backbone, plain and tied
    double trainingBytes = 0;       ///< parameters, gradients, moments, activations; an estimate
};

/// By layer of the graph, heads too, of one image through what is shipped: each of a layer's
/// executed groups runs its kernel.
std::vector<double> multiplyAddsByLayer(const NetworkDesign& design);

NetworkCosts networkCosts(const NetworkDesign& design, const CostSettings& settings);

} // namespace concertina
