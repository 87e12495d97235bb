// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/json_fields.h"

#include "core/values/json.h"
#include "core/values/text.h"

#include <charconv>
#include <cmath>

namespace concertina {

std::optional<double> numberInJson(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<std::int64_t> integerInJson(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<std::array<double, 4>> fourNumbersInJson(std::string_view text) {
    std::array<double, 4> values{};
    if (!text.starts_with('[') || !text.ends_with(']'))
        return std::nullopt;
    text.remove_prefix(1);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto end = text.find(i + 1 < values.size() ? ',' : ']');
        if (end == std::string_view::npos)
            return std::nullopt;
        const auto value = numberInJson(trimmed(text.substr(0, end)));
        if (!value)
            return std::nullopt;
        values[i] = *value;
        text.remove_prefix(end + 1);
    }
    return text.empty() ? std::optional(values) : std::nullopt;
}

std::optional<std::string> textInJson(std::string_view text) {
    if (text.size() < 2 || text.front() != '"')
        return std::nullopt;
    if (text.find('\\') == std::string_view::npos)
        return validUtf8(text.substr(1, text.size() - 2));
    const auto json = readJson(text);
    if (!json || !json->is_string())
        return std::nullopt;
    return json->get<std::string>();
}

} // namespace concertina
