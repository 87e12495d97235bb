// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tasks/task.h"

namespace concertina {

/// Of numbers above 0 a pixel, 0 where they are not known: the mean absolute error as its loss;
/// mean absolute and mean relative error, in this order, as its metrics.
std::unique_ptr<Task> makeScaleTask();

} // namespace concertina
