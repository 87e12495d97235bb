// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"

#include <string>
#include <string_view>

namespace concertina {

// Keys of specs that had another name before, and values that were written in another way. Specs,
// those of checkpoints and stores too, are read in both and written in the new one. The tables
// stand in old_keys.cpp.

/// The key that the field at a dotted path has now, or the option of a method at "….options.NAME".
std::string currentPath(std::string_view path);

/// A method's options under the keys that they have now. Where both names are there the old one
/// stays, and is reported as unknown, as does a text that is no method of a list.
Json withCurrentOptions(Json options);

/// A spec under the keys that it has now; what is no spec comes back as it is.
Json withCurrentKeys(Json spec);

} // namespace concertina
