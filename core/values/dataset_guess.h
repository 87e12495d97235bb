// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"
#include "core/values/target.h"

#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What a folder's files seem to be, before there is a dataset.json: a proposal that a person may
/// change. Paths are those of the folder format (help page "Data").
struct GuessedTarget {
    std::string name;                  ///< "segmentation"
    std::string path;                  ///< below a split: "label/{id}.png"
    std::string encoding;              ///< "index8"
    std::vector<std::string> possible; ///< encodings that its files can be read in
    int classes = 0;                   ///< of an index
    int ignore = -1;                   ///< of an index; −1: none
    double scale = 1;                  ///< of a depth: metres a step
    std::optional<double> invalid;     ///< of a depth
    int samples = 0;                   ///< that have it, over all splits

    bool operator==(const GuessedTarget&) const = default;

    /// What its files seem to hold; planes alone are guessed.
    const TargetKind& kind() const {
        return encoding.starts_with("index") ? classesTarget()
               : encoding.starts_with("rgb") ? normalsTarget()
                                             : depthTarget();
    }
};

struct DatasetGuess {
    struct Split {
        std::string name;
        std::string folder; ///< "." for the dataset's own
        int samples = 0;

        bool operator==(const Split&) const = default;
    };

    std::string folder; ///< the dataset's
    std::string name;
    std::vector<Split> splits;
    std::string image; ///< below a split: "image/{id}.jpg"
    std::vector<GuessedTarget> targets;
    std::vector<std::string> remarks; ///< what is not sure, and what is left out, in sentences

    bool operator==(const DatasetGuess&) const = default;
};

/// A sample as a guess would read it, drawn: classes and depths in colours.
struct GuessedSample {
    std::string name;
    Image picture;
    std::vector<Image> targets; ///< one a target of the guess; empty: it has none, or is not read
    std::string problem;        ///< what could not be read; empty: nothing
};

} // namespace concertina
