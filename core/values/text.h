// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// A decimal form that reads back as the same double, as short as people like it: "0.001",
/// "100000", "1e9"; "nan", "inf", "-inf".
std::string numberText(double value);

/// A number as a person types it, with nothing around it: "5", ".5", "1e-3", "+2"; one beyond the
/// doubles is infinite. None where the text is no number.
std::optional<double> numberFromText(std::string_view text);

/// With this many decimals, "0.412", and a point in every locale (printf would write the comma of
/// the window's, so that it and the command line differ); from 1e15 on as `numberText`.
std::string fixedText(double value, int decimals);

/// With at most this many significant digits, "0.0123", "1.2e-7".
std::string digitsText(double value, int digits);

/// "12.3 M", "4.10 G", "860": three significant digits with a decimal prefix.
std::string shortCount(double count);

/// "1.50 MB", "812 kB" (powers of 1,000).
std::string bytesText(double bytes);

/// "3 min 20 s", "1 h 05 min", "0.8 s".
std::string durationText(double seconds);

/// The text with every byte that is no part of a UTF-8 character replaced by U+FFFD.
std::string validUtf8(std::string_view text);

/// Shortens to at most `limit` bytes without cutting a UTF-8 character, with "…" at the end.
std::string shortened(std::string_view text, std::size_t limit);

} // namespace concertina
