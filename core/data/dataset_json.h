// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/cell_targets.h"
#include "core/data/dataset.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// A pattern of a file's path in which {id} stands for the sample's name.
struct PathPattern {
    std::string before;
    std::string after;

    std::string path(std::string_view id) const { return before + std::string(id) + after; }
};

/// What a dataset.json of format version 1 says (help page "Data").
struct FolderLayout {
    std::string name;
    std::vector<std::pair<std::string, std::string>> splits; ///< name, sub-folder
    PathPattern image;
    std::vector<TargetInfo> targets;
    std::vector<PathPattern> targetPaths; ///< one a target; empty where it stands in a table
    std::vector<TargetCells> targetCells; ///< one a target; empty where it is files
    std::optional<Camera> camera;
    std::string classesHint = "see dataset.json, \"classes\" and \"ignore\"";
};

/// "index8", "rgb16", "label": how a target is stored, in such a file; the id of its kind where no
/// such file can hold it.
std::string_view encodingName(const TargetInfo& target);

struct NamedEncoding {
    Encoding encoding = Encoding::Index8;
    const TargetKind* kind = &classesTarget();
};

/// None where no encoding has the name; `encodingNames` are those that there are.
std::optional<NamedEncoding> encodingNamed(std::string_view name);
std::vector<std::string> encodingNames();

/// Reads and checks it; nothing on the disk is looked at. All problems at once, with their paths
/// inside the file: "dataset.json", "dataset.version", "dataset.unknown_key", "dataset.value".
tl::expected<FolderLayout, Problems> readFolderLayout(std::string_view text);

} // namespace concertina
