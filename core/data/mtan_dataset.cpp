// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/mtan_dataset.h"

#include "core/data/folder_dataset.h"
#include "core/data/nyuv2_classes.h"

#include <array>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr int noLabel = 255;

/// The folders beside `image`, and what their arrays hold.
struct MtanFolder {
    const char* name;
    const TargetKind* kind;
    Encoding encoding;
};

const std::array<MtanFolder, 3> mtanFolders{{
    {"label", &classesTarget(), Encoding::Index8},
    {"depth", &depthTarget(), Encoding::Float32},
    {"normal", &normalsTarget(), Encoding::Rgb16},
}};

FolderLayout mtanLayout(const fs::path& root) {
    FolderLayout layout{.name = "NYUv2 as MTAN has it",
                        .splits = {{"train", "train"}, {"val", "val"}},
                        .image = {"image/", ".npy"},
                        .classesHint = "the help page \"Data\" shows the classes"};
    for (const MtanFolder& folder : mtanFolders) {
        std::error_code error;
        if (!fs::is_directory(root / "train" / folder.name, error))
            continue;
        TargetInfo target{
            .name = folder.kind->usualName(), .kind = folder.kind, .encoding = folder.encoding};
        if (folder.kind == &classesTarget()) {
            target.classes = nyuV2Official().classes(true);
            target.ignore = noLabel;
        }
        if (folder.kind == &depthTarget())
            target.invalid = 0;
        layout.targets.push_back(std::move(target));
        layout.targetPaths.push_back({std::string(folder.name) + "/", ".npy"});
        layout.targetCells.emplace_back();
    }
    return layout;
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
    FolderLayout layout = mtanLayout(root);
    FolderScan scan = scanFolder(root, layout, layout.name);
    auto dataset = FolderDataset::make(root, std::move(layout), std::move(scan), watch, {});
    if (!dataset)
        return tl::unexpected(std::move(dataset.error()));
    return std::move(*dataset);
}

} // namespace

const DatasetEntry& mtanDataset() {
    static const DatasetEntry entry{
        {{.id = "mtan-npy",
          .label = "NYUv2 as MTAN has it (.npy)",
          .help =
              "A folder with train and val, in each of them image, label, depth and normal with "
              "an array of NumPy's a sample: images from 0 to 1, 13 classes with -1 for none, "
              "depth in metres, directions. Any of the three targets may be missing.",
          .source = "Liu et al., \"End-to-End Multi-Task Learning with Attention\", CVPR 2019",
          .options = {{.path = "path",
                       .type = FieldType::Folder,
                       .defaultValue = "",
                       .label = "Folder",
                       .help = "The folder with train and val."}}},
         {"train/image/*.npy"}},
        openMtan};
    return entry;
}

} // namespace concertina
