// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace concertina {

/// JSON whose objects keep the order in which their keys were written. Finding a key is linear in
/// the number of keys.
using Json = nlohmann::ordered_json;

/// What is still read. Writing, copying and comparing JSON recurse, so a text that nests without
/// end would end the program; and with many keys in one object reading is quadratic.
struct JsonLimits {
    std::size_t depth = 100; ///< of arrays and objects in each other
    std::size_t members = std::numeric_limits<std::size_t>::max(); ///< keys of one object
};

/// JSON from text. Problems have no path: "json.syntax" (with line and column), "json.twice" (a key
/// twice in one object, of which others would silently take the last), "json.limit".
Expected<Json> readJson(std::string_view text, const JsonLimits& limits = {});

/// The same; a discarded value (`is_discarded()`) where the text can't be read.
Json parseJson(std::string_view text);

/// JSON as text; never throws: what is not UTF-8 is replaced. `indent` < 0: on one line.
inline std::string jsonText(const Json& value, int indent = -1) {
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

} // namespace concertina
