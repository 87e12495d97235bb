// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/file_dataset.h"
#include "core/data/folder_scan.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

const DatasetEntry& folderDataset();

/// Whether JPEG pictures may be decoded at a fraction of their size: an option of datasets of
/// pictures.
FieldInfo reducedOption();

struct PictureReading {
    bool reduced = false; ///< JPEG at 1/2, 1/4 or 1/8 where that is as large as what is needed
};

/// A sample a picture, and a file a target: pictures and planes of image files, or arrays of `.npy`
/// files. Which files there are, a folder's dataset.json says (help page "Data"), or another
/// dataset of such files.
class FolderDataset : public FileDataset {
public:
    /// Lists the files. Problems: "dataset.*", with everything that is wrong.
    static tl::expected<std::shared_ptr<const FolderDataset>, Problems>
    open(const std::filesystem::path& root, const DataWatch& watch = {},
         PictureReading reading = {});

    /// Of files that are listed already. Problems: those of the scan.
    static tl::expected<std::shared_ptr<const FolderDataset>, Problems>
    make(const std::filesystem::path& root, FolderLayout layout, FolderScan scan,
         const DataWatch& watch, PictureReading reading);

    std::string sampleName(std::string_view split, int index) const override;
    StoredSample storedSample(std::string_view split, int index,
                              std::optional<SampleSize> needed = {}) const override;

private:
    FolderDataset(std::filesystem::path root, FolderLayout layout, DataWatch watch,
                  PictureReading reading);

    void take(FolderScan scan);
    const FolderSample& files(std::string_view split, int index) const;
    Expected<std::vector<std::byte>> read(const std::string& file) const;
    void readTarget(std::size_t target, const FolderSample& files, int orientation, SampleSize size,
                    StoredSample& sample, std::vector<std::string>& turns) const;

    std::filesystem::path m_root;
    FolderLayout m_layout;
    PictureReading m_reading;
    std::vector<std::vector<FolderSample>> m_samples; ///< a list a split
};

} // namespace concertina
