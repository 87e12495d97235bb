// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset_json.h"
#include "core/data/guess_words.h"
#include "core/values/problem.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace concertina {

/// Files of one folder whose names differ in the sample's alone.
struct FileGroup {
    std::string split;   ///< its folder, "." for the dataset's own
    PathPattern pattern; ///< below the split
    FileRole role = FileRole::Unknown;
    std::vector<std::string> ids; ///< of the samples, sorted

    /// "labels/*_label.png", for people.
    std::string shown() const { return pattern.before + "*" + pattern.after; }
    /// Below the dataset's folder.
    std::string file(const std::string& id) const {
        return (split == "." ? "" : split + "/") + pattern.path(id);
    }
};

/// The pictures and arrays of a folder, in groups.
struct FoundFiles {
    std::vector<std::string> splits; ///< folders of the splits: train, val and test, or "."
    std::vector<FileGroup> groups;
    std::vector<std::string> splitsBelow; ///< "images/train": splits that lie inside folders
    std::size_t outside = 0;              ///< pictures and arrays in none of the splits
    std::size_t others = 0;               ///< files of other kinds
};

/// Lists the files of a folder and what lies in it, six folders deep; none is opened. What systems
/// leave in folders does not count. Problems: "dataset.missing", "guess.many" (more than two
/// million files), "stopped".
Expected<FoundFiles> findFiles(const std::filesystem::path& folder, const std::stop_token& stop);

} // namespace concertina
