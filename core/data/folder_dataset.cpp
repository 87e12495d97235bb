// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_dataset.h"

#include "core/data/image_files.h"
#include "core/data/npy.h"
#include "core/data/npy_planes.h"
#include "core/data/orientation.h"
#include "core/values/json_document.h"
#include "core/values/text.h"

#include <algorithm>
#include <fstream>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view layoutName = "dataset.json";

std::string sizeText(int height, int width) {
    return std::to_string(width) + " × " + std::to_string(height);
}

/// The text of a folder's dataset.json. Problems: "dataset.missing", "dataset.json".
Expected<std::string> readLayoutText(const fs::path& root) {
    const fs::path path = root / layoutName;
    std::error_code error;
    if (!fs::is_directory(root, error))
        return failure({"dataset.missing", root.string(), "no such folder", "a dataset's folder",
                        ""});
    const bool isFile = fs::is_regular_file(path, error);
    std::ifstream stream;
    if (isFile)
        stream.open(path, std::ios::binary);
    if (!stream.is_open())
        return failure({"dataset.missing", path.string(),
                        isFile ? "a file that can't be read" : "no such file",
                        "a folder with dataset.json", "the help page \"Data\" shows the format"});
    if (const auto size = fs::file_size(path, error); size > LargestJsonDocument)
        return failure({"dataset.json", path.string(), bytesText(static_cast<double>(size)),
                        "a dataset, at most " + bytesText(LargestJsonDocument), ""});
    return std::string{std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

tl::expected<std::shared_ptr<const FolderDataset>, Problems>
FolderDataset::open(const fs::path& root, const DataWatch& watch, PictureReading reading) {
    const auto text = readLayoutText(root);
    if (!text)
        return tl::unexpected(Problems{text.error()});
    auto layout = readFolderLayout(*text);
    if (!layout) {
        for (Problem& problem : layout.error())
            problem.path = (root / layoutName).string()
                           + (problem.path.empty() ? "" : ": " + problem.path);
        return tl::unexpected(std::move(layout.error()));
    }
    FolderScan scan = scanFolder(root, *layout, *text);
    readTargetTables(root, *layout, scan);
    auto dataset = make(root, std::move(*layout), std::move(scan), watch, reading);
    if (dataset && watch.files)
        watch.files->read(std::string(layoutName), std::as_bytes(std::span(*text)));
    return dataset;
}

tl::expected<std::shared_ptr<const FolderDataset>, Problems>
FolderDataset::make(const fs::path& root, FolderLayout layout, FolderScan scan,
                    const DataWatch& watch, PictureReading reading) {
    if (!scan.problems.empty())
        return tl::unexpected(std::move(scan.problems));
    if (watch.files)
        watch.files->begin(scan.files);
    std::shared_ptr<FolderDataset> dataset(
        new FolderDataset(root, std::move(layout), watch, reading));
    dataset->take(std::move(scan));
    dataset->reportUnused();
    return dataset;
}

FolderDataset::FolderDataset(fs::path root, FolderLayout layout, DataWatch watch,
                             PictureReading reading)
    : FileDataset({}, std::move(watch)),
      m_root(std::move(root)),
      m_layout(std::move(layout)),
      m_reading(reading) {
    m_description.name = m_layout.name;
    m_description.targets = m_layout.targets;
    m_description.camera = m_layout.camera;
}

void FolderDataset::take(FolderScan scan) {
    for (std::size_t s = 0; s < scan.splits.size(); ++s) {
        const auto& samples = scan.splits[s];
        SplitInfo split{.name = m_layout.splits[s].first, .size = static_cast<int>(samples.size())};
        for (std::size_t t = 0; t < m_layout.targets.size(); ++t)
            split.targetCounts.push_back(static_cast<int>(std::ranges::count_if(
                samples, [t](const FolderSample& sample) { return sample.has(t); })));
        m_description.splits.push_back(std::move(split));
    }
    m_samples = std::move(scan.splits);
    m_description.unused = std::move(scan.unused);
    m_description.fingerprint = std::move(scan.fingerprint);
}

const FolderSample& FolderDataset::files(std::string_view split, int index) const {
    return m_samples[splitAt(split)][static_cast<std::size_t>(index)];
}

std::string FolderDataset::sampleName(std::string_view split, int index) const {
    return files(split, index).id;
}

Expected<std::vector<std::byte>> FolderDataset::read(const std::string& file) const {
    auto bytes = readPictureFile(m_root / file);
    if (bytes && m_watch.files)
        m_watch.files->read(validUtf8(file), *bytes);
    return bytes;
}

/// A plane is taken as it is stored where its size is that of the upright picture, and turned with
/// the picture where it has the size of the stored one. `size`: the picture's, whole and upright.
void FolderDataset::readTarget(std::size_t target, const FolderSample& files, int orientation,
                               SampleSize size, StoredSample& sample,
                               std::vector<std::string>& turns) const {
    const std::string& file = files.targets[target];
    TargetPlane& plane = sample.targets[target];
    if (!files.planes.empty() && !files.planes[target].empty())
        plane = files.planes[target];
    if (file.empty())
        return;
    const fs::path path = m_root / file;
    const TargetInfo& info = m_layout.targets[target];
    const auto bytes = read(file);
    auto stored = !bytes          ? failure(bytes.error())
                  : isNpy(*bytes) ? npyPlane(*bytes, path, info)
                                  : decodePlane(*bytes, path, info.encoding);
    if (!stored) {
        sample.problems.push_back(inSample(stored.error(), files.id));
        return;
    }
    const bool fits = stored->height == size.height && stored->width == size.width;
    const bool fitsTurned =
        swapsSides(orientation) && stored->height == size.width && stored->width == size.height;
    if (!fits && !fitsTurned && !sample.image.empty()) {
        sample.problems.push_back(
            inSample({"dataset.size", path.string(), sizeText(stored->height, stored->width),
                      "the image's " + sizeText(size.height, size.width), ""},
                     files.id));
        return;
    }
    if (orientation != 1)
        turns.push_back(info.name + (fits ? " as it is stored" : " turned with it"));
    if (const int own = orientationOf(*bytes); own != 1)
        turns.push_back(info.name + "'s own note (" + turnText(own) + ") left alone");
    plane = fits ? std::move(*stored) : upright(*stored, orientation);
    if (const auto index = strayClass(plane, info))
        sample.problems.push_back(inSample(
            strayClassProblem(*index, info, path.string(), m_layout.classesHint), files.id));
}

StoredSample FolderDataset::storedSample(std::string_view split, int index,
                                         std::optional<SampleSize> needed) const {
    const FolderSample& names = files(split, index);
    StoredSample sample{.targets = std::vector<TargetPlane>(m_layout.targets.size())};
    SampleSize size;
    int orientation = 1;
    const auto bytes = read(names.image);
    auto picture = bytes ? decodeSamplePicture(*bytes, m_root / names.image,
                                               m_reading.reduced ? needed : std::nullopt)
                         : failure(bytes.error());
    if (picture) {
        sample.image = std::move(picture->image);
        size = {picture->height, picture->width};
        orientation = picture->orientation;
    } else {
        sample.problems.push_back(inSample(picture.error(), names.id));
    }
    std::vector<std::string> turns;
    for (std::size_t t = 0; t < m_layout.targets.size(); ++t)
        readTarget(t, names, orientation, size, sample, turns);
    if (!turns.empty())
        sample.turn = "picture " + turnText(orientation) + ", " + join(turns, ", ");
    return sample;
}

FieldInfo reducedOption() {
    return {.path = "reduced",
            .type = FieldType::Boolean,
            .defaultValue = false,
            .label = "JPEG at reduced scale",
            .help = "Decode JPEG pictures at 1/2, 1/4 or 1/8 of their size where that is at least "
                    "what is needed: several times as quick for large photographs, and averaged a "
                    "little differently.",
            .advanced = true};
}

namespace {

OpenedDataset openFolder(const Json& options, const DataWatch& watch) {
    const std::string path = options["path"].get<std::string>();
    if (path.empty())
        return tl::unexpected(
            Problems{{"dataset.path", "data.dataset.options.path", "no folder",
                      "the folder with dataset.json", "on the command line: --data PATH"}});
    return FolderDataset::open(path, watch, {.reduced = options["reduced"].get<bool>()});
}

} // namespace

const DatasetEntry& folderDataset() {
    static const DatasetEntry entry{
        {{.id = "folder",
          .label = "folder dataset",
          .help = "Images and targets as files in a folder, described by a dataset.json of format "
                  "version 1: one sub-folder a split, one file a sample and target. Targets may be "
                  "missing for some samples.",
          .source = "own; help page \"Data\"",
          .options = {{.path = "path",
                       .type = FieldType::Folder,
                       .defaultValue = "",
                       .label = "Folder",
                       .help = "The folder with dataset.json."},
                      reducedOption()}},
         {std::string(layoutName)}},
        openFolder};
    return entry;
}

} // namespace concertina
