// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/data/dataset_json.h"
#include "core/data/image_files.h"
#include "core/tensor/sha256.h"
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

class FolderDataset : public Dataset {
public:
    FolderDataset(fs::path root, FolderLayout layout)
        : m_root(std::move(root)), m_layout(std::move(layout)) {
        m_description.name = m_layout.name;
        m_description.targets = m_layout.targets;
        m_description.camera = m_layout.camera;
    }

    /// Lists the samples and what targets there are of them.
    Problems scan(std::string_view layoutText) {
        Problems problems;
        Sha256 sum;
        sum.add(layoutText);
        for (const auto& [name, folder] : m_layout.splits) {
            auto files = filesOf(m_root / folder / m_layout.image.before, m_layout.image);
            if (files.empty())
                problems.push_back({"dataset.empty_split", (m_root / folder).string(),
                                    "no image for split \"" + name + "\"",
                                    "files " + m_layout.image.path("{id}"), ""});
            SplitInfo split{.name = name, .size = static_cast<int>(files.size())};
            for (const PathPattern& pattern : m_layout.targetPaths) {
                const auto targets = filesOf(m_root / folder / pattern.before, pattern);
                split.targetCounts.push_back(static_cast<int>(
                    std::ranges::count_if(files, [&](const auto& file) {
                        return targets.contains(file.first);
                    })));
                for (const auto& [id, size] : targets)
                    sum.add(id + ":" + std::to_string(size) + "\n");
            }
            std::vector<std::string> ids;
            for (const auto& [id, size] : files) {
                sum.add(id + ":" + std::to_string(size) + "\n");
                ids.push_back(id);
            }
            m_ids[name] = std::move(ids);
            m_description.splits.push_back(std::move(split));
        }
        m_description.fingerprint = sum.finish();
        return problems;
    }

    const DatasetDescription& description() const override { return m_description; }

    std::string sampleName(std::string_view split, int index) const override {
        return m_ids.find(split)->second[static_cast<std::size_t>(index)];
    }

    Expected<Sample> sample(std::string_view split, int index, int height,
                            int width) const override {
        const std::string id = sampleName(split, index);
        const fs::path folder = m_root / folderOf(split);
        auto image = readImage(folder / m_layout.image.path(id));
        if (!image)
            return failure(inSample(image.error(), id));
        Sample sample{.image = resized(*image, height, width)};
        for (std::size_t i = 0; i < m_layout.targets.size(); ++i) {
            const fs::path path = folder / m_layout.targetPaths[i].path(id);
            std::error_code error;
            auto plane = fs::exists(path, error)
                             ? readPlane(path, m_layout.targets[i].encoding)
                             : Expected<TargetPlane>(TargetPlane{});
            if (!plane)
                return failure(inSample(plane.error(), id));
            if (auto problem = checkPlane(*plane, m_layout.targets[i], *image, path))
                return failure(inSample(std::move(*problem), id));
            sample.targets.push_back(resized(*plane, height, width));
        }
        return sample;
    }

private:
    /// Sample names with the sizes of their files, sorted by name.
    static std::map<std::string, std::uintmax_t> filesOf(const fs::path& beginning,
                                                         const PathPattern& pattern) {
        std::map<std::string, std::uintmax_t> files;
        const std::string prefix = fs::path(pattern.before).filename().string();
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(beginning.parent_path(), error)) {
            const std::string name = entry.path().filename().string();
            if (name.size() <= prefix.size() + pattern.after.size() || !name.starts_with(prefix)
                || !name.ends_with(pattern.after))
                continue;
            std::error_code sizeError;
            const auto size = entry.file_size(sizeError);
            if (!sizeError)
                files[name.substr(prefix.size(),
                                  name.size() - prefix.size() - pattern.after.size())] = size;
        }
        return files;
    }

    static Problem inSample(Problem problem, const std::string& id) {
        problem.hint = "sample " + id + (problem.hint.empty() ? "" : "; " + problem.hint);
        return problem;
    }

    static std::optional<Problem> checkPlane(const TargetPlane& plane, const TargetInfo& target,
                                             const Image& image, const fs::path& path) {
        if (plane.empty())
            return std::nullopt;
        if (plane.height != image.height || plane.width != image.width)
            return Problem{"dataset.size", path.string(), sizeText(plane.height, plane.width),
                           "the image's " + sizeText(image.height, image.width), ""};
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

    const std::string& folderOf(std::string_view split) const {
        return std::ranges::find(m_layout.splits, split, [](const auto& pair) {
                   return std::string_view(pair.first);
               })->second;
    }

    fs::path m_root;
    FolderLayout m_layout;
    DatasetDescription m_description;
    std::map<std::string, std::vector<std::string>, std::less<>> m_ids; ///< by split
};

Expected<std::shared_ptr<const Dataset>> open(const Json& options) {
    const std::string path = options["path"].get<std::string>();
    if (path.empty())
        return failure({"dataset.path", "data.dataset.options.path", "no folder",
                        "the folder with dataset.json", "on the command line: --data DIR"});
    const fs::path root = path;
    std::error_code error;
    if (!fs::is_directory(root, error))
        return failure({"dataset.missing", path, "no such folder", "a dataset's folder", ""});
    std::ifstream stream(root / layoutName, std::ios::binary);
    if (!stream)
        return failure({"dataset.missing", (root / layoutName).string(), "no such file",
                        "a folder with dataset.json", "the help page \"Data\" tells the format"});
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    auto layout = readFolderLayout(text);
    if (!layout) {
        Problem problem = layout.error().front();
        problem.path = (root / layoutName).string() + ": " + problem.path;
        if (layout.error().size() > 1)
            problem.hint += (problem.hint.empty() ? "" : "; ") + std::string("and ")
                            + std::to_string(layout.error().size() - 1) + " more problems";
        return failure(std::move(problem));
    }
    auto dataset = std::make_shared<FolderDataset>(root, std::move(*layout));
    if (Problems problems = dataset->scan(text); !problems.empty())
        return failure(std::move(problems.front()));
    return dataset;
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
                       .standard = "",
                       .label = "Folder",
                       .help = "The folder with dataset.json."}}}},
        open};
    return entry;
}

} // namespace concertina
