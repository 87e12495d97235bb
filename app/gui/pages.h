// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/window/page_entries.h"

namespace concertina {

/// The pages of the window.
PageEntries pageEntries();

} // namespace concertina
