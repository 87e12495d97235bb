// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/meant_number.h"

#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace concertina {

namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

bool isDigit(char letter) {
    return letter >= '0' && letter <= '9';
}

bool isLetter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

/// "10^-3", "2·10^-3": with an e.
std::string withExponent(std::string text) {
    for (const std::string_view power : {"×10^", "·10^", "*10^", "x10^", "*10**"})
        text = replaced(std::move(text), power, "e");
    for (const std::string_view power : {"10^", "10**"})
        if (text.starts_with(power))
            text = "1e" + text.substr(power.size());
    return text;
}

/// Without the spaces and apostrophes that part thousands, and the spaces around a unit or a sign.
/// Others stay: "12 13" is no number.
std::string withoutSeparators(const std::string& text) {
    std::string plain;
    const auto digitAt = [&](std::size_t i) { return i < text.size() && isDigit(text[i]); };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool parts = text[i] == ' ' || text[i] == '\'' || text[i] == '_';
        const bool between = i > 0 && digitAt(i - 1) && digitAt(i + 1);
        const bool thousands = between && digitAt(i + 2) && digitAt(i + 3) && !digitAt(i + 4);
        if (!parts || (between ? !thousands : text[i] != ' '))
            plain += text[i];
    }
    return plain;
}

/// Takes letters from the end: a unit, or "k" and "M". What the number
/// is to be multiplied by.
double takeUnit(std::string& text) {
    std::size_t end = text.size();
    while (end > 0 && isLetter(text[end - 1]))
        --end;
    const std::string unit = text.substr(end);
    // "1e" is on its way to "1e-3".
    if (end == 0 || unit == "e" || unit == "E")
        return 1;
    text.resize(end);
    return unit == "k" || unit == "K" ? 1e3 : unit == "M" ? 1e6 : 1;
}

/// Digits in groups of three after a first of one to three.
bool isGrouped(std::string_view digits, char separator) {
    const auto groups = split(digits, separator);
    return groups.size() > 1 && !groups[0].empty() && groups[0].size() <= 3
           && std::all_of(groups.begin() + 1, groups.end(),
                          [](const std::string& group) { return group.size() == 3; })
           && std::ranges::all_of(digits, [&](char c) { return isDigit(c) || c == separator; });
}

struct Meant {
    double value = 0;
    std::string_view how; ///< what was amiss
};

/// Readings of digits with commas and points in them, the likeliest first.
std::vector<Meant> readings(const std::string& number, bool whole, double factor) {
    std::vector<Meant> all;
    const auto add = [&](const std::string& text, std::string_view how) {
        const double value = numberFromText(text).value_or(NAN) * factor;
        if (std::isfinite(value) && (!whole || value == std::floor(value)))
            all.push_back({value, how});
    };
    const std::size_t mantissa = std::min(number.find_first_of("eE"), number.size());
    const std::size_t sign = number.starts_with('-') || number.starts_with('+') ? 1 : 0;
    const std::string digits = number.substr(sign, mantissa - sign);
    const std::size_t comma = number.rfind(','), point = number.rfind('.');
    constexpr std::string_view usePoint = "use a point", noGroups = "write it without separators";
    if (comma == std::string::npos && point == std::string::npos) {
        add(number, "write");
    } else if (comma != std::string::npos && point != std::string::npos) {
        const bool decimalComma = comma > point;
        const std::string rest = replaced(number, decimalComma ? "." : ",", "");
        add(replaced(rest, ",", "."), decimalComma ? usePoint : noGroups);
    } else {
        const char separator = comma != std::string::npos ? ',' : '.';
        const bool grouped = isGrouped(digits, separator);
        if (separator == ',' && !(grouped && whole) && std::ranges::count(number, ',') == 1)
            add(replaced(number, ",", "."), usePoint);
        else if (separator == '.' && !(grouped && whole))
            add(number, "write");
        if (grouped)
            add(replaced(number, std::string(1, separator), ""), noGroups);
    }
    return all;
}

} // namespace

std::string withPlainSigns(std::string_view text) {
    constexpr std::array signs{Replacement{"−", "-"},      Replacement{"\u00a0", " "},
                               Replacement{"\u2007", " "}, Replacement{"\u2009", " "},
                               Replacement{"\u202f", " "}, Replacement{"\u200b", ""},
                               Replacement{"\ufeff", ""}};
    std::string plain(text);
    for (const auto& [sign, as] : signs)
        plain = replaced(std::move(plain), sign, as);
    return plain;
}

bool hasPointsBetweenThousands(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('-') || text.starts_with('+'))
        text.remove_prefix(1);
    return isGrouped(text, '.');
}

std::string numberHint(const FieldInfo& field, std::string_view text) {
    const bool whole = field.type == FieldType::Integer || field.type == FieldType::Integers;
    const bool list = field.type == FieldType::Integers || field.type == FieldType::Reals;
    if (!whole && !list && field.type != FieldType::Real)
        return {};
    const std::string plain = replaced(withPlainSigns(text), "’", "'");
    // Where commas are decimal, lists are parted by semicolons.
    const char separator = plain.find(';') != std::string::npos ? ';' : ',';
    std::vector<std::string> parts = list ? split(plain, separator)
                                          : std::vector{std::string(trimmed(plain))};
    std::vector<std::string> meant;
    std::string_view how = separator == ';' && list ? "part them by commas" : "write";
    std::string other;
    for (const std::string& part : parts) {
        std::string number = withExponent(withoutSeparators(part));
        const double factor = takeUnit(number);
        const auto all = readings(number, whole, factor);
        if (all.empty())
            return {};
        meant.push_back(numberText(all.front().value));
        if (parts.size() == 1) {
            how = all.front().how;
            if (all.size() > 1)
                other = ", or " + std::string(all[1].how) + ": " + numberText(all[1].value);
        }
    }
    return std::string(how) + ": " + join(meant, ", ") + other;
}

} // namespace concertina
