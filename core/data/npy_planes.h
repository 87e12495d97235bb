// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/values/image.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace concertina {

// Arrays of `.npy` files as what datasets hold; `path` is for problems, which are those of
// `readNpy` and "npy.shape", "npy.value".

/// [H, W, 3], [H, W] or [H, W, 1]: reals from 0 to 1, rounded to bytes, or uint8.
Expected<Image> npyImage(std::span<const std::byte> file, const std::filesystem::path& path);

/// In the encoding of the target: indices [H, W] of any number type, where −1 is none and is stored
/// as the target's `ignore`; depths [H, W] as they are; directions [H, W, 3], brought to unit
/// length and rounded to what Rgb8 or Rgb16 holds (Rgb16: within 0.003°), those far from it and
/// what is not finite stored as none. A third extent of 1 does not count.
Expected<TargetPlane> npyPlane(std::span<const std::byte> file, const std::filesystem::path& path,
                               const TargetInfo& target);

/// A direction as Rgb16 stores it; none (0, 0, 0) where its length is not near 1.
std::array<std::uint16_t, 3> packedNormal(float x, float y, float z);

} // namespace concertina
