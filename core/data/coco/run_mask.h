// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/objects.h"
#include "core/values/problem.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// Masks with sides beyond this are refused.
inline constexpr std::int64_t LargestMaskSide = 65'535;

/// A mask as lengths of runs, as COCO has it: down its columns, from the left one on, pixels that
/// are not set and set by turns; the first run may be of length 0. The runs' sum is height · width.
struct RunMask {
    int height = 0;
    int width = 0;
    std::vector<std::uint32_t> runs;

    bool operator==(const RunMask&) const = default;

    std::int64_t area() const; ///< pixels that are set

    /// The smallest box around them, in whole pixels; a run that goes on into the next column
    /// touches both ends of it. Nothing of an empty mask.
    Box box() const;

    /// Calls `write(x, first y, last y)` for the pixels that are set, a piece of a column at a
    /// time.
    void forEachPiece(const std::function<void(int, int, int)>& write) const;
};

/// A mask of the places, down the columns, at which "set" and "not set" change: those that stand
/// twice change nothing, nor do those beyond the last pixel.
RunMask maskOfChanges(int height, int width, std::vector<std::uint32_t> changes);

/// What is set in any of them, which have one size.
RunMask unionOf(std::span<const RunMask> masks);

/// Lengths of runs. Problem "mask.runs", without a path: one is negative, or their sum is not that
/// of the pixels.
Expected<RunMask> maskOfRuns(int height, int width, std::span<const std::int64_t> runs);

/// Runs from COCO's compressed text: each a number of groups of five bits (and a sixth that says
/// whether another follows), low ones first, in characters from '0' on; from the third on it is the
/// difference from the run before last. Problem "mask.text", "mask.runs".
Expected<RunMask> maskOfText(int height, int width, std::string_view text);

std::string compressedText(const RunMask& mask);

} // namespace concertina
