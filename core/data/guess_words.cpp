// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/guess_words.h"

#include "core/data/folder_scan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace concertina {

namespace {

struct RoleWord {
    std::string_view word;
    FileRole role;
};

/// In small letters.
constexpr std::array roleWords{
    RoleWord{"image", FileRole::Image},
    RoleWord{"images", FileRole::Image},
    RoleWord{"img", FileRole::Image},
    RoleWord{"imgs", FileRole::Image},
    RoleWord{"rgb", FileRole::Image},
    RoleWord{"color", FileRole::Image},
    RoleWord{"colors", FileRole::Image},
    RoleWord{"colour", FileRole::Image},
    RoleWord{"colours", FileRole::Image},
    RoleWord{"photo", FileRole::Image},
    RoleWord{"photos", FileRole::Image},
    RoleWord{"picture", FileRole::Image},
    RoleWord{"pictures", FileRole::Image},
    RoleWord{"frame", FileRole::Image},
    RoleWord{"frames", FileRole::Image},
    RoleWord{"input", FileRole::Image},
    RoleWord{"inputs", FileRole::Image},
    RoleWord{"jpegimages", FileRole::Image},
    RoleWord{"leftimg8bit", FileRole::Image},
    RoleWord{"label", FileRole::Classes},
    RoleWord{"labels", FileRole::Classes},
    RoleWord{"labelids", FileRole::Classes},
    RoleWord{"trainids", FileRole::Classes},
    RoleWord{"labeltrainids", FileRole::Classes},
    RoleWord{"mask", FileRole::Classes},
    RoleWord{"masks", FileRole::Classes},
    RoleWord{"seg", FileRole::Classes},
    RoleWord{"segm", FileRole::Classes},
    RoleWord{"semseg", FileRole::Classes},
    RoleWord{"segmentation", FileRole::Classes},
    RoleWord{"segmentations", FileRole::Classes},
    RoleWord{"segmentationclass", FileRole::Classes},
    RoleWord{"semantic", FileRole::Classes},
    RoleWord{"semantics", FileRole::Classes},
    RoleWord{"annotation", FileRole::Classes},
    RoleWord{"annotations", FileRole::Classes},
    RoleWord{"annot", FileRole::Classes},
    RoleWord{"gt", FileRole::Classes},
    RoleWord{"gtfine", FileRole::Classes},
    RoleWord{"groundtruth", FileRole::Classes},
    RoleWord{"depth", FileRole::Depth},
    RoleWord{"depths", FileRole::Depth},
    RoleWord{"depthmap", FileRole::Depth},
    RoleWord{"depthmaps", FileRole::Depth},
    RoleWord{"normal", FileRole::Normals},
    RoleWord{"normals", FileRole::Normals},
    RoleWord{"surfacenormals", FileRole::Normals},
    RoleWord{"instance", FileRole::Other},
    RoleWord{"instances", FileRole::Other},
    RoleWord{"instanceids", FileRole::Other},
    RoleWord{"segmentationobject", FileRole::Other},
    RoleWord{"disparity", FileRole::Other},
    RoleWord{"disparities", FileRole::Other},
    RoleWord{"flow", FileRole::Other},
    RoleWord{"edges", FileRole::Other},
    RoleWord{"boxes", FileRole::Other},
    RoleWord{"keypoints", FileRole::Other},
    RoleWord{"panoptic", FileRole::Other},
};

constexpr std::string_view separators = "_-. ";

FileRole roleOfWord(std::string_view word) {
    const std::string folded = foldedCase(word);
    const auto found = std::ranges::find(roleWords, folded, &RoleWord::word);
    return found == roleWords.end() ? FileRole::Unknown : found->role;
}

/// Of one name: all of it, or its last part that says something.
FileRole roleOfOne(std::string_view name) {
    if (const FileRole role = roleOfWord(name); role != FileRole::Unknown)
        return role;
    FileRole last = FileRole::Unknown;
    while (!name.empty()) {
        const auto end = std::min(name.find_first_of(separators), name.size());
        if (const FileRole role = roleOfWord(name.substr(0, end)); role != FileRole::Unknown)
            last = role;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return last;
}

bool isDigit(char letter) {
    return std::isdigit(static_cast<unsigned char>(letter)) != 0;
}

} // namespace

FileRole roleOfFolder(std::string_view path) {
    while (!path.empty()) {
        const auto slash = path.rfind('/');
        const std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
        if (const FileRole role = roleOfOne(name); role != FileRole::Unknown)
            return role;
        path = slash == path.npos ? std::string_view() : path.substr(0, slash);
    }
    return FileRole::Unknown;
}

NameParts partsOfName(std::string_view stem) {
    NameParts parts;
    std::string_view id = stem;
    // Words behind it, as long as there are some: "_rgb_label".
    for (auto at = id.find_last_of(separators); at != id.npos && at > 0;
         at = id.find_last_of(separators)) {
        const FileRole role = roleOfWord(id.substr(at + 1));
        if (role == FileRole::Unknown)
            break;
        parts.role = parts.role == FileRole::Unknown ? role : parts.role;
        id = id.substr(0, at);
    }
    parts.after = stem.substr(id.size());
    if (parts.role == FileRole::Unknown) {
        // A word before it, and behind that a separator or a digit: "depth_0001", "rgb0001".
        std::size_t letters = 0;
        while (letters < id.size() && !isDigit(id[letters])
               && separators.find(id[letters]) == separators.npos)
            ++letters;
        const FileRole role = roleOfWord(id.substr(0, letters));
        if (role != FileRole::Unknown && letters < id.size()) {
            const std::size_t cut = letters + (isDigit(id[letters]) ? 0 : 1);
            if (cut < id.size()) {
                parts.role = role;
                parts.before = id.substr(0, cut);
                id.remove_prefix(cut);
            }
        }
    }
    parts.id = id;
    return parts;
}

std::optional<std::string> splitNamed(std::string_view folder) {
    struct SplitWord {
        std::string_view word;
        const char* split;
    };
    static constexpr std::array words{
        SplitWord{"train", "train"}, SplitWord{"training", "train"}, SplitWord{"trn", "train"},
        SplitWord{"val", "val"},     SplitWord{"valid", "val"},      SplitWord{"validation", "val"},
        SplitWord{"dev", "val"},     SplitWord{"test", "test"},      SplitWord{"testing", "test"},
        SplitWord{"tst", "test"},
    };
    const std::string folded = foldedCase(folder);
    const auto found = std::ranges::find(words, folded, &SplitWord::word);
    return found == words.end() ? std::nullopt : std::optional<std::string>(found->split);
}

} // namespace concertina
