// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cityscapes_files.h"

#include "core/data/folder_scan.h"
#include "core/data/large_file.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <set>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view pictureEnding = "_leftImg8bit.png";

/// What is published beside the labels of a picture.
constexpr std::array<std::string_view, 6> labelEndings{
    "_gtFine_labelIds.png",    "_gtFine_labelTrainIds.png",    "_gtFine_color.png",
    "_gtFine_instanceIds.png", "_gtFine_instanceTrainIds.png", "_gtFine_polygons.json"};

/// Names in a folder, sorted, without what systems leave there.
std::vector<std::string> namesIn(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        if (std::string name = entry->path().filename().string(); !isSystemFile(name))
            names.push_back(std::move(name));
    std::ranges::sort(names);
    return names;
}

/// The splits that there are pictures of, in their usual order.
std::vector<std::string> splitNamesIn(const fs::path& folder) {
    std::vector<std::string> names = namesIn(folder);
    const auto place = [](const std::string& name) {
        static constexpr std::array<std::string_view, 3> usual{"train", "val", "test"};
        return std::ranges::find(usual, name) - usual.begin();
    };
    std::ranges::stable_sort(names, {}, place);
    std::erase_if(names, [&](const std::string& name) {
        std::error_code error;
        return !fs::is_directory(folder / name, error);
    });
    return names;
}

class CityscapesListing {
public:
    explicit CityscapesListing(const fs::path& root) : m_root(root) {
        found.labels = isFolder(CityscapesLabelFolder);
        found.disparities = isFolder(CityscapesDisparities);
        found.cameras = isFolder(CityscapesCameras);
    }

    CityscapesFiles found;

    void addSplit(const std::string& name) {
        CityscapesSplit split{.name = name, .samples = {}};
        for (const std::string& city : namesIn(m_root / CityscapesPictures / name))
            addCity(split, city);
        for (const std::string_view folder :
             {CityscapesLabelFolder, CityscapesDisparities, CityscapesCameras})
            findUnused(std::string(folder), name);
        if (!split.samples.empty())
            found.splits.push_back(std::move(split));
    }

private:
    bool isFolder(std::string_view name) const {
        std::error_code error;
        return fs::is_directory(m_root / name, error);
    }

    void addCity(CityscapesSplit& split, const std::string& city) {
        const std::string place = split.name + "/" + city;
        const std::string folder = std::string(CityscapesPictures) + "/" + place;
        if (!isFolder(folder)) {
            found.unused.push_back(validUtf8(folder));
            return;
        }
        for (const std::string& name : namesIn(m_root / folder)) {
            const std::string path = folder + "/" + name;
            if (!name.ends_with(pictureEnding) || !take(path)) {
                found.unused.push_back(validUtf8(path));
                continue;
            }
            const std::string id = name.substr(0, name.size() - pictureEnding.size());
            const auto beside = [&](std::string_view of, std::string_view ending) {
                std::string file = std::string(of) + "/" + place + "/" + id + std::string(ending);
                return take(file) ? file : std::string();
            };
            CityscapesSample sample{.id = validUtf8(id), .image = path};
            sample.labels = beside(CityscapesLabelFolder, labelEndings[0]);
            sample.trainIds = sample.labels.empty();
            if (sample.trainIds)
                sample.labels = beside(CityscapesLabelFolder, labelEndings[1]);
            sample.disparity = beside(CityscapesDisparities, "_disparity.png");
            sample.camera = beside(CityscapesCameras, "_camera.json");
            split.samples.push_back(std::move(sample));
            m_pictures.insert(place + "/" + id);
        }
    }

    /// Whether it is a file; then it is one of the dataset's.
    bool take(const std::string& path) {
        auto facts = factsOfFile(m_root / path, validUtf8(path));
        if (!facts)
            return false;
        found.files.push_back(std::move(*facts));
        m_taken.insert(path);
        return true;
    }

    void findUnused(const std::string& folder, const std::string& split) {
        const std::string place = folder + "/" + split;
        for (const std::string& city : namesIn(m_root / place)) {
            if (!isFolder(place + "/" + city)) {
                found.unused.push_back(validUtf8(place + "/" + city));
                continue;
            }
            for (const std::string& name : namesIn(m_root / place / city)) {
                const std::string path = place + "/" + city + "/" + name;
                if (!m_taken.contains(path) && !isBesideLabels(split + "/" + city + "/" + name))
                    found.unused.push_back(validUtf8(path));
            }
        }
    }

    bool isBesideLabels(std::string_view file) const {
        return std::ranges::any_of(labelEndings, [&](std::string_view ending) {
            return file.ends_with(ending)
                   && m_pictures.contains(file.substr(0, file.size() - ending.size()));
        });
    }

    fs::path m_root;
    std::set<std::string> m_taken;
    std::set<std::string, std::less<>> m_pictures; ///< SPLIT/CITY/ID
};

} // namespace

CityscapesFiles listCityscapes(const fs::path& root) {
    CityscapesListing listing(root);
    for (const std::string& split : splitNamesIn(root / CityscapesPictures))
        listing.addSplit(split);
    std::ranges::sort(listing.found.unused);
    return std::move(listing.found);
}

} // namespace concertina
