// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace concertina {

// Values of JSON from their text, for files with a million of them; none where the text is of
// another kind.

/// A finite number.
std::optional<double> numberInJson(std::string_view text);

/// A whole number, written without a fraction.
std::optional<std::int64_t> integerInJson(std::string_view text);

/// A list of four finite numbers.
std::optional<std::array<double, 4>> fourNumbersInJson(std::string_view text);

/// A text, as valid UTF-8.
std::optional<std::string> textInJson(std::string_view text);

} // namespace concertina
