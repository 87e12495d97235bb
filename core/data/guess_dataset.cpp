// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/guess_dataset.h"

#include "core/data/class_colors.h"
#include "core/data/data_news.h"
#include "core/data/folder_scan.h"
#include "core/data/guess_files.h"
#include "core/data/guess_target.h"
#include "core/data/image_files.h"
#include "core/values/text.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

namespace concertina {

namespace {

namespace fs = std::filesystem;

/// One pattern in all splits that have it.
struct PatternFiles {
    PathPattern pattern;
    FileRole role = FileRole::Unknown;
    std::vector<const FileGroup*> groups;

    std::size_t count() const {
        std::size_t all = 0;
        for (const FileGroup* group : groups)
            all += group->ids.size();
        return all;
    }
    const FileGroup* in(const std::string& split) const {
        const auto found = std::ranges::find(groups, split, &FileGroup::split);
        return found == groups.end() ? nullptr : *found;
    }
    std::string shown() const { return groups.front()->shown(); }
    std::string folder() const { return pattern.before.substr(0, pattern.before.rfind('/') + 1); }
    std::string json() const { return pattern.path("{id}"); }
};

/// Whether the pattern takes all files of another for its own, too.
bool takesFilesOf(const PathPattern& pattern, const PathPattern& other) {
    const std::string file = foldedCase(other.path("0"));
    return file.find('/', pattern.before.size()) == std::string::npos
           && file.starts_with(foldedCase(pattern.before))
           && file.ends_with(foldedCase(pattern.after));
}

bool isLossy(const PathPattern& pattern) {
    const std::string after = foldedCase(pattern.after);
    return after.ends_with(".jpg") || after.ends_with(".jpeg") || after.ends_with(".webp");
}

/// Puts the groups of a folder together to a dataset.
class DatasetGuessing {
public:
    DatasetGuessing(const fs::path& folder, FoundFiles found)
        : m_folder(folder), m_found(std::move(found)) {
        std::map<std::pair<std::string, std::string>, PatternFiles> patterns;
        for (const FileGroup& group : m_found.groups) {
            PatternFiles& files =
                patterns[{foldedCase(group.pattern.before), foldedCase(group.pattern.after)}];
            if (files.groups.empty()) {
                files.pattern = group.pattern;
                files.role = group.role;
            }
            files.groups.push_back(&group);
        }
        for (auto& [key, files] : patterns)
            m_patterns.push_back(std::move(files));
    }

    Expected<DatasetGuess> run(const std::stop_token& stop) {
        if (auto problem = checkPlaces())
            return failure(std::move(*problem));
        if (auto problem = chooseImages())
            return failure(std::move(*problem));
        takeSplits();
        for (const PatternFiles& files : m_patterns) {
            if (stop.stop_requested())
                return failure(stoppedProblem("looking at files"));
            if (&files != m_images)
                addTarget(files);
        }
        if (m_guess.targets.empty())
            return failure(noTargets());
        nameTargets();
        addRemarks();
        return std::move(m_guess);
    }

private:
    Problem layoutProblem(std::string found, std::string hint) const {
        return {"guess.layout", m_folder.string(), std::move(found),
                "a folder a split, and in it one for pictures and one for each target: "
                "train/images/1.jpg, train/labels/1.png",
                std::move(hint)};
    }

    /// Splits inside the folders of pictures and targets, or scenes inside them.
    std::optional<Problem> checkPlaces() const {
        std::set<std::string> names;
        std::vector<std::string> moves;
        for (const std::string& place : m_found.splitsBelow) {
            const auto slash = place.rfind('/');
            names.insert(foldedCase(place.substr(slash + 1)));
            moves.push_back(place + " to " + place.substr(slash + 1) + "/"
                            + place.substr(0, slash));
        }
        if (names.size() > 1)
            return layoutProblem("splits inside the folders of pictures and targets: "
                                     + someOf(m_found.splitsBelow, m_found.splitsBelow.size()),
                                 "move " + someOf(moves, moves.size()));
        return std::nullopt;
    }

    /// Patterns that may be pictures, those that say so before others.
    std::vector<const PatternFiles*> imageCandidates() const {
        std::vector<const PatternFiles*> said, silent;
        for (const PatternFiles& files : m_patterns) {
            if (files.role == FileRole::Image)
                said.push_back(&files);
            if (files.role == FileRole::Unknown)
                silent.push_back(&files);
        }
        auto& candidates = said.empty() ? silent : said;
        std::map<const PatternFiles*, int> ranks;
        for (const PatternFiles* files : candidates)
            ranks[files] = said.empty() ? likeness(*files) : 0;
        std::ranges::stable_sort(candidates, [&](const PatternFiles* a, const PatternFiles* b) {
            return std::pair(ranks[a], b->count()) < std::pair(ranks[b], a->count());
        });
        return candidates;
    }

