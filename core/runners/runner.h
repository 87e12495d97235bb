// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/values/problem.h"
#include "core/values/spec_choices.h"

#include <torch/types.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// Outputs of a network for images [N, 3, H, W] in float32, as float32, an output a task.
using NetworkRun = std::function<Expected<std::vector<torch::Tensor>>(const torch::Tensor& images)>;

/// A program that runs collapsed networks. Each is a file and a line in the table.
struct RunnerEntry {
    std::string id;
    std::string label;
    std::vector<Precision> precisions;
    /// Whether it takes several images at once; else it is given them one by one.
    bool inBatches = true;
    /// Makes a network ready. Problem "runner": it can't run it, and why.
    std::function<Expected<NetworkRun>(const CollapsedNetwork& network, Precision precision)> open;
};

/// All runners; the first is the executor, which says what is right.
std::span<const RunnerEntry* const> runners();

} // namespace concertina
