// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

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

std::string numberText(double value) {
    if (std::isnan(value))
        return "nan";
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), result.ptr};
}

namespace {

std::string threeDigits(double value) {
    std::array<char, 32> buffer{};
    const double magnitude = std::abs(value);
    const int decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2;
    std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
    return buffer.data();
}

std::string withPrefix(double value, std::string_view unit) {
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
    std::array<char, 48> buffer{};
    if (!std::isfinite(seconds) || seconds < 0)
        return "?";
    if (seconds < 10) {
        std::snprintf(buffer.data(), buffer.size(), "%.1f s", seconds);
        return buffer.data();
    }
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    const auto hours = static_cast<long long>(whole / 3600);
    const auto minutes = static_cast<long long>(whole / 60 % 60);
    const auto rest = static_cast<long long>(whole % 60);
    if (hours > 0)
        std::snprintf(buffer.data(), buffer.size(), "%lld h %02lld min", hours, minutes);
    else if (minutes > 0)
        std::snprintf(buffer.data(), buffer.size(), "%lld min %02lld s", minutes, rest);
    else
        std::snprintf(buffer.data(), buffer.size(), "%lld s", rest);
    return buffer.data();
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
