// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/joined_dataset.h"

#include "core/values/text.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <numeric>

namespace concertina {

namespace {

/// Of a set; null where it has no such split.
const SplitInfo* splitIn(const JoinedSet& set, std::string_view split) {
    const auto found = set.splits.find(split);
    return found == set.splits.end() ? nullptr : set.dataset->description().split(found->second);
}

/// How many of its samples have one of its targets.
int countIn(const SplitInfo& split, std::size_t target) {
    return split.targetCounts.empty() ? split.size : split.targetCounts[target];
}

} // namespace

JoinedDataset::JoinedDataset(std::vector<JoinedSet> sets, const std::vector<std::string>& splits,
                             std::vector<JoinedTarget> targets)
    : m_sets(std::move(sets)), m_targets(std::move(targets)) {
    const DatasetDescription& first = m_sets.front().dataset->description();
    m_description.camera = first.camera;
    std::vector<std::string> names, fingerprints;
    for (const JoinedSet& set : m_sets) {
        const DatasetDescription& own = set.dataset->description();
        names.push_back(own.name);
        fingerprints.push_back(set.name + ":" + own.fingerprint);
        for (const std::string& file : own.unused)
            m_description.unused.push_back(set.name + "/" + file);
        if (own.camera != first.camera)
            m_description.camera.reset();
    }
    m_description.name = join(names, " + ");
    m_description.fingerprint = join(fingerprints, " ");
    for (const JoinedTarget& target : m_targets)
        m_description.targets.push_back(target.info);
    for (const std::string& split : splits) {
        const auto sizesOfSets = sizes(split);
        SplitInfo info{.name = split,
                       .size = std::accumulate(sizesOfSets.begin(), sizesOfSets.end(), 0),
                       .targetCounts = std::vector<int>(m_targets.size(), 0)};
        for (std::size_t s = 0; s < m_sets.size(); ++s)
            if (const SplitInfo* own = splitIn(m_sets[s], split))
                for (std::size_t t = 0; t < m_targets.size(); ++t)
                    if (const auto& target = m_targets[t].ofSets[s])
                        info.targetCounts[t] += countIn(*own, *target);
        m_description.splits.push_back(std::move(info));
    }
}

std::vector<int> JoinedDataset::sizes(std::string_view split) const {
    std::vector<int> sizes;
    for (const JoinedSet& set : m_sets) {
        const SplitInfo* own = splitIn(set, split);
        sizes.push_back(own != nullptr ? own->size : 0);
    }
    return sizes;
}

JoinedDataset::Place JoinedDataset::placeOf(std::string_view split, int index) const {
    std::size_t set = 0;
    for (const int size : sizes(split)) {
        if (index < size)
            break;
        index -= size;
        ++set;
    }
    assert(set < m_sets.size() && "an index below the split's size");
    return {m_sets[set], set, m_sets[set].splits.find(split)->second, index};
}

std::string JoinedDataset::sampleName(std::string_view split, int index) const {
    const Place place = placeOf(split, index);
    return place.set.name + "/" + place.set.dataset->sampleName(place.split, place.index);
}

Expected<Sample> JoinedDataset::sample(std::string_view split, int index, int height,
                                       int width) const {
    const Place place = placeOf(split, index);
    auto own = place.set.dataset->sample(place.split, place.index, height, width);
    if (!own)
        return own;
    Sample sample{.image = std::move(own->image), .targets = {}};
    for (const JoinedTarget& target : m_targets) {
        const auto& from = target.ofSets[place.number];
        sample.targets.push_back(from ? own->targets[*from] : TargetPlane());
    }
    return sample;
}

} // namespace concertina
