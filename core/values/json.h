// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace concertina {

/// JSON whose objects keep the order in which their keys were written.
using Json = nlohmann::ordered_json;

/// JSON as text; never throws: what is not UTF-8 is replaced. `indent` < 0: on one line.
inline std::string jsonText(const Json& value, int indent = -1) {
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// JSON from text; a discarded value (`is_discarded()`) where the text is none.
inline Json parseJson(std::string_view text) {
    return Json::parse(text, nullptr, false);
}

} // namespace concertina
