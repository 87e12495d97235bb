// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"

#include <span>

namespace concertina {

/// All backbones, in menu order. A backbone is a descriptor and nothing else: it yields a graph.
std::span<const BackboneInfo* const> backbones();

} // namespace concertina
