// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/coco_folder.h"

#include "core/data/data_news.h"
#include "core/data/folder_scan.h"
#include "core/data/large_file.h"
#include "core/tensor/sha256.h"
#include "core/values/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view annotationFolder = "annotations";
constexpr std::array<std::string_view, CocoSources> sourcePrefixes{
    "instances_", "person_keypoints_", "panoptic_"};

/// Files of annotations, by the split's name in them, "train2017".
using FoundFiles = std::map<std::string, std::array<std::string, CocoSources>>;

FoundFiles annotationFiles(const fs::path& root) {
    FoundFiles found;
    std::error_code error;
    fs::directory_iterator entry(root / annotationFolder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        for (std::size_t s = 0; s < CocoSources; ++s)
            if (name.starts_with(sourcePrefixes[s]) && name.ends_with(".json")
                && name.size() > sourcePrefixes[s].size() + 5)
                found[name.substr(sourcePrefixes[s].size(),
                                  name.size() - sourcePrefixes[s].size() - 5)][s] = name;
    }
    return found;
}

/// Without the year, where no other split is called so.
std::string splitName(const std::string& name, const FoundFiles& all) {
    const auto withoutYear = [](const std::string& text) {
        const bool hasYear =
            text.size() > 4 && std::ranges::all_of(text.substr(text.size() - 4), [](char digit) {
                return digit >= '0' && digit <= '9';
            });
        return hasYear ? text.substr(0, text.size() - 4) : text;
    };
    const std::string plain = withoutYear(name);
    const auto same = std::ranges::count_if(
        all, [&](const auto& other) { return withoutYear(other.first) == plain; });
    return same == 1 ? plain : name;
}

/// "train" first, then "val".
int rankOf(const std::string& split) {
    return split.starts_with("train") ? 0 : split.starts_with("val") ? 1 : 2;
}

std::set<std::string> namesIn(const fs::path& folder) {
    std::set<std::string> names;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        if (const std::string name = entry->path().filename().string(); !isSystemFile(name))
            names.insert(name);
    return names;
}

/// Makes a `CocoFolder`.
class FolderReader {
public:
    explicit FolderReader(const fs::path& root) : m_root(root) {}

    CocoFolder folder;
    Problems problems;

    void read() {
        const FoundFiles found = annotationFiles(m_root);
        if (found.empty()) {
            std::error_code error;
            problems.push_back(
                {fs::is_directory(m_root, error) ? "coco.annotations" : "dataset.missing",
                 (m_root / annotationFolder).string(), "no file of annotations",
                 "instances_train2017.json, panoptic_val2017.json, "
                 "person_keypoints_val2017.json or the like",
                 ""});
            return;
        }
        for (const auto& [name, files] : found)
            readSplit(name, splitName(name, found), files);
        if (problems.empty() && folder.splits.empty())
            problems.push_back({"coco.pictures", m_root.string(),
                                "none of the pictures that are annotated",
                                "them in the folder " + found.begin()->first + " or images/"
                                    + found.begin()->first,
                                ""});
        std::ranges::sort(folder.splits, {}, [](const CocoSplit& split) {
            return std::pair(rankOf(split.name), split.name);
        });
        for (const CocoSource source :
             {CocoSource::Instances, CocoSource::Keypoints, CocoSource::Panoptic})
            compareCategories(source);
        std::ranges::sort(folder.files, {}, &FileFacts::path);
        for (const FileFacts& file : folder.files)
            m_sum.add(file.path + ":" + std::to_string(file.bytes) + "\n");
        folder.fingerprint = m_sum.finish();
    }

private:
    void readSplit(const std::string& fullName, const std::string& name,
                   const std::array<std::string, CocoSources>& files) {
        CocoSplit split{.name = name, .folder = {}, .samples = {}};
        split.folder = folderOf(fullName, name);
        const std::set<std::string> pictures = namesIn(m_root / split.folder);
        if (split.folder.empty() || pictures.empty()) {
            folder.remarks.push_back("There are no pictures of " + fullName
                                     + ": its annotations are passed over.");
            return;
        }
        for (std::size_t s = 0; s < CocoSources; ++s)
            if (!files[s].empty())
                readIndex(split, s, files[s]);
        if (!problems.empty())
            return;
        join(split, pictures);
        if (!split.samples.empty())
            folder.splits.push_back(std::move(split));
    }

    std::string folderOf(const std::string& fullName, const std::string& name) const {
        std::error_code error;
        for (const std::string& place : {fullName, "images/" + fullName, name, "images/" + name})
            if (fs::is_directory(m_root / place, error))
                return place;
        return {};
    }

