// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

// How numbers and names are written for people, the same in the command line and the window.

/// "a, b, c" for separator ", ".
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The parts between separators, white space around each removed; empty parts are kept.
std::vector<std::string> split(std::string_view text, char separator);

/// Without white space at both ends.
std::string_view trimmed(std::string_view text);

/// Whether `name` matches a pattern in which `*` stands for any run of characters.
bool matchesPattern(std::string_view name, std::string_view pattern);

/// The shortest decimal form that reads back as the same double; "nan", "inf", "-inf".
std::string numberText(double value);

/// "12.3 M", "4.1 G", "860": three significant digits with a decimal prefix.
std::string shortCount(double count);

/// "1.5 MB", "812 kB" (powers of 1,000).
std::string bytesText(double bytes);

/// "3 min 20 s", "1 h 05 min", "0.8 s".
std::string durationText(double seconds);

/// Shortens to at most `limit` bytes without cutting a UTF-8 character, with "…" at the end.
std::string shortened(std::string_view text, std::size_t limit);

} // namespace concertina
