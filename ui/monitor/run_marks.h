// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "db/records.h"
#include "widgets/plots/curve.h"

#include <vector>

namespace concertina {

/// Where a run was resumed, where its sharing changed, and where it went back to when a change was
/// undone: upright lines in its curves, one a step.
std::vector<PlotMark> marksOf(const std::vector<EventRecord>& events, const Json& planChanges);

} // namespace concertina