    /// How little files look like pictures: JPEG files are, targets are seldom in colours.
    int likeness(const PatternFiles& files) const {
        if (isLossy(files.pattern))
            return 0;
        const FileGroup& group = *files.groups.front();
        const fs::path file = m_folder / group.file(group.ids.front());
        const auto bytes = readPictureFile(file);
        return bytes && decodePlane(*bytes, file, Encoding::Rgb8)
                       && !decodePlane(*bytes, file, Encoding::Index8)
                   ? 1
                   : 2;
    }

    std::optional<Problem> chooseImages() {
        const auto candidates = imageCandidates();
        if (candidates.empty())
            return Problem{
                "guess.images", m_folder.string(),
                m_patterns.empty()
                    ? (m_found.others + m_found.outside == 0 ? "an empty folder"
                                                             : "no pictures and no arrays")
                    : "targets without pictures: " + m_patterns.front().shown(),
                "a folder of pictures, and of labels, depths or normals beside them", ""};
        m_images = candidates.front();
        std::vector<std::string> folders;
        for (const PatternFiles* other : candidates)
            if (foldedCase(other->pattern.after) == foldedCase(m_images->pattern.after)
                && (other->role == FileRole::Image || likeness(*other) == likeness(*m_images)))
                folders.push_back(other->folder());
        // Two that say so may be two cameras'; scenes lie in folders of any name.
        const auto isNamed = [](const std::string& folder) {
            const fs::path path = fs::path(folder).parent_path().filename();
            return roleOfFolder(path.string()) != FileRole::Unknown;
        };
        const bool areScenes = m_images->role == FileRole::Image && folders.size() == 2
                               && std::ranges::none_of(folders, isNamed);
        if (areScenes || folders.size() > 2)
            return layoutProblem("pictures in " + std::to_string(folders.size())
                                     + " folders of one split: " + someOf(folders, folders.size()),
                                 "move them into one folder, by names that differ");
        for (const PatternFiles& other : m_patterns)
            if (&other != m_images && takesFilesOf(m_images->pattern, other.pattern))
                return layoutProblem("pictures and targets side by side whose names end alike: "
                                         + m_images->shown() + " and " + other.shown(),
                                     "move " + other.shown() + " to a folder of their own");
        return std::nullopt;
    }

    void remark(std::string sentence) { m_guess.remarks.push_back(std::move(sentence)); }

    void takeSplits() {
        m_guess.folder = m_folder.string();
        m_guess.name = fs::absolute(m_folder).lexically_normal().filename().string();
        if (m_guess.name.empty())
            m_guess.name = fs::absolute(m_folder).lexically_normal().parent_path().filename();
        m_guess.image = m_images->json();
        for (const std::string& folder : m_found.splits) {
            const FileGroup* images = m_images->in(folder);
            if (images == nullptr) {
                remark(folder + ": left out, as it has no " + m_images->shown() + ".");
                continue;
            }
            m_guess.splits.push_back({folder == "." ? "train" : splitNamed(folder).value_or(folder),
                                      folder, static_cast<int>(images->ids.size())});
            auto& ids = m_ids[folder];
            for (const std::string& id : images->ids)
                ids.emplace(foldedCase(id), id);
        }
    }

    void addTarget(const PatternFiles& files) {
        if (files.role == FileRole::Image) {
            remark(files.shown() + ": left out, as the pictures are " + m_images->shown() + ".");
            return;
        }
        if (isLossy(files.pattern)) {
            remark(files.shown() + ": left out, as its format changes values; write PNG files.");
            return;
        }
        if (files.role == FileRole::Other) {
            remark(files.shown() + ": left out, as nothing here learns it.");
            return;
        }
        std::vector<TargetFile> pairs;
        std::size_t without = 0;
        for (const DatasetGuess::Split& split : m_guess.splits)
            if (const FileGroup* group = files.in(split.folder))
                for (const std::string& id : group->ids) {
                    const auto image = m_ids[split.folder].find(foldedCase(id));
                    if (image == m_ids[split.folder].end())
                        ++without;
                    else
                        pairs.push_back(
                            {m_folder / group->file(id),
                             m_folder / m_images->in(split.folder)->file(image->second)});
                }
        if (pairs.empty()) {
            remark(files.shown() + ": left out, as no name is a picture's (" + m_images->shown()
                   + ").");
            return;
        }
        GuessedFiles guessed = guessTarget(pairs, files.shown(), files.role);
        for (std::string& sentence : guessed.remarks)
            remark(std::move(sentence));
        if (without > 0)
            remark(files.shown() + ": " + std::to_string(without)
                   + (without == 1 ? " file belongs" : " files belong") + " to no picture.");
        if (!guessed.target)
            return;
        guessed.target->path = files.json();
        guessed.target->samples = static_cast<int>(pairs.size());
        m_guess.targets.push_back(std::move(*guessed.target));
    }