    void readIndex(CocoSplit& split, std::size_t source, const std::string& file) {
        const fs::path path = m_root / annotationFolder / file;
        const bool isPanoptic = source == static_cast<std::size_t>(CocoSource::Panoptic);
        std::error_code error;
        if (isPanoptic && !fs::is_directory(fs::path(path).replace_extension(), error)) {
            folder.remarks.push_back(file + " is passed over: beside it there is no folder "
                                     + path.stem().string()
                                     + " with its pictures; it may still be packed, as .zip.");
            return;
        }
        auto index = CocoIndex::open(path, isPanoptic ? CocoIndex::Kind::Panoptic
                                                      : CocoIndex::Kind::Objects);
        if (!index) {
            problems.insert(problems.end(), index.error().begin(), index.error().end());
            return;
        }
        for (const CocoRemark& remark : (*index)->remarks())
            folder.remarks.push_back(file + " has " + counted(remark.count, "annotation") + " "
                                     + remark.text + ", the first " + std::to_string(remark.first)
                                     + ".");
        if (auto facts = factsOfFile(path, std::string(annotationFolder) + "/" + validUtf8(file)))
            folder.files.push_back(std::move(*facts));
        split.indices[source] = std::move(*index);
    }

    /// The pictures that are there, of all that any file lists.
    void join(CocoSplit& split, const std::set<std::string>& pictures) {
        std::map<std::int64_t, CocoSample> samples;
        for (std::size_t s = 0; s < CocoSources; ++s) {
            if (!split.indices[s])
                continue;
            const auto& images = split.indices[s]->images();
            for (std::size_t i = 0; i < images.size(); ++i) {
                CocoSample& sample = samples[images[i].id];
                if (!sample.file.empty() && sample.file != images[i].file)
                    problems.push_back(
                        {"coco.joined", split.indices[s]->path().string(),
                         "image " + std::to_string(images[i].id) + " is " + images[i].file,
                         sample.file + ", as another file of this split has it", ""});
                sample.id = images[i].id;
                sample.file = images[i].file;
                sample.places[s] = i;
            }
        }
        std::vector<std::string> missing;
        std::set<std::string> used;
        for (auto& [id, sample] : samples) {
            auto facts = pictures.contains(sample.file) ? factsOfFile(
                             m_root / split.folder / sample.file, split.folder + "/" + sample.file)
                                                        : std::nullopt;
            if (!facts) {
                missing.push_back(sample.file);
                continue;
            }
            used.insert(sample.file);
            folder.files.push_back(std::move(*facts));
            addPanopticPicture(split, sample);
            split.samples.push_back(std::move(sample));
        }
        std::ranges::sort(split.samples, {}, &CocoSample::file);
        if (!missing.empty())
            folder.remarks.push_back(counted(missing.size(), "picture") + " of " + split.folder
                                     + " that the annotations list "
                                     + (missing.size() == 1 ? "is" : "are")
                                     + " not there: " + someOf(missing, missing.size()) + ".");
        for (const std::string& picture : pictures)
            if (!used.contains(picture))
                folder.unused.push_back(split.folder + "/" + validUtf8(picture));
    }

    void addPanopticPicture(const CocoSplit& split, const CocoSample& sample) {
        const auto source = static_cast<std::size_t>(CocoSource::Panoptic);
        if (!sample.places[source])
            return;
        const CocoIndex& index = *split.indices[source];
        const std::string& picture = index.pictureOf(*sample.places[source]);
        if (picture.empty())
            return;
        const fs::path pictures = fs::path(index.path()).replace_extension();
        if (auto facts = factsOfFile(pictures / picture,
                                     std::string(annotationFolder) + "/"
                                         + validUtf8(pictures.filename().string()) + "/" + picture))
            folder.files.push_back(std::move(*facts));
    }

    void compareCategories(CocoSource source) {
        const CocoIndex* first = folder.any(source);
        for (const CocoSplit& split : folder.splits)
            if (const CocoIndex* index = split.index(source);
                index != nullptr && index->categories() != first->categories())
                problems.push_back({"coco.categories", index->path().string(), "other categories",
                                    "those of " + first->path().string(), ""});
    }

    const fs::path& m_root;
    Sha256 m_sum;
};

} // namespace

const CocoIndex* CocoFolder::any(CocoSource source) const {
    const auto found = std::ranges::find_if(
        splits, [&](const CocoSplit& split) { return split.index(source) != nullptr; });
    return found != splits.end() ? found->index(source) : nullptr;
}

tl::expected<CocoFolder, Problems> openCocoFolder(const fs::path& root) {
    FolderReader reader(root);
    reader.read();
    if (!reader.problems.empty())
        return tl::unexpected(std::move(reader.problems));
    return std::move(reader.folder);
}

} // namespace concertina
