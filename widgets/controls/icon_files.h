// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/embedded_text.h"

#include <span>

namespace concertina {

/// The SVG files of resources/icons.
std::span<const EmbeddedText> iconFiles();

} // namespace concertina
