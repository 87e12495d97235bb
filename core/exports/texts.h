// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/embedded_text.h"

#include <span>

namespace concertina {

/// resources/exports: what exported networks are run with. "CMakeLists", "predict", "README" and
/// "run_collapsed", in this order.
std::span<const EmbeddedText> exportTexts();

} // namespace concertina
