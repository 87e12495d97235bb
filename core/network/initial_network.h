// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/weights_report.h"

#include <torch/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// A trained network as another begins with it. Tensors are named as a network's are
/// ("dec1.1/kernel/depth+normal"), by the tasks of this one.
struct InitialNetwork {
    std::string name; ///< for people: "k7f3m2qd@1000", a file
    std::vector<std::string> tasks;

    /// Every layer's composed kernel, its bias, and its norm ("norm.weight" and "norm.bias", and
    /// "norm.mean" and "norm.var" of each executed node), in float64. Layers whose kernels and
    /// norms were folded into each other have the folded kernel and no norm.
    std::map<std::string, torch::Tensor> kernels;

    /// How it was trained, and its own tensors: factors, norms, statistics; none of what was
    /// collapsed. A layer whose kernel is made in the same way here begins with these.
    struct Trained {
        NetworkDesign design;
        std::map<std::string, torch::Tensor> tensors;
    };
    std::optional<Trained> trained;

    /// Of another program: its tensors under its own names, on the CPU. Nothing else is set until
    /// they are fitted to a network's layers (fitted_weights.h).
    std::map<std::string, torch::Tensor> others{};

    /// Fitted weights of another program: layers that they lack begin anew, norms begin as they
    /// were trained.
    bool ofOthers = false;
    std::vector<std::string> notes{}; ///< on how they were fitted, for people
    std::optional<WeightsFit> fit{};  ///< the same as lists
};

} // namespace concertina
