// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/partition.h"

#include <torch/types.h>

#include <map>
#include <string>

namespace concertina {

/// What a trained tensor is, for rates and decay.
enum class ParameterKind { Factor, Bias, Norm };

/// One copy of something that is trained, with its gradient and what the optimizer keeps for it.
/// Everything is keyed by the name, so that files survive another order and a split of a factor
/// copies its moments with it.
struct Parameter {
    std::string name;    ///< "dec3.1/M/depth+normal"
    torch::Tensor value; ///< a leaf
    torch::Tensor grad;  ///< undefined: it rests in this step
    TaskSet owners = 0;
    ParameterKind kind = ParameterKind::Factor;
    bool core = false;
    double rate = 1;     ///< its learning rate ÷ train.lr, beside train.core_rate
    bool frozen = false; ///< by the plan: it has no gradient, and its state stays as it is
    std::map<std::string, torch::Tensor> state; ///< "adam.m", "adam.v", "adam.t"
};

} // namespace concertina
