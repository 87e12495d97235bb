// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace concertina {

using Rgb = std::array<std::uint8_t, 3>;

/// A perceptual map from 0 (dark blue) to 1 (yellow): matplotlib's viridis, interpolated between
/// 16 of its colours. For depth; legends are drawn from the same function.
Rgb viridis(double share);

/// From 0 (black) to 1 (pale yellow): matplotlib's inferno, in the same way. For errors.
Rgb inferno(double share);

/// What is drawn where nothing is known: no measurement, no label.
inline constexpr Rgb UnknownColor{112, 112, 112};

} // namespace concertina
