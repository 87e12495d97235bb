// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// One of the sets that a joined dataset is made of.
struct JoinedSet {
    std::string name;
    std::shared_ptr<const Dataset> dataset;
    /// What the joined dataset's splits are here; of one that is not named it has no sample.
    std::map<std::string, std::string, std::less<>> splits;
};

/// A target, and which of each set's it is.
struct JoinedTarget {
    TargetInfo info;
    std::vector<std::optional<std::size_t>> ofSets; ///< none: the set's samples lack it
};

/// Several sets as one dataset: each split is the sets' one behind the other, in their order. A
/// sample has the targets of its set and lacks the others; its name is the set's with its own
/// behind it, "coco/000000000139".
class JoinedDataset : public Dataset {
public:
    /// At least one set. `splits` are the joined dataset's, in order.
    JoinedDataset(std::vector<JoinedSet> sets, const std::vector<std::string>& splits,
                  std::vector<JoinedTarget> targets);

    const DatasetDescription& description() const override { return m_description; }
    std::string sampleName(std::string_view split, int index) const override;
    Expected<Sample> sample(std::string_view split, int index, int height,
                            int width) const override;

    /// How many samples of a split are each set's.
    std::vector<int> sizes(std::string_view split) const;

private:
    struct Place {
        const JoinedSet& set;
        std::size_t number;
        const std::string& split;
        int index;
    };

    Place placeOf(std::string_view split, int index) const;

    std::vector<JoinedSet> m_sets;
    std::vector<JoinedTarget> m_targets;
    DatasetDescription m_description;
};

} // namespace concertina
