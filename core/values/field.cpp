// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/field.h"

#include "core/values/meant_number.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

bool isList(FieldType type) {
    return type == FieldType::Integers || type == FieldType::Reals || type == FieldType::Texts
           || type == FieldType::Methods;
}

bool isText(FieldType type) {
    return type == FieldType::Text || type == FieldType::Folder || type == FieldType::File
           || type == FieldType::Choice || type == FieldType::Texts;
}

bool isWhole(const Json& value) {
    if (value.is_number_integer())
        return true;
    return value.is_number_float() && std::isfinite(value.get<double>())
           && value.get<double>() == std::floor(value.get<double>());
}

/// `{id, options}`, or the id alone.
bool isMethod(const Json& value) {
    if (!value.is_object() || !value.value("id", Json()).is_string())
        return false;
    const bool optioned = value.contains("options");
    return value.size() == (optioned ? 2U : 1U) && (!optioned || value["options"].is_object());
}

bool hasType(FieldType type, const Json& value) {
    switch (type) {
    case FieldType::Boolean: return value.is_boolean();
    case FieldType::Integer: return isWhole(value);
    case FieldType::Real: return value.is_number();
    case FieldType::Text:
    case FieldType::Folder:
    case FieldType::File:
    case FieldType::Choice: return value.is_string();
    case FieldType::Integers: return value.is_array() && std::ranges::all_of(value, isWhole);
    case FieldType::Reals:
        return value.is_array()
               && std::ranges::all_of(value, [](const Json& item) { return item.is_number(); });
    case FieldType::Texts:
        return value.is_array()
               && std::ranges::all_of(value, [](const Json& item) { return item.is_string(); });
    case FieldType::Methods: return value.is_array() && std::ranges::all_of(value, isMethod);
    }
    return false;
}

bool inRange(const FieldInfo& field, const Json& value) {
    if (value.is_array() && value.empty())
        return field.mayBeEmpty;
    if (value.is_array())
        return std::ranges::all_of(value, [&](const Json& item) { return inRange(field, item); });
    if (!value.is_number())
        return true;
    const double number = value.get<double>();
    if (!std::isfinite(number))
        return false;
    const bool whole = field.type == FieldType::Integer || field.type == FieldType::Integers;
    if (whole && std::abs(number) > LargestInteger)
        return false;
    return number >= field.minimum && number <= field.maximum;
}

/// Why a value is none of the field's.
std::optional<Problem> misfit(const FieldInfo& field, const Json& value, const std::string& path) {
    if (!hasType(field.type, value))
        return Problem{"field.type", path, shortened(jsonText(value), 80), acceptedText(field), ""};
    if (!inRange(field, value))
        return Problem{"field.range", path,
                       value.empty() ? "an empty list" : shortened(valueText(value), 80),
                       acceptedText(field), ""};
    if (field.type != FieldType::Choice)
        return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    if (std::ranges::find(field.choices, text) != field.choices.end())
        return std::nullopt;
    // All choices stand in what is expected; a hint adds which one was meant.
    return Problem{"field.choice", path, "\"" + shortened(text, 80) + "\"", acceptedText(field),
                   nearestName(text, field.choices) ? suggestion(text, field.choices)
                                                    : std::string()};
}

/// A number, or a list of some, within the field's range.
Json clamped(const FieldInfo& field, const Json& value) {
    if (value.is_array()) {
        Json list = Json::array();
        for (const Json& item : value)
            list.push_back(clamped(field, item));
        return list;
    }
    const double number = std::clamp(value.get<double>(), field.minimum, field.maximum);
    if (std::isnan(number))
        return field.defaultValue;
    const bool whole = field.type == FieldType::Integer || field.type == FieldType::Integers;
    return whole ? Json(static_cast<std::int64_t>(std::clamp(number, -LargestInteger,
                                                             LargestInteger)))
                 : Json(number);
}

/// What a value that does not fit its field most likely was meant to be: the nearest bound or
/// choice, else the default.
Json nearest(const FieldInfo& field, const Json& value) {
    const auto isNumber = [](const Json& item) { return item.is_number(); };
    const bool numbers = value.is_number()
                         || (value.is_array() && !value.empty()
                             && std::ranges::all_of(value, isNumber));
    if (field.type == FieldType::Choice && value.is_string())
        if (const auto name = nearestName(value.get<std::string>(), field.choices))
            return *name;
    return numbers ? clamped(field, value) : field.defaultValue;
}

std::string rangeText(const FieldInfo& field) {
    const bool below = std::isfinite(field.minimum);
    const bool above = std::isfinite(field.maximum);
    if (below && above)
        return " from " + numberText(field.minimum) + " to " + numberText(field.maximum);
    if (below)
        return " of at least " + numberText(field.minimum);
    if (above)
        return " of at most " + numberText(field.maximum);
    return "";
}

} // namespace

