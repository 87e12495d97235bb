// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/events.h"

#include <array>

namespace concertina {

namespace {

constexpr std::array<std::string_view, 3> levels = {"info", "warning", "error"};

} // namespace

std::string_view noticeLevelName(NoticeLevel level) {
    return levels[static_cast<std::size_t>(level)];
}

std::optional<NoticeLevel> noticeLevelFromName(std::string_view name) {
    for (std::size_t i = 0; i < levels.size(); ++i)
        if (name == levels[i])
            return static_cast<NoticeLevel>(i);
    return std::nullopt;
}

} // namespace concertina
