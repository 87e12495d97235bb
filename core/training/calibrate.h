// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/spec.h"

#include <functional>
#include <string>
#include <vector>

namespace concertina {

/// Times every way to cut the factors of each layer, forward and back on random numbers, with the
/// batch, precision, memory format and device of the run, and returns the quickest as rules for
/// network.contraction_order, a line a way. Layers with one kernel, image and options are timed
/// once. Of more than five factors only the ends and the estimated cheapest are tried. Takes
/// seconds; in between `stopped` is asked: then nothing is returned. Its result differs from
/// machine to machine, and from time to time where two ways are near each other.
std::vector<std::string> calibratedContractions(const NetworkDesign& design, const TrainSpec& train,
                                                const std::function<bool()>& stopped);

} // namespace concertina
