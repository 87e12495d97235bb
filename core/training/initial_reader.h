// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <functional>
#include <memory>

namespace concertina {

struct InitialNetwork;

/// Reads what a network begins from, when it begins.
using InitialReader = std::function<Expected<std::shared_ptr<const InitialNetwork>>()>;

} // namespace concertina
