// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>
#include <string>

namespace concertina {

/// What the runs of a group have in common: a name, and when they were begun in local time,
/// "tied 2026-05-01 12:00:00".
std::string groupNameAt(const std::string& name, std::time_t begun);

/// The name in a `groupNameAt`; any other text as it is.
std::string nameOfGroup(const std::string& group);

} // namespace concertina
