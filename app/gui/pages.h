// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/window/page_makers.h"

namespace concertina {

/// The pages of the window.
PageMakers pageMakers();

} // namespace concertina
