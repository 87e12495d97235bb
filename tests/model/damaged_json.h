// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"

#include <vector>

namespace concertina {

/// Every version of `json` in which one place, at any depth, holds something of another kind, or
/// is missing. What reads it must refuse it, or read it as something whole.
inline std::vector<Json> damagedVersions(const Json& json) {
    const std::vector<Json> others{nullptr,
                                   5,
                                   -1,
                                   99999999999,
                                   0.5,
                                   "",
                                   "something",
                                   true,
                                   Json::array(),
                                   Json::array({nullptr}),
                                   Json::array({5}),
                                   Json::object(),
                                   Json::object({{"a", 1}}),
                                   Json::array({Json::array()})};
    std::vector<Json> all;
    std::vector<Json::json_pointer> places{Json::json_pointer()};
    while (!places.empty()) {
        const Json::json_pointer place = places.back();
        places.pop_back();
        for (const Json& other : others) {
            all.push_back(json);
            all.back()[place] = other;
        }
        if (!place.empty()) {
            all.push_back(json);
            Json& parent = all.back()[place.parent_pointer()];
            if (parent.is_object())
                parent.erase(place.back());
            else
                parent.erase(static_cast<std::size_t>(std::stoul(place.back())));
        }
        const Json& value = json[place];
        std::size_t index = 0;
        if (value.is_structured())
            for (const auto& item : value.items()) {
                places.push_back(value.is_array() ? place / index : place / item.key());
                ++index;
            }
    }
    return all;
}

} // namespace concertina
