// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/folder_scan.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

const DatasetEntry& folderDataset();

/// A sample of a folder in its own size, with everything that is wrong with its files.
struct StoredSample {
    Image image; ///< upright
    std::vector<TargetPlane> targets;
    Problems problems;
    std::string turn; ///< how picture and planes lie to each other; empty: as they are stored
};

/// Images and targets as files in a folder, described by its dataset.json (help page "Data").
class FolderDataset : public Dataset {
public:
    /// Lists the files. Problems: "dataset.*", with everything that is wrong.
    static tl::expected<std::shared_ptr<const FolderDataset>, Problems>
    open(const std::filesystem::path& root, const DataWatch& watch = {});

    const DatasetDescription& description() const override { return m_description; }
    std::string sampleName(std::string_view split, int index) const override;
    Expected<Sample> sample(std::string_view split, int index, int height,
                            int width) const override;

    StoredSample storedSample(std::string_view split, int index) const;

private:
    FolderDataset(std::filesystem::path root, FolderLayout layout, DataWatch watch);

    void take(FolderScan scan);
    void reportUnused() const;
    const FolderSample& files(std::string_view split, int index) const;
    Expected<std::vector<std::byte>> read(const std::string& file) const;
    void readTarget(std::size_t target, const FolderSample& files, int orientation,
                    StoredSample& sample, std::vector<std::string>& turns) const;

    std::filesystem::path m_root;
    FolderLayout m_layout;
    DataWatch m_watch;
    DatasetDescription m_description;
    std::vector<std::vector<FolderSample>> m_samples; ///< a list a split
};

} // namespace concertina
