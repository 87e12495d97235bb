// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/values/network_file.h"

#include <string>
#include <vector>

namespace concertina {

/// How far what a reader gave is from what the network gives, an output a task. It agrees where no
/// value is further off than `LargestRel32` of its output's greatest; where the network unpools, a
/// window whose greatest value is another by rounding moves some values, and so may
/// `MostMoved` of them be. Of outputs that are classes all but `MostMoved` must be the same.
ReaderReport agreement(const CollapsedNetwork& network, const std::vector<torch::Tensor>& expected,
                       const std::vector<torch::Tensor>& found, std::string reader);

inline constexpr double MostMoved = 0.005;

} // namespace concertina
