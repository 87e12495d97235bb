// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/window/page_info.h"

#include <vector>

namespace concertina {

/// The pages of this program in the order of the rail; the nth has Ctrl+n.
std::vector<PageInfo> pages();

} // namespace concertina
