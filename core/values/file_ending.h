// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace concertina {

/// Whether a file's name ends in one of these, ".png", in letters of either case.
bool endsInOneOf(const std::filesystem::path& file, std::span<const std::string_view> endings);

} // namespace concertina
