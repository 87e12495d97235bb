// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/embedded_text.h"

#include <span>

namespace concertina {

/// resources/exports: what an exported folder has beside its network.
std::span<const EmbeddedText> cppExampleFiles();

} // namespace concertina
