// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace concertina::usual {

// What a spec has where nothing is said: the only methods that are named outside their own files
// and tables.

inline constexpr const char* dataset = "rooms";
inline constexpr const char* task = "segmentation";
inline constexpr const char* backbone = "segnet";
inline constexpr const char* parametrization = "plain"; ///< of heads and of unmatched layers, too
inline constexpr const char* optimizer = "adam";
inline constexpr const char* schedule = "cosine";
inline constexpr const char* balancing = "equal";

} // namespace concertina::usual
