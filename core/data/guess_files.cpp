// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/guess_files.h"

#include "core/data/folder_scan.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr int deepest = 6;
constexpr std::size_t mostFiles = 2'000'000;

constexpr std::array<std::string_view, 10> pictureEndings{"png",  "jpg",  "jpeg", "bmp", "tif",
                                                          "tiff", "webp", "ppm",  "pgm", "npy"};

bool isPictureEnding(std::string_view ending) {
    return std::ranges::find(pictureEndings, foldedCase(ending)) != pictureEndings.end();
}

/// The files of a folder, by its path from the dataset's.
using Folders = std::map<std::string, std::vector<std::string>>;

class FileLister {
public:
    FileLister(const fs::path& root, const std::stop_token& stop) : m_root(root), m_stop(stop) {}

    Folders folders; ///< with pictures and arrays
    std::size_t others = 0;

    std::optional<Problem> run() {
        add("", 0);
        if (m_stop.stop_requested())
            return stoppedProblem("looking for files");
        if (m_count > mostFiles)
            return Problem{"guess.many", m_root.string(),
                           "more than " + std::to_string(mostFiles) + " files",
                           "a dataset's folder", "is it a folder above one?"};
        return std::nullopt;
    }

private:
    bool ends() const { return m_count > mostFiles || m_stop.stop_requested(); }

    void add(const std::string& folder, int depth) {
        std::error_code error;
        std::vector<std::string> below, files;
        fs::directory_iterator entry(m_root / folder, error);
        for (; !error && entry != fs::directory_iterator() && !ends(); entry.increment(error)) {
            std::string name = entry->path().filename().string();
            if (isSystemFile(name))
                continue;
            std::error_code unseen;
            if (entry->is_directory(unseen)) {
                // A link could lead back to where it is.
                if (!entry->is_symlink(unseen) || depth < 2)
                    below.push_back(std::move(name));
                continue;
            }
            ++m_count;
            const auto dot = name.rfind('.');
            if (dot == std::string::npos || dot == 0
                || !isPictureEnding(std::string_view(name).substr(dot + 1)))
                ++others;
            else
                files.push_back(std::move(name));
        }
        if (!files.empty())
            folders[folder] = std::move(files);
        std::ranges::sort(below);
        if (depth < deepest)
            for (const std::string& name : below)
                add(folder.empty() ? name : folder + "/" + name, depth + 1);
    }

    const fs::path& m_root;
    const std::stop_token& m_stop;
    std::size_t m_count = 0;
};

std::string firstOf(const std::string& path) {
    return path.substr(0, path.find('/'));
}

/// The names of splits that stand first, by the name that they mean: of several the first.
std::map<std::string, std::string> splitFolders(const Folders& folders) {
    std::map<std::string, std::string> splits;
    for (const auto& [path, files] : folders)
        if (const auto split = splitNamed(firstOf(path)))
            splits.emplace(*split, firstOf(path));
    return splits;
}

/// Groups one folder's files, of a split, by what stands around the samples' names.
void addGroups(const std::string& split, const std::string& folder,
               const std::vector<std::string>& files, std::vector<FileGroup>& groups) {
    std::map<std::pair<std::string, std::string>, FileGroup> found;
    for (const std::string& file : files) {
        const auto dot = file.rfind('.');
        NameParts parts = partsOfName(std::string_view(file).substr(0, dot));
        const std::string ending = file.substr(dot);
        const std::string after = parts.after + ending;
        FileGroup& group = found[{foldedCase(parts.before), foldedCase(after)}];
        if (group.ids.empty()) {
            group.split = split;
            group.pattern = {(folder.empty() ? "" : folder + "/") + parts.before, after};
            group.role = parts.role;
        }
        group.ids.push_back(std::move(parts.id));
    }
    // Where all names are alike the folder says what they are; else the names do.
    const FileRole role = roleOfFolder(folder);
    for (auto& [key, group] : found) {
        if (role != FileRole::Unknown && (found.size() == 1 || group.role == FileRole::Unknown))
            group.role = role;
        std::ranges::sort(group.ids);
        groups.push_back(std::move(group));
    }
}

} // namespace

Expected<FoundFiles> findFiles(const fs::path& folder, const std::stop_token& stop) {
    std::error_code error;
    if (!fs::is_directory(folder, error))
        return failure(
            {"dataset.missing", folder.string(), "no such folder", "a folder of files", ""});
    FileLister lister(folder, stop);
    if (auto problem = lister.run())
        return failure(std::move(*problem));
    FoundFiles found{.others = lister.others};
    const auto splits = splitFolders(lister.folders);
    for (const char* name : {"train", "val", "test"})
        if (const auto at = splits.find(name); at != splits.end())
            found.splits.push_back(at->second);
    if (found.splits.empty())
        found.splits.emplace_back(".");
    for (const auto& [path, files] : lister.folders) {
        const std::string first = firstOf(path);
        const bool isWhole = found.splits.front() == ".";
        if (!isWhole && std::ranges::find(found.splits, first) == found.splits.end()) {
            found.outside += files.size();
            continue;
        }
        if (isWhole)
            if (const auto slash = path.rfind('/');
                slash != std::string::npos && splitNamed(std::string_view(path).substr(slash + 1)))
                found.splitsBelow.push_back(path);
        const std::string below =
            isWhole ? path : path.substr(std::min(first.size() + 1, path.size()));
        addGroups(isWhole ? "." : first, below, files, found.groups);
    }
    return found;
}

} // namespace concertina
