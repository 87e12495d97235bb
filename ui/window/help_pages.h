// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/embedded_text.h"

#include <span>

namespace concertina {

/// The pages of resources/help, Markdown, in the order in which they are listed. Each begins with
/// its title as a heading; links between them are "NAME.md".
std::span<const EmbeddedText> helpPages();

/// The figures of resources/help, SVG.
std::span<const EmbeddedText> helpFigures();

} // namespace concertina
