// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_scan.h"

#include "core/tensor/sha256.h"
#include "core/values/text.h"

#include <clocale>
#include <cwctype>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view layoutFile = "dataset.json";

/// The bytes of a character in UTF-8; 0 where the text is broken there.
std::size_t characterBytes(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t count = first < 0x80   ? 1
                              : first < 0xC2 ? 0
                              : first < 0xE0 ? 2
                              : first < 0xF0 ? 3
                                             : 4;
    return count <= text.size() ? count : 0;
}

std::string encoded(char32_t character) {
    const auto tail = [&](unsigned shift) {
        return static_cast<char>(0x80U | (character >> shift & 0x3FU));
    };
    if (character < 0x80)
        return {static_cast<char>(character)};
    if (character < 0x800)
        return {static_cast<char>(0xC0U | character >> 6U), tail(0)};
    if (character < 0x10000)
        return {static_cast<char>(0xE0U | character >> 12U), tail(6), tail(0)};
    return {static_cast<char>(0xF0U | character >> 18U), tail(12), tail(6), tail(0)};
}

char32_t decoded(std::string_view character) {
    auto value = static_cast<char32_t>(static_cast<unsigned char>(character.front()));
    if (character.size() > 1)
        value &= 0x7FU >> character.size();
    for (const char next : character.substr(1))
        value = value << 6U | (static_cast<unsigned char>(next) & 0x3FU);
    return value;
}

/// Small letters of every script, whatever the user's locale.
char32_t small(char32_t character) {
    static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (unicode == nullptr)
        return character;
    return static_cast<char32_t>(towlower_l(static_cast<wint_t>(character), unicode));
}

/// Files by their path from the root, with the path in small letters.
using Files = std::map<std::string, std::string>;

/// Every file below the splits' folders that a person put there.
class Listing {
public:
    Listing(const fs::path& root, bool hiddenToo) : m_root(root), m_hiddenToo(hiddenToo) {}

    Files files;

    void add(const std::string& folder) {
        std::error_code error;
        const fs::path path = m_root / folder;
        const std::string actual = fs::weakly_canonical(path, error).string();
        if (std::ranges::find(m_within, actual) != m_within.end())
            return; // a link that leads back
        m_within.push_back(actual);
        fs::directory_iterator entry(path, error);
        for (; !error && entry != fs::directory_iterator(); entry.increment(error))
            addEntry(*entry, folder.empty() ? "" : folder + "/");
        std::error_code unseen;
        if (error && fs::exists(path, unseen))
            addFile(folder + "/"); // can't be listed, so nothing in it is used
        m_within.pop_back();
    }

private:
    void addEntry(const fs::directory_entry& entry, const std::string& folder) {
        const std::string name = entry.path().filename().string();
        if (isSystemFile(name) && !(m_hiddenToo && name.starts_with('.')))
            return;
        std::error_code unseen;
        if (entry.is_directory(unseen))
            add(folder + name);
        else if (folder + name != layoutFile)
            addFile(folder + name);
    }

    void addFile(const std::string& path) { files.emplace(path, foldedCase(path)); }

    const fs::path& m_root;
    bool m_hiddenToo;
    std::vector<std::string> m_within; ///< the folders that are being listed, without links
};

/// Without "." and doubled separators; empty for the root itself.
std::string normal(const std::string& folder) {
    std::string text = fs::path(folder).lexically_normal().generic_string();
    while (text.ends_with('/'))
        text.pop_back();
    return text == "." ? "" : text;
}

/// The folder's name as it stands on the disk, where it is written in another case.
std::string actualFolder(const fs::path& root, const std::string& folder) {
    std::string actual;
    for (const std::string& part : split(normal(folder), '/')) {
        const std::string before = actual.empty() ? "" : actual + "/";
        std::error_code error;
        std::string chosen = part;
        if (!fs::exists(root / (before + part), error))
            for (const auto& entry : fs::directory_iterator(root / actual, error))
                if (const std::string name = entry.path().filename().string();
                    foldedCase(name) == foldedCase(part))
                    chosen = name;
        actual = before + chosen;
    }
    return actual;
}

