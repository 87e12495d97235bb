// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/embedded_text.h"

namespace concertina {

/// The experiments of resources/presets, in menu order: name, and the spec as JSON text.
std::span<const EmbeddedText> presets();

} // namespace concertina
