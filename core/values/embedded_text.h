// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace concertina {

/// A text file that was compiled in; `name` is its file name without the ending.
struct EmbeddedText {
    std::string_view name;
    std::string_view text;
};

} // namespace concertina
