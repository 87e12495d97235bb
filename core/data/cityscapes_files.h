// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/file_record.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// The folders of Cityscapes as it is downloaded; each has FOLDER/SPLIT/CITY/ID_ENDING.
inline constexpr std::string_view CityscapesPictures = "leftImg8bit";
inline constexpr std::string_view CityscapesLabelFolder = "gtFine";
inline constexpr std::string_view CityscapesDisparities = "disparity";
inline constexpr std::string_view CityscapesCameras = "camera";

/// The files of one picture, by their paths from the dataset's folder; empty: there is none.
struct CityscapesSample {
    std::string id; ///< "aachen_000000_000019"
    std::string image;
    std::string labels;
    std::string disparity;
    std::string camera;
    bool trainIds = false; ///< the labels are those of the 19 classes, not the 34 ids
};

struct CityscapesSplit {
    std::string name;
    std::vector<CityscapesSample> samples; ///< by city and id
};

struct CityscapesFiles {
    std::vector<CityscapesSplit>
        splits;                      ///< train, val, test, then others, where they have pictures
    std::vector<FileFacts> files;    ///< that belong to samples
    std::vector<std::string> unused; ///< paths of all others in these folders, sorted
    bool labels = false;             ///< the folder is there
    bool disparities = false;
    bool cameras = false;
};

/// Lists the files; none is read. What else is published beside labels (colours, instances,
/// polygons) is neither used nor reported, and neither is what systems leave in folders.
CityscapesFiles listCityscapes(const std::filesystem::path& root);

} // namespace concertina