    Problem noTargets() const {
        Problem problem{"guess.targets", m_folder.string(),
                        "pictures alone (" + m_images->shown() + ")",
                        "labels, depths or normals beside them, by the pictures' names", ""};
        if (!m_guess.remarks.empty()) {
            problem.found = "pictures (" + m_images->shown() + "), and nothing that can be learned";
            problem.hint = join(m_guess.remarks, " ");
        }
        return problem;
    }

    /// The only target of a kind is called as the task that learns it, others as their folder or
    /// what is in their names, too.
    void nameTargets() {
        std::map<const TargetKind*, int> kinds;
        for (const GuessedTarget& target : m_guess.targets)
            ++kinds[&target.kind()];
        std::map<std::string, int> given;
        for (GuessedTarget& target : m_guess.targets) {
            target.name = target.kind().usualName();
            if (const int before = given[target.name]++; before > 0)
                target.name += std::to_string(before + 1);
            if (kinds[&target.kind()] > 1)
                remark(target.path + " is called \"" + target.name
                       + "\", as there are several of its kind.");
        }
    }

    void addRemarks() {
        int samples = 0;
        for (const DatasetGuess::Split& split : m_guess.splits)
            samples += split.samples;
        for (const GuessedTarget& target : m_guess.targets)
            if (target.samples < samples)
                remark(target.path + ": " + std::to_string(samples - target.samples) + " of "
                       + std::to_string(samples) + " samples lack it.");
        const auto has = [&](const char* name) {
            return std::ranges::find(m_guess.splits, name, &DatasetGuess::Split::name)
                   != m_guess.splits.end();
        };
        if (!has("train"))
            remark("No split is called train: set data.train_split.");
        if (!has("val"))
            remark(m_guess.splits.size() == 1
                       ? "There is one split alone: move some of its samples into a folder val "
                         "beside it, to validate with."
                       : "No split is called val: set data.val_split.");
        if (m_found.outside > 0)
            remark(std::to_string(m_found.outside)
                   + " pictures and arrays lie outside the splits.");
        if (m_images->role == FileRole::Unknown)
            remark(m_images->shown() + ": taken for the pictures; no name says so.");
    }

    const fs::path& m_folder;
    FoundFiles m_found;
    std::vector<PatternFiles> m_patterns;
    const PatternFiles* m_images = nullptr;
    std::map<std::string, std::map<std::string, std::string>> m_ids; ///< folded: as it is, by split
    DatasetGuess m_guess;
};

} // namespace

Expected<DatasetGuess> guessDataset(const fs::path& folder, const std::stop_token& stop) {
    std::error_code error;
    if (fs::exists(folder / "dataset.json", error))
        return failure({"guess.known", (folder / "dataset.json").string(), "a file that is there",
                        "a folder without one", "data check says whether it is right"});
    auto found = findFiles(folder, stop);
    if (!found)
        return failure(found.error());
    return DatasetGuessing(folder, std::move(*found)).run(stop);
}

Json layoutJson(const DatasetGuess& guess) {
    Json splits = Json::object(), targets = Json::object();
    for (const DatasetGuess::Split& split : guess.splits)
        splits[split.name] = split.folder;
    for (const GuessedTarget& target : guess.targets) {
        Json& json = targets[target.name] = {{"path", target.path}, {"encoding", target.encoding}};
        if (&target.kind() == &classesTarget()) {
            if (target.ignore >= 0)
                json["ignore"] = target.ignore;
            for (int i = 0; i < target.classes; ++i)
                json["classes"].push_back(
                    {{"name", "class " + std::to_string(i)}, {"color", classColor(i)}});
        } else if (&target.kind() == &depthTarget()) {
            json["scale"] = target.scale;
            json["unit"] = "m";
            if (target.invalid)
                json["invalid"] = *target.invalid;
        }
    }
    return {{"format", "concertina-dataset"},
            {"version", 1},
            {"name", guess.name},
            {"splits", std::move(splits)},
            {"image", {{"path", guess.image}}},
            {"targets", std::move(targets)}};
}

} // namespace concertina
