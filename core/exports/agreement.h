// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/values/network_file.h"

#include <string>
#include <vector>

namespace concertina {

/// How far from each other two programs' outputs for one network may be.
struct AgreementLimit {
    double relative = LargestRel32; ///< of an output's greatest magnitude
    double beyond = 0;              ///< share of an output's values that may be further off
};

/// In floats no value is further off than `LargestRel32`, but where the network unpools: a window
/// whose greatest value is another by rounding moves some values, `MostMoved` of them. Of outputs
/// that are classes all but `MostMoved` must be the same.
///
/// In 8 bits both round to the same levels, but values between two go to either, by the order in
/// which a sum is added, and what reads these differs by a level: `LargestRel8`, and all but
/// `MostMoved8`.
AgreementLimit agreementLimit(const CollapsedNetwork& network, bool isOfClasses = false);

/// What a report adds where the limit is not that of float32: ", to 0.02 of …"; else nothing.
std::string limitText(const CollapsedNetwork& network);

/// How far what a reader gave is from what the network gives, an output a task, and whether that is
/// within `agreementLimit`.
ReaderReport agreement(const CollapsedNetwork& network, const std::vector<torch::Tensor>& expected,
                       const std::vector<torch::Tensor>& found, std::string reader);

inline constexpr double MostMoved = 0.005;
inline constexpr double LargestRel8 = 0.02, MostMoved8 = 0.01;

} // namespace concertina
