// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace concertina {

/// Where the middles of labels of one height go along a line so that none covers another: as near
/// to where they are wanted as it goes, in the same order, between `low` and `high`. Where there
/// is no room for all they stand at even distances and do cover each other.
std::vector<double> spreadLabels(const std::vector<double>& wanted, double height, double low,
                                 double high);

} // namespace concertina
