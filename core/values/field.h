// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/family.h"
#include "core/values/json.h"
#include "core/values/problem.h"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

enum class FieldType {
    Boolean,
    Integer,
    Real,
    Text,
    Folder,
    File,
    Choice,
    Integers,
    Reals,
    Texts,
    Methods, ///< a list of catalogued methods of one family, each `{id, options}`
};

/// Everything that is known of one field of a spec, or of one option of a method.
///
/// Each field is described once, in a table; reading, writing, validation, `--set`, forms,
/// tooltips and help only read that table.
struct FieldInfo {
    std::string path; ///< dotted, from the record that the table describes
    FieldType type = FieldType::Text;
    Json defaultValue; ///< the default
    double minimum = -std::numeric_limits<double>::infinity();
    double maximum = std::numeric_limits<double>::infinity();
    bool mayBeEmpty = true;           ///< for lists
    std::vector<std::string> choices; ///< for FieldType::Choice; of a File the endings: ".csv"
    std::optional<Family> family;     ///< for FieldType::Methods
    std::string unit;                 ///< "m", "epochs", …; may be empty
    std::string label;
    std::string help; ///< one sentence, with units and what the extremes mean
    bool advanced = false; ///< forms keep it behind "more"
    bool seldom = false;   ///< files leave it out where it has its default
};

/// A whole number that doubles and JSON readers everywhere keep exactly.
inline constexpr double LargestInteger = 9007199254740991.0; // 2^53 − 1

/// What is wrong with `value` as this field's value, reported at `path`; none when it fits.
/// Wrong type: "field.type"; out of range, not finite, or an empty list where none may be:
/// "field.range"; "field.choice". Its fix is the nearest bound or choice, else the default.
std::optional<Problem> check(const FieldInfo& field, const Json& value, const std::string& path);

/// Reads `text` as a person types it (`--set`): texts and choices as they are, lists as JSON or
/// separated by commas (of texts, by those outside braces: sharing rules have some inside; of
/// methods as ids, or as JSON where they have options). The value is not checked for its range.
Expected<Json> parseValue(const FieldInfo& field, std::string_view text);

/// A value of which no field is known: JSON, a number, or several with commas between them where
/// the text reads as such, else the text itself.
Json looseValue(std::string_view text);

/// A list of methods from a text: ids with commas between them, or JSON where they have options.
/// A part that is neither stays a text.
Json methodsFromText(std::string_view text);

/// "a number from 0 to 10 (s)", "one of: full, diagonal": what this field accepts.
std::string acceptedText(const FieldInfo& field);

/// How a value is written for people: texts bare, lists with commas, numbers at full precision, a
/// method without options as its id.
std::string valueText(const Json& value);

} // namespace concertina
