// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"

#include <span>

namespace concertina {

/// All schedules of the learning rate, in menu order. They run over the planned steps, never over
/// time.
std::span<const ScheduleInfo> schedules();

} // namespace concertina
