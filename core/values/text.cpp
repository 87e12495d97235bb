// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace concertina {

std::string join(std::span<const std::string> parts, std::string_view separator) {
    std::string text;
    for (const std::string& part : parts) {
        if (&part != &parts.front())
            text += separator;
        text += part;
    }
    return text;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0;;) {
        const auto end = text.find(separator, begin);
        parts.emplace_back(trimmed(text.substr(begin, end - begin)));
        if (end == std::string_view::npos)
            return parts;
        begin = end + 1;
    }
}

bool matchesPattern(std::string_view name, std::string_view pattern) {
    // Greedy matching with one point to return to: linear for one star, quadratic at worst.
    std::size_t n = 0, p = 0, starAt = std::string_view::npos, resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            starAt = p++;
            resume = n;
        } else if (p < pattern.size() && pattern[p] == name[n]) {
            ++p;
            ++n;
        } else if (starAt != std::string_view::npos) {
            p = starAt + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

namespace {

/// "1e+09" and "1e-05" as people write them: "1e9", "1e-5".
std::string withShortExponent(std::string text) {
    if (const auto e = text.find('e'); e != std::string::npos) {
        const std::size_t sign = text[e + 1] == '-' ? 1 : 0;
        const auto digits = text.find_first_not_of("+-0", e + 1);
        text.erase(e + 1 + sign, digits - e - 1 - sign);
    }
    return text;
}

} // namespace

std::string numberText(double value) {
    if (std::isnan(value))
        return "nan";
    std::array<char, 32> buffer{};
    char* const end = buffer.data() + buffer.size();
    // The shortest form alone would write 100000 as "1e+05".
    const bool plain = value == std::floor(value) && std::abs(value) < 1e7;
    const auto result = plain ? std::to_chars(buffer.data(), end, value, std::chars_format::fixed)
                              : std::to_chars(buffer.data(), end, value);
    const std::string text(buffer.data(), result.ptr);
    return std::isfinite(value) ? withShortExponent(text) : text;
}

std::optional<double> numberFromText(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    // from_chars would read "nan" and "infinity" as well.
    if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos)
        return std::nullopt;
    double value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ptr != text.data() + text.size())
        return std::nullopt;
    // Out of range: nothing, where the exponent is negative, or more than every double.
    if (result.ec == std::errc::result_out_of_range)
        value = digits.find('-') != std::string_view::npos
                    ? 0.0
                    : std::copysign(std::numeric_limits<double>::infinity(),
                                    text.starts_with('-') ? -1.0 : 1.0);
    else if (result.ec != std::errc{})
        return std::nullopt;
    return value;
}

std::string fixedText(double value, int decimals) {
    if (!(std::abs(value) < 1e15))
        return numberText(value);
    std::array<char, 64> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                      std::chars_format::fixed, std::clamp(decimals, 0, 20));
    return {buffer.data(), result.ptr};
}

std::string digitsText(double value, int digits) {
    if (!std::isfinite(value))
        return numberText(value);
    std::array<char, 64> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                      std::chars_format::general, std::clamp(digits, 1, 20));
    return withShortExponent({buffer.data(), result.ptr});
}

namespace {

std::string threeDigits(double value) {
    const double magnitude = std::abs(value);
    // What would be rounded up to the next power of ten has its number of decimals.
    return fixedText(value, magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2);
}

std::string withPrefix(double value, std::string_view unit) {
    if (!std::isfinite(value))
        return numberText(value);
    constexpr std::array<std::string_view, 5> prefixes = {"", "k", "M", "G", "T"};
    std::size_t power = 0;
    // 999.5 and above would be written as 1000 of the smaller prefix.
    while (std::abs(value) >= 999.5 && power + 1 < prefixes.size()) {
        value /= 1000;
        ++power;
    }
    std::string text = power == 0 && value == std::floor(value)
                           ? std::to_string(static_cast<std::int64_t>(value))
                           : threeDigits(value);
    if (power > 0 || !unit.empty())
        text += " ";
    return text.append(prefixes[power]).append(unit);
}

} // namespace

std::string shortCount(double count) {
    return withPrefix(count, "");
}

std::string bytesText(double bytes) {
    return withPrefix(bytes, "B");
}

std::string durationText(double seconds) {
    if (!(seconds >= 0) || seconds > 1e15)
        return "?";
    if (seconds < 9.95)
        return fixedText(seconds, 1) + " s";
    const auto whole = std::llround(seconds);
    const auto hours = whole / 3600;
    const auto minutes = whole / 60 % 60;
    const auto rest = whole % 60;
    const auto twoDigits = [](long long part) {
        return (part < 10 ? "0" : "") + std::to_string(part);
    };
    if (hours > 0)
        return std::to_string(hours) + " h " + twoDigits(minutes) + " min";
    if (minutes > 0)
        return std::to_string(minutes) + " min " + twoDigits(rest) + " s";
    return std::to_string(rest) + " s";
}

namespace {

/// The length of the UTF-8 character that `text` begins with; 0 where it begins with none.
std::size_t characterLength(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4 || text.size() < length)
        return 0;
    // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
    const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < low || byte(1) > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (byte(i) < 0x80 || byte(i) > 0xBF)
            return 0;
    return length;
}

} // namespace

std::string validUtf8(std::string_view text) {
    std::string valid;
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        valid += length == 0 ? std::string_view("\uFFFD") : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return valid;
}

std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit)
        return std::string(text);
    std::size_t end = limit > 3 ? limit - 3 : 0;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string(text.substr(0, end)) + "…";
}

} // namespace concertina
