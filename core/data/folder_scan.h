// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset_json.h"
#include "core/data/file_record.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// The files of one sample, by their paths from the dataset's folder.
struct FolderSample {
    std::string id;
    std::string image;
    std::vector<std::string> targets; ///< one a target of the layout; empty: it has none
    /// Those that are no files, one a target of the layout; none where there are no such.
    std::vector<TargetPlane> planes{};

    bool has(std::size_t target) const {
        return !targets[target].empty() || (!planes.empty() && !planes[target].empty());
    }
};

/// What there is in the folders of a dataset's splits.
struct FolderScan {
    std::vector<std::vector<FolderSample>> splits; ///< in the layout's order, samples by id
    std::vector<FileFacts> files;                  ///< that belong to samples, and dataset.json
    std::vector<std::string> unused;               ///< paths of all others, sorted
    std::string fingerprint; ///< of the layout's text, and names and sizes of files
    Problems problems;       ///< "dataset.empty_split"
};

/// Lists the files; none is read. Names match without regard to case: of several that are the same
/// then, the one as it is written in the layout is taken, and a target whose name is that of the
/// sample. What systems leave in folders (`isSystemFile`) counts nowhere.
FolderScan scanFolder(const std::filesystem::path& root, const FolderLayout& layout,
                      std::string_view layoutText);

/// Whether a file or folder of this name was left by a system and not by a person: hidden ones,
/// Thumbs.db, desktop.ini, __MACOSX and their like.
bool isSystemFile(std::string_view name);

/// The text in small letters, each as many bytes as before; of every script that Unicode has cases
/// for.
std::string foldedCase(std::string_view text);

} // namespace concertina
