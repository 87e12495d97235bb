// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace concertina {

// What names of folders and files usually mean in datasets.

/// `Other` is known, and nothing that a folder dataset can have: instances, flow, boxes.
enum class FileRole { Unknown, Image, Classes, Depth, Normals, Other };

/// Of a folder's name, or a path's last name that says something: "SegmentationClass",
/// "depth_maps", "train/labels".
FileRole roleOfFolder(std::string_view path);

/// A file's name without its ending, cut where a word before or behind says what it is:
/// "0001_label" is "0001" and "_label", "depth_0001" "depth_" and "0001".
struct NameParts {
    std::string before, id, after;
    FileRole role = FileRole::Unknown;
};

NameParts partsOfName(std::string_view stem);

/// "train", "val" or "test" for a folder that is called so, or nearly: "training", "valid".
std::optional<std::string> splitNamed(std::string_view folder);

} // namespace concertina
