// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/mtan_dataset.h"

#include "core/data/cityscapes_classes.h"
#include "core/data/folder_dataset.h"
#include "core/data/image_files.h"
#include "core/data/npy.h"
#include "core/data/nyuv2_classes.h"

#include <algorithm>
#include <string>
#include <vector>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr int noLabel = 255;
constexpr const char* roomsSet = "NYUv2";
constexpr const char* streetsSet = "Cityscapes";

/// A folder beside `image`, and what its arrays hold.
struct MtanFolder {
    const char* name;
    TargetInfo target;
};

struct MtanSet {
    const char* name;
    std::vector<MtanFolder> folders; ///< of two that hold one target, the first that is there
};

TargetInfo mtanClasses(std::vector<ClassInfo> classes, const std::string& suffix = "") {
    return {.name = classesTarget().usualName() + suffix,
            .kind = &classesTarget(),
            .encoding = Encoding::Index8,
            .classes = std::move(classes),
            .ignore = noLabel};
}

TargetInfo mtanPlane(const TargetKind& kind, Encoding encoding, std::optional<double> invalid) {
    return {.name = kind.usualName(), .kind = &kind, .encoding = encoding, .invalid = invalid};
}

MtanSet mtanRooms() {
    return {"NYUv2 as MTAN has it",
            {{"label", mtanClasses(nyuV2Official().classes(true))},
             {"depth", mtanPlane(depthTarget(), Encoding::Float32, 0)},
             {"normal", mtanPlane(normalsTarget(), Encoding::Rgb16, {})}}};
}

/// MTAN's own files have `label_7`, LibMTL's the same as `label`; either may have `label_19`.
MtanSet mtanStreets() {
    return {"Cityscapes as MTAN has it",
            {{"label_7", mtanClasses(classesOf(CityscapesClasses::Seven))},
             {"label", mtanClasses(classesOf(CityscapesClasses::Seven))},
             {"label_19", mtanClasses(classesOf(CityscapesClasses::Nineteen), "19")},
             {"depth", mtanPlane(inverseDepthTarget(), Encoding::Float32, 0)}}};
}

bool hasFolder(const fs::path& root, const std::string& name) {
    std::error_code error;
    return fs::is_directory(root / "train" / name, error);
}

/// Streets have labels of several finenesses, or no normals and pictures twice as wide as high.
bool areStreets(const fs::path& root) {
    if (hasFolder(root, "label_7") || hasFolder(root, "label_19"))
        return true;
    if (hasFolder(root, "normal"))
        return false;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root / "train" / "image", error)) {
        const auto file = readPictureFile(entry.path());
        const auto array = file ? readNpy(*file) : failure(file.error());
        if (array && array->shape.size() == 3)
            return array->shape[1] == 2 * array->shape[0];
    }
    return false;
}

FolderLayout mtanLayout(const fs::path& root, const MtanSet& set) {
    FolderLayout layout{.name = set.name,
                        .splits = {{"train", "train"}, {"val", "val"}},
                        .image = {"image/", ".npy"},
                        .classesHint = "the help page \"Data\" shows the classes; the option "
                                       "\"set\" says of which set they are"};
    for (const auto& [name, target] : set.folders) {
        if (!hasFolder(root, name)
            || std::ranges::find(layout.targets, target.name, &TargetInfo::name)
                   != layout.targets.end())
            continue;
        layout.targets.push_back(target);
        layout.targetPaths.push_back({std::string(name) + "/", ".npy"});
        layout.targetCells.emplace_back();
    }
    return layout;
}

/// MTAN's Cityscapes has other finenesses of its labels too, which are no targets here.
void forgetOtherLabels(FolderScan& scan) {
    std::erase_if(scan.unused, [](const std::string& path) {
        return path.find("/label_") != std::string::npos;
    });
}

OpenedDataset openMtan(const Json& options, const DataWatch& watch) {
    const fs::path root = options["path"].get<std::string>();
    std::error_code error;
    if (root.empty())
        return tl::unexpected(
            Problems{{"dataset.path", "data.dataset.options.path", "no folder",
                      "the folder with train and val", "on the command line: --data PATH"}});
    if (!fs::is_directory(root, error))
        return tl::unexpected(Problems{{"dataset.missing", root.string(), "no such folder",
                                        "the folder with train and val", ""}});
    const std::string set = options["set"].get<std::string>();
    const bool streets = set == streetsSet || (set != roomsSet && areStreets(root));
    FolderLayout layout = mtanLayout(root, streets ? mtanStreets() : mtanRooms());
    FolderScan scan = scanFolder(root, layout, layout.name);
    if (streets)
        forgetOtherLabels(scan);
    auto dataset = FolderDataset::make(root, std::move(layout), std::move(scan), watch, {});
    if (!dataset)
        return tl::unexpected(std::move(dataset.error()));
    return std::move(*dataset);
}

} // namespace

const DatasetEntry& mtanDataset() {
    static const DatasetEntry entry{
        {{.id = "mtan-npy",
          .label = "NYUv2 and Cityscapes as MTAN has them (.npy)",
          .help =
              "A folder with train and val, in each of them image, label, depth and normal with "
              "an array of NumPy's a sample: images from 0 to 1, 13 classes with -1 for none, "
              "depth in metres, directions. Of Cityscapes label_7 (or label), label_19, and "
              "depth, which is inverse. Any of the targets may be missing.",
          .source = "Liu et al., \"End-to-End Multi-Task Learning with Attention\", CVPR 2019",
          .options = {{.path = "path",
                       .type = FieldType::Folder,
                       .defaultValue = "",
                       .label = "Folder",
                       .help = "The folder with train and val."},
                      {.path = "set",
                       .type = FieldType::Choice,
                       .defaultValue = "by its files",
                       .choices = {"by its files", roomsSet, streetsSet},
                       .label = "Data set",
                       .help = "Which of the two it is. By its files: Cityscapes where there are "
                               "label_7 or label_19, or pictures twice as wide as high without "
                               "normals.",
                       .advanced = true}}},
         {"train/image/*.npy"}},
        openMtan};
    return entry;
}

} // namespace concertina
