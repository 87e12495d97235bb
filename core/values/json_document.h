// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace concertina {

/// Larger texts are not read: they were not written by hand.
inline constexpr std::size_t LargestJsonDocument = 10'000'000;

/// The text of a file that people write, a spec or a dataset.json; `what` is it, "an experiment".
/// Problems, without a path: those of `readJson`, whose reason names the line; "json.empty".
Expected<Json> readJsonDocument(std::string_view text, const std::string& what);

} // namespace concertina
