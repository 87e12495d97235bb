// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/coco/coco_index.h"
#include "core/data/file_record.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// The files of annotations that a split may have, joined by the images' ids.
enum class CocoSource : std::size_t {
    Instances, ///< "instances_*.json": boxes and masks of things
    Keypoints, ///< "person_keypoints_*.json": boxes, masks and points of persons
    Panoptic,  ///< "panoptic_*.json": a class for every pixel, in pictures beside it
};
inline constexpr std::size_t CocoSources = 3;

/// A picture, and its place in each file of annotations that lists it.
struct CocoSample {
    std::int64_t id = 0;
    std::string file; ///< its name in the split's folder
    std::array<std::optional<std::size_t>, CocoSources> places{};
};

struct CocoSplit {
    std::string name;   ///< "train"
    std::string folder; ///< of its pictures, from the dataset's folder: "train2017"
    std::array<std::shared_ptr<const CocoIndex>, CocoSources> indices{};
    std::vector<CocoSample> samples; ///< by name

    const CocoIndex* index(CocoSource source) const {
        return indices[static_cast<std::size_t>(source)].get();
    }
};

/// A folder as COCO has it: `annotations` with files of annotations, and pictures in `train2017`
/// and the like, or in `images/train2017`.
struct CocoFolder {
    std::vector<CocoSplit> splits;    ///< "train" first, then "val", then others by name
    std::vector<FileFacts> files;     ///< that belong to samples, and the annotations
    std::vector<std::string> unused;  ///< pictures that no file of annotations lists
    std::vector<std::string> remarks; ///< sentences on what was passed over
    std::string fingerprint;          ///< of names and sizes of files

    /// Of the first split that has them, and all that have them have the same; null: none has.
    const CocoIndex* any(CocoSource source) const;
};

/// Reads all annotations and lists the pictures. What is annotated and has no picture is a remark,
/// as long as any has. Problems: those of `CocoIndex::open`, "coco.annotations" (no such files),
/// "coco.pictures" (none of them is there), "coco.joined" (one id of different pictures),
/// "coco.categories" (which differ between splits).
tl::expected<CocoFolder, Problems> openCocoFolder(const std::filesystem::path& root);

} // namespace concertina
