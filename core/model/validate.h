// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"

namespace concertina {

/// Everything wrong with a spec that shows without opening its dataset: fields, methods and
/// their options, tasks, backbone, kernels and sharing rules. Empty: it can start. Codes beside
/// those of `checkFields`, `checkMethod` and `designNetwork`: "tasks.none", "tasks.twice",
/// "tasks.many", "train.warmup", "run.name", "train.one_value" (of a channel, for batch norm),
/// "train.balancing" (of gradients, where nothing is shared), "initial.syntax", "tasks.rests" and
/// "tasks.from" (only a network that begins from another has them).
Problems validate(const ExperimentSpec& spec, const Catalogue& catalogue);

/// What is seldom meant in a valid spec, and keeps nothing from starting. Code:
/// "network.frozen_new" (factors that rest from the start in a network that begins from nothing).
Problems doubts(const ExperimentSpec& spec, const Catalogue& catalogue);

/// The spec with the options of every method complete, as runs keep it.
ExperimentSpec withCompleteOptions(ExperimentSpec spec, const Catalogue& catalogue);

} // namespace concertina
