// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/sample_size.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// A sample of files in its own size, with everything that is wrong with them.
struct StoredSample {
    Image image; ///< upright
    std::vector<TargetPlane> targets;
    Problems problems;
    std::string turn; ///< how picture and planes lie to each other; empty: as they are stored
};

/// A dataset whose samples are read from files.
class FileDataset : public Dataset {
public:
    const DatasetDescription& description() const override { return m_description; }
    Expected<Sample> sample(std::string_view split, int index, int height,
                            int width) const override;

    /// `needed`: what it is read for; a picture may then come smaller than it is stored, where the
    /// dataset's options say so, though never smaller than this.
    virtual StoredSample storedSample(std::string_view split, int index,
                                      std::optional<SampleSize> needed = {}) const = 0;

protected:
    FileDataset(DatasetDescription description, DataWatch watch)
        : m_description(std::move(description)), m_watch(std::move(watch)) {}

    /// The place of a split in the description.
    std::size_t splitAt(std::string_view split) const;

    /// To the news: how many files of the description belong to no sample, and some of them.
    void reportUnused() const;

    DatasetDescription m_description;
    DataWatch m_watch;
};

/// A problem with a sample's file, and which sample.
Problem inSample(Problem problem, const std::string& id);

/// A class index that is neither a class of the target nor its `ignore`; none where all are right
/// or the target has no classes.
std::optional<int> strayClass(const TargetPlane& plane, const TargetInfo& target);

/// "dataset.class" for such an index; `hint` says where the classes are described.
Problem strayClassProblem(int index, const TargetInfo& target, std::string path, std::string hint);

} // namespace concertina
