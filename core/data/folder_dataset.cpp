// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_dataset.h"

#include "core/data/image_files.h"
#include "core/data/orientation.h"
#include "core/values/json_document.h"
#include "core/values/text.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view layoutName = "dataset.json";

std::string sizeText(int height, int width) {
    return std::to_string(width) + " × " + std::to_string(height);
}

/// The first class index that is neither a class nor `ignore`; none where all are right.
std::optional<int> strayIndex(const TargetPlane& plane, const TargetInfo& target) {
    const auto classes = static_cast<int>(target.classes.size());
    const std::size_t pixels = static_cast<std::size_t>(plane.height) * plane.width;
    for (std::size_t i = 0; i < pixels; ++i) {
        std::uint16_t value = plane.bytes[i];
        if (plane.encoding == Encoding::Index16)
            std::memcpy(&value, plane.bytes.data() + 2 * i, 2);
        if (value >= classes && value != target.ignore)
            return value;
    }
    return std::nullopt;
}

Problem inSample(Problem problem, const std::string& id) {
    problem.hint = "sample " + id + (problem.hint.empty() ? "" : "; " + problem.hint);
    return problem;
}

std::optional<Problem> checkClasses(const TargetPlane& plane, const TargetInfo& target,
                                    const fs::path& path) {
    if (target.kind != TargetKind::Classes)
        return std::nullopt;
    if (const auto index = strayIndex(plane, target))
        return Problem{"dataset.class", path.string(), "class index " + std::to_string(*index),
                       "0 to " + std::to_string(target.classes.size() - 1)
                           + (target.ignore >= 0 ? ", or " + std::to_string(target.ignore)
                                                 : std::string()),
                       "see dataset.json, \"classes\" and \"ignore\""};
    return std::nullopt;
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
FolderDataset::open(const fs::path& root, const DataWatch& watch) {
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
    if (!scan.problems.empty())
        return tl::unexpected(std::move(scan.problems));
    if (watch.files) {
        watch.files->begin(scan.files);
        watch.files->read(std::string(layoutName), std::as_bytes(std::span(*text)));
    }
    std::shared_ptr<FolderDataset> dataset(new FolderDataset(root, std::move(*layout), watch));
    dataset->take(std::move(scan));
    dataset->reportUnused();
    return dataset;
}

FolderDataset::FolderDataset(fs::path root, FolderLayout layout, DataWatch watch)
    : m_root(std::move(root)), m_layout(std::move(layout)), m_watch(std::move(watch)) {
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
                samples, [t](const FolderSample& sample) { return !sample.targets[t].empty(); })));
        m_description.splits.push_back(std::move(split));
    }
    m_samples = std::move(scan.splits);
    m_description.unused = std::move(scan.unused);
    m_description.fingerprint = std::move(scan.fingerprint);
}

void FolderDataset::reportUnused() const {
    if (!m_watch.news || m_description.unused.empty())
        return;
    m_watch.news->add({.level = NoticeLevel::Warning,
                       .code = "dataset.unused",
                       .text = "In " + m_description.name + " " + unusedText(m_description.unused)
                               + "; \"concertina-cli data check\" names all."});
}

const FolderSample& FolderDataset::files(std::string_view split, int index) const {
    const auto found = std::ranges::find(m_description.splits, split, &SplitInfo::name);
    const auto at = static_cast<std::size_t>(found - m_description.splits.begin());
    return m_samples[at][static_cast<std::size_t>(index)];
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
/// the picture where it has the size of the stored one.
void FolderDataset::readTarget(std::size_t target, const FolderSample& files, int orientation,
                               StoredSample& sample, std::vector<std::string>& turns) const {
    const std::string& file = files.targets[target];
    TargetPlane& plane = sample.targets[target];
    if (file.empty())
        return;
    const fs::path path = m_root / file;
    const TargetInfo& info = m_layout.targets[target];
    const auto bytes = read(file);
    auto stored = bytes ? decodePlane(*bytes, path, info.encoding) : failure(bytes.error());
    if (!stored) {
        sample.problems.push_back(inSample(stored.error(), files.id));
        return;
    }
    const Image& image = sample.image;
    const bool fits = stored->height == image.height && stored->width == image.width;
    const bool fitsTurned = swapsSides(orientation) && stored->height == image.width
                            && stored->width == image.height;
    if (!fits && !fitsTurned && !image.empty()) {
        sample.problems.push_back(
            inSample({"dataset.size", path.string(), sizeText(stored->height, stored->width),
                      "the image's " + sizeText(image.height, image.width), ""},
                     files.id));
        return;
    }
    if (orientation != 1)
        turns.push_back(info.name + (fits ? " as it is stored" : " turned with it"));
    if (const int own = orientationOf(*bytes); own != 1)
        turns.push_back(info.name + "'s own note (" + turnText(own) + ") left alone");
    plane = fits ? std::move(*stored) : upright(*stored, orientation);
    if (auto problem = checkClasses(plane, info, path))
        sample.problems.push_back(inSample(std::move(*problem), files.id));
}

StoredSample FolderDataset::storedSample(std::string_view split, int index) const {
    const FolderSample& names = files(split, index);
    StoredSample sample{.targets = std::vector<TargetPlane>(m_layout.targets.size())};
    int orientation = 1;
    const auto bytes = read(names.image);
    auto picture = bytes ? decodePicture(*bytes, m_root / names.image) : failure(bytes.error());
    if (picture) {
        sample.image = std::move(picture->image);
        orientation = picture->orientation;
    } else {
        sample.problems.push_back(inSample(picture.error(), names.id));
    }
    std::vector<std::string> turns;
    for (std::size_t t = 0; t < m_layout.targets.size(); ++t)
        readTarget(t, names, orientation, sample, turns);
    if (!turns.empty())
        sample.turn = "picture " + turnText(orientation) + ", " + join(turns, ", ");
    return sample;
}

Expected<Sample> FolderDataset::sample(std::string_view split, int index, int height,
                                       int width) const {
    StoredSample stored = storedSample(split, index);
    if (!stored.problems.empty())
        return failure(std::move(stored.problems.front()));
    if (m_watch.news && !stored.turn.empty())
        m_watch.news->add(DataNews::Kind::Turned,
                          std::string(split) + "/" + sampleName(split, index) + " (" + stored.turn
                              + ")");
    Sample sample{.image = resized(stored.image, height, width)};
    for (const TargetPlane& plane : stored.targets)
        sample.targets.push_back(resized(plane, height, width));
    return sample;
}

namespace {

Expected<std::shared_ptr<const Dataset>> openFolder(const Json& options, const DataWatch& watch) {
    const std::string path = options["path"].get<std::string>();
    if (path.empty())
        return failure({"dataset.path", "data.dataset.options.path", "no folder",
                        "the folder with dataset.json", "on the command line: --data DIR"});
    auto dataset = FolderDataset::open(path, watch);
    if (dataset)
        return *dataset;
    Problem problem = dataset.error().front();
    if (const std::size_t more = dataset.error().size() - 1; more > 0)
        problem.hint += (problem.hint.empty() ? "" : "; ") + std::string("and ")
                        + std::to_string(more) + (more == 1 ? " more problem" : " more problems")
                        + ", which \"concertina-cli data check\" reports";
    return failure(std::move(problem));
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
                       .help = "The folder with dataset.json."}}}},
        openFolder};
    return entry;
}

} // namespace concertina
