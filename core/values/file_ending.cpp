// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/file_ending.h"

#include <algorithm>
#include <string>

namespace concertina {

bool endsInOneOf(const std::filesystem::path& file, std::span<const std::string_view> endings) {
    std::string ending = file.extension().string();
    std::ranges::transform(ending, ending.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return std::ranges::find(endings, ending) != endings.end();
}

} // namespace concertina
