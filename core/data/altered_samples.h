// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace concertina {

/// What keeps the samples of a BMP, TIFF or PNM file from coming out of their decoder as they are
/// stored, in words: palettes become colours, samples of few bits are stretched, white may be 0.
/// None where they do, and for other formats.
std::optional<std::string> alteredSamples(std::span<const std::byte> file);

} // namespace concertina