std::string acceptedText(const FieldInfo& field) {
    const std::string list = field.mayBeEmpty ? "a list of " : "a non-empty list of ";
    std::string text;
    switch (field.type) {
    case FieldType::Boolean: text = "true or false"; break;
    case FieldType::Integer: text = "a whole number" + rangeText(field); break;
    case FieldType::Real: text = "a number" + rangeText(field); break;
    case FieldType::Text: text = "a text"; break;
    case FieldType::Folder: text = "a folder's path"; break;
    case FieldType::File: text = "a file's path"; break;
    case FieldType::Choice: text = "one of: " + join(field.choices, ", "); break;
    case FieldType::Integers: text = list + "whole numbers" + rangeText(field); break;
    case FieldType::Reals: text = list + "numbers" + rangeText(field); break;
    case FieldType::Texts: text = list + "texts"; break;
    case FieldType::Methods:
        text = list + std::string(familyName(*field.family))
               + "s, each {\"id\": …, \"options\": {…}} or an id";
        break;
    }
    return field.unit.empty() ? text : text + " (" + field.unit + ")";
}

std::optional<Problem> check(const FieldInfo& field, const Json& value, const std::string& path) {
    auto problem = misfit(field, value, path);
    if (!problem)
        return std::nullopt;
    Json meant = nearest(field, value);
    if (misfit(field, meant, path))
        meant = field.defaultValue;
    if (!misfit(field, meant, path))
        problem->fix = Fix{path, valueText(meant)};
    return problem;
}

namespace {

/// JSON where the text is such, else a number as people write it (".5"), else discarded; so is a
/// whole number with points between its thousands.
Json numberOrJson(FieldType type, std::string_view text) {
    const bool whole = type == FieldType::Integer || type == FieldType::Integers;
    if (whole && hasPointsBetweenThousands(text))
        return Json(Json::value_t::discarded);
    Json value = parseJson(text);
    if (value.is_discarded())
        if (const auto number = numberFromText(trimmed(withPlainSigns(text))))
            return *number;
    return value;
}

/// The parts between commas that stand outside braces.
std::vector<std::string> splitOutsideBraces(std::string_view text) {
    std::vector<std::string> parts;
    int open = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        open += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
        if (text[i] == ',' && open == 0) {
            parts.emplace_back(trimmed(text.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    parts.emplace_back(trimmed(text.substr(begin)));
    return parts;
}

/// A list without its brackets; discarded where a part is none of the field's.
Json listFromParts(const FieldInfo& field, std::string_view text) {
    Json list = Json::array();
    if (trimmed(text).empty())
        return list;
    if (field.type == FieldType::Methods) {
        list = methodsFromText(text);
        return std::ranges::find(list, Json("")) == list.end() ? list
                                                               : Json(Json::value_t::discarded);
    }
    const bool texts = field.type == FieldType::Texts;
    for (const std::string& part : texts ? splitOutsideBraces(text) : split(text, ',')) {
        list.push_back(texts ? Json(part) : numberOrJson(field.type, part));
        if (part.empty() || list.back().is_discarded())
            return Json(Json::value_t::discarded);
    }
    return list;
}

} // namespace

Expected<Json> parseValue(const FieldInfo& field, std::string_view text) {
    if (isText(field.type) && !isList(field.type))
        return Json(std::string(text));
    // A list in brackets is JSON or wrong: its parts would keep a bracket.
    const bool parts = isList(field.type) && !trimmed(text).starts_with('[');
    Json value = parts ? listFromParts(field, text) : numberOrJson(field.type, text);
    if (field.type == FieldType::Methods && value.is_array())
        for (Json& item : value)
            if (item.is_string())
                item = {{"id", std::move(item)}, {"options", Json::object()}};
    if (value.is_discarded() || !hasType(field.type, value))
        return failure({"field.type", field.path, "\"" + shortened(text, 80) + "\"",
                        acceptedText(field), numberHint(field, text)});
    return value;
}

Json looseValue(std::string_view text) {
    Json value = parseJson(text);
    if (value.is_discarded() && text.find(',') != std::string_view::npos)
        value = parseJson("[" + std::string(text) + "]");
    if (!value.is_discarded())
        return value;
    const auto number = numberFromText(text);
    return number ? Json(*number) : Json(std::string(text));
}

Json methodsFromText(std::string_view text) {
    Json list = Json::array();
    if (trimmed(text).empty())
        return list;
    for (const std::string& part : splitOutsideBraces(text)) {
        Json method = part.starts_with('{') ? parseJson(part) : Json(part);
        list.push_back(method.is_discarded() ? Json(part) : std::move(method));
    }
    return list;
}

std::string valueText(const Json& value) {
    if (isMethod(value) && value.value("options", Json::object()).empty())
        return value["id"].get<std::string>();
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_number_float())
        return numberText(value.get<double>());
    if (value.is_array()) {
        std::vector<std::string> parts;
        for (const Json& item : value)
            parts.push_back(valueText(item));
        return join(parts, ", ");
    }
    return jsonText(value);
}

} // namespace concertina
