// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/target.h"

namespace concertina {

/// The name of a target of this kind where its files don't give one: that of the task that learns
/// it.
const char* usualTarget(TargetKind kind);

} // namespace concertina
