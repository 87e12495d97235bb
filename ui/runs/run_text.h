// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/records.h"
#include "ui/window/page.h"

#include <QString>

#include <string>

namespace concertina {

/// `cutText` of a run that has finished; empty for one in another state, or that was not cut.
std::string cutOf(const RunSummary& run, const TrainSpec& train);

/// A run's state in words: "training, 62 %", "failed at step 311: loss is NaN"; where it is not
/// empty, `cut` in place of "finished".
QString stateWords(const RunSummary& run, const std::string& cut);

/// A run that was `cut` has not reached what was planned.
PageHeader::Tone stateTone(RunState state, bool cut);

/// "2026-03-01 14:05", in local time.
QString timeText(StoreTime time);

} // namespace concertina
