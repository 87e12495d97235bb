// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace concertina {

/// FNV-1a in 64 bits: the same on every machine and in every release.
constexpr std::uint64_t textHash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U; // offset basis
    for (const char letter : text)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    return hash;
}

} // namespace concertina
