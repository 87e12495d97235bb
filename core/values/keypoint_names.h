// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/target.h"

#include <span>
#include <vector>

namespace concertina {

/// How far people's labels of each point lie apart, for `MatchMeasure`: of COCO's points of a
/// person, by their names, as its evaluation has them. Of others 0.05, our own: between COCO's
/// ears and elbows.
std::vector<double> keypointSigmas(std::span<const ClassInfo> points);

/// Where each point goes in a mirrored picture, by index: "left_eye" to "right_eye" and back, "L
/// hand" to "R hand"; a point without such a partner to itself.
std::vector<int> mirroredPoints(std::span<const ClassInfo> points);

} // namespace concertina
