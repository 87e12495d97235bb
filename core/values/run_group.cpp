// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/run_group.h"

#include <algorithm>
#include <string_view>

namespace concertina {

namespace {

constexpr std::string_view timeForm = "0000-00-00 00:00:00";

} // namespace

std::string groupNameAt(const std::string& name, std::time_t begun) {
    std::tm local{};
    localtime_r(&begun, &local);
    char text[timeForm.size() + 1];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
    return name + " " + text;
}

std::string nameOfGroup(const std::string& group) {
    if (group.size() <= timeForm.size())
        return group;
    const std::size_t space = group.size() - timeForm.size() - 1;
    std::string form = group.substr(space + 1);
    std::ranges::replace_if(
        form, [](char c) { return c >= '0' && c <= '9'; }, '0');
    return group[space] == ' ' && form == timeForm ? group.substr(0, space) : group;
}

} // namespace concertina
