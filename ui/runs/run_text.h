// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"
#include "ui/window/page.h"

#include <QString>

namespace concertina {

/// A run's state in words: "training, 62 %", "failed at step 311: loss is NaN".
QString stateWords(const RunSummary& run);

PageHeader::Tone stateTone(RunState state);

/// "2026-03-01 14:05", in local time.
QString timeText(StoreTime time);

} // namespace concertina
