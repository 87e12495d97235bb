// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/augmentation.h"
#include "core/values/random.h"
#include "core/values/set_shares.h"

#include <cstdint>
#include <vector>

namespace concertina {

/// Samples of several sets that stand one behind the other, by their index.
struct SampleRange {
    int first = 0;
    int count = 0;
};

/// Which samples make up the batches of an epoch and what is done to them: a function of the spec
/// and the epoch alone, so that neither threads nor prefetching matter.
struct LoaderPlan {
    std::uint64_t seed = 0;
    int samples = 0; ///< of the split
    int batch = 1;
    bool shuffle = true;
    bool keepLast = false; ///< the last batch of an epoch may be smaller; else it is left out
    std::vector<double> scales{1.0};
    bool flip = false;
    std::vector<SetShare> sets{}; ///< that the samples are of, one behind the other; empty: one set
    DataMix mix = DataMix::Samples; ///< of sets; by batches each has at least a batch of samples

    std::int64_t batchesPerEpoch() const;

    /// The samples of an epoch in their order. Of several sets that are shuffled, one that is drawn
    /// more often than it has samples is gone through again and again, each pass in an order of its
    /// own. By batches each `batch` of them is of one set, and what fills no batch is left out.
    std::vector<int> order(std::int64_t epoch) const;

    /// `pass`: how often the sample came before in the epoch.
    Augmentation augmentation(std::int64_t epoch, int sample, int pass = 0) const;

    /// From which others of a sample's set are drawn in its place.
    Random replacing(std::int64_t epoch, int sample) const;

    /// The samples of each set; of all where there is one.
    std::vector<SampleRange> ranges() const;

    /// Those of the set that a sample is of.
    SampleRange rangeOf(int sample) const;

    /// Some samples of a set, none twice, for a look at it beside step `step`.
    std::vector<int> someOf(const SampleRange& set, int count, std::int64_t step) const;

private:
    std::vector<int> mixedOrder(std::int64_t epoch) const;
};

} // namespace concertina
