// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/target.h"

#include <string>
#include <vector>

namespace concertina {

/// A colour for a class that has none of its own: neighbours in the order are far apart, the same
/// index always has the same.
Rgb classColor(int index);

/// Classes of these names with such colours.
std::vector<ClassInfo> coloredClasses(const std::vector<std::string>& names);

} // namespace concertina
