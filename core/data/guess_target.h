// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/guess_words.h"
#include "core/values/dataset_guess.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

/// A target's file and the picture that it belongs to.
struct TargetFile {
    std::filesystem::path target, image;
};

/// What the files of a target hold, as far as some of them show.
struct GuessedFiles {
    std::optional<GuessedTarget> target; ///< its encoding and values; none: they can't be read
    std::vector<std::string> remarks;    ///< sentences; each begins with `shown`
};

/// Looks at up to 24 files, spread over all. `shown` names them for people, `role` is what their
/// names say.
///
/// Indices are what a grey or palette file holds whose values are few, or whose name says so;
/// depths are 16 bits in millimetres, or floats in metres; directions are colours of unit length.
/// Classes go to the largest index, without 255 (65535 of 16 bits) where that stands alone above
/// the others: it is `ignore`.
GuessedFiles guessTarget(const std::vector<TargetFile>& files, const std::string& shown,
                         FileRole role);

} // namespace concertina