std::optional<FileFacts> factsOf(const fs::path& root, const std::string& path) {
    struct stat state{};
    if (::stat((root / path).c_str(), &state) != 0 || !S_ISREG(state.st_mode))
        return std::nullopt;
    return FileFacts{path, static_cast<std::int64_t>(state.st_size),
                     std::int64_t{state.st_mtim.tv_sec} * 1'000'000'000 + state.st_mtim.tv_nsec};
}

/// The files of a split that one pattern names, by the id of their sample.
using Matches = std::map<std::string, FileFacts>;

/// `folder`: the split's, as it stands on the disk.
Matches matching(const fs::path& root, const std::string& folder, const PathPattern& pattern,
                 const Files& files) {
    std::string begin = (folder.empty() ? "" : folder + "/")
                        + fs::path(pattern.before + "x").lexically_normal().generic_string();
    begin.pop_back(); // the "x" kept a separator at the end
    const std::string foldedBegin = foldedCase(begin);
    const std::string foldedEnd = foldedCase(pattern.after);
    Matches found;
    std::vector<std::pair<std::string, FileFacts>> inOtherLetters;
    for (const auto& [path, folded] : files) {
        if (path.size() <= begin.size() + pattern.after.size() || !folded.starts_with(foldedBegin)
            || !folded.ends_with(foldedEnd))
            continue;
        const std::string id =
            path.substr(begin.size(), path.size() - begin.size() - pattern.after.size());
        const auto facts =
            id.find('/') == std::string::npos ? factsOf(root, path) : std::nullopt;
        if (!facts)
            continue;
        if (path.starts_with(begin) && path.ends_with(pattern.after))
            found.emplace(id, *facts);
        else
            inOtherLetters.emplace_back(id, *facts);
    }
    for (const auto& [id, facts] : inOtherLetters)
        found.emplace(id, facts); // where none is written as the pattern is
    return found;
}

/// Gives each target to the sample of its name; what is left, to the only sample of the same name
/// in other letters that has none.
void giveTargets(std::vector<FolderSample>& samples, std::size_t target, const Matches& files) {
    std::map<std::string, std::vector<FolderSample*>> without;
    std::set<std::string> given;
    for (FolderSample& sample : samples) {
        const auto found = files.find(sample.id);
        if (found == files.end()) {
            without[foldedCase(sample.id)].push_back(&sample);
            continue;
        }
        sample.targets[target] = found->second.path;
        given.insert(sample.id);
    }
    std::map<std::string, std::vector<std::string>> left;
    for (const auto& [id, facts] : files)
        if (!given.contains(id))
            left[foldedCase(id)].push_back(facts.path);
    for (const auto& [name, paths] : left)
        if (const auto found = without.find(name);
            found != without.end() && found->second.size() == 1 && paths.size() == 1)
            found->second.front()->targets[target] = paths.front();
}

/// One split's samples, and their part of the fingerprint.
std::vector<FolderSample> samplesOf(const fs::path& root, const std::string& folder,
                                    const FolderLayout& layout, const Files& files,
                                    Sha256& sum, std::map<std::string, FileFacts>& used) {
    std::vector<FolderSample> samples;
    const Matches images = matching(root, folder, layout.image, files);
    for (const auto& [id, facts] : images) {
        samples.push_back({id, facts.path, std::vector<std::string>(layout.targets.size())});
        used.emplace(facts.path, facts);
    }
    const auto add = [&sum](const Matches& some) {
        for (const auto& [id, facts] : some)
            sum.add(id + ":" + std::to_string(facts.bytes) + "\n");
    };
    for (std::size_t t = 0; t < layout.targetPaths.size(); ++t) {
        if (!layout.targets[t].kind->isPlane())
            continue;
        const Matches targets = matching(root, folder, layout.targetPaths[t], files);
        giveTargets(samples, t, targets);
        std::set<std::string> given;
        for (const FolderSample& sample : samples)
            given.insert(sample.targets[t]);
        for (const auto& [id, facts] : targets)
            if (given.contains(facts.path))
                used.emplace(facts.path, facts);
        add(targets);
    }
    add(images);
    return samples;
}

} // namespace

FolderScan scanFolder(const fs::path& root, const FolderLayout& layout,
                      std::string_view layoutText) {
    const auto isHidden = [](const PathPattern& pattern) {
        return ("/" + pattern.before).find("/.") != std::string::npos;
    };
    Listing listing(root, isHidden(layout.image)
                              || std::ranges::any_of(layout.targetPaths, isHidden));
    std::vector<std::string> folders;
    for (const auto& [name, folder] : layout.splits)
        folders.push_back(actualFolder(root, folder));
    for (const std::string& folder : folders)
        listing.add(folder);
    FolderScan scan;
    Sha256 sum;
    sum.add(layoutText);
    std::map<std::string, FileFacts> used;
    for (std::size_t s = 0; s < folders.size(); ++s) {
        scan.splits.push_back(samplesOf(root, folders[s], layout, listing.files, sum, used));
        if (scan.splits.back().empty())
            scan.problems.push_back({"dataset.empty_split", (root / layout.splits[s].second).string(),
                                     "no image for split \"" + layout.splits[s].first + "\"",
                                     "files " + layout.image.path("{id}"), ""});
    }
    for (const auto& [path, folded] : listing.files)
        if (!used.contains(path))
            scan.unused.push_back(validUtf8(path));
    for (const auto& [path, facts] : used) {
        scan.files.push_back(facts);
        scan.files.back().path = validUtf8(path);
    }
    if (auto facts = factsOf(root, std::string(layoutFile)))
        scan.files.push_back(std::move(*facts));
    scan.fingerprint = sum.finish();
    return scan;
}

bool isSystemFile(std::string_view name) {
    static constexpr std::array<std::string_view, 9> names{
        "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r", "__macosx",
        "@eadir",    "$recycle.bin", "system volume information"};
    const std::string folded = foldedCase(name);
    return name.starts_with('.') || folded.ends_with(":zone.identifier")
           || std::ranges::find(names, folded) != names.end();
}

std::string foldedCase(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    while (!text.empty()) {
        if (const char first = text.front(); static_cast<unsigned char>(first) < 0x80) {
            folded += first >= 'A' && first <= 'Z' ? static_cast<char>(first - 'A' + 'a') : first;
            text.remove_prefix(1);
            continue;
        }
        const std::size_t count = characterBytes(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(count, 1));
        text.remove_prefix(character.size());
        const std::string lower = count == 0 ? std::string() : encoded(small(decoded(character)));
        folded += lower.size() == character.size() ? lower : std::string(character);
    }
    return folded;
}

} // namespace concertina
