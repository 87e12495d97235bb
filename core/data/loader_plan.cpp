// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader_plan.h"

#include <algorithm>
#include <numeric>

namespace concertina {

namespace {

// What a stream of random numbers is for: the first part of its key behind the seed.
enum Stream : std::uint64_t { Shuffle = 1, Augment = 2, Replace = 3, Pass = 4, Look = 5 };

/// Fisher and Yates.
void shuffleBy(Random random, std::vector<int>& list) {
    for (int i = static_cast<int>(list.size()) - 1; i > 0; --i)
        std::swap(list[static_cast<std::size_t>(i)],
                  list[static_cast<std::size_t>(random.below(i + 1))]);
}

std::vector<int> fromZero(std::int64_t count) {
    std::vector<int> list(static_cast<std::size_t>(count));
    std::iota(list.begin(), list.end(), 0);
    return list;
}

/// A set's samples in one epoch, pass after pass.
class Passes {
public:
    Passes(const LoaderPlan& plan, SampleRange range, std::int64_t epoch, std::size_t set)
        : m_seed(plan.seed),
          m_range(range),
          m_epoch(static_cast<std::uint64_t>(epoch)),
          m_set(set) {}

    int next() {
        if (m_at == m_order.size()) {
            m_order = fromZero(m_range.count);
            shuffleBy(Random{m_seed, Stream::Pass, m_epoch, m_set, m_pass++}, m_order);
            m_at = 0;
        }
        return m_range.first + m_order[m_at++];
    }

private:
    std::uint64_t m_seed;
    SampleRange m_range;
    std::uint64_t m_epoch;
    std::uint64_t m_set;
    std::uint64_t m_pass = 0;
    std::vector<int> m_order;
    std::size_t m_at = 0;
};

} // namespace

std::int64_t LoaderPlan::batchesPerEpoch() const {
    return sets.size() < 2 ? (samples + (keepLast ? batch - 1 : 0)) / batch
                           : batchesInEpoch(sets, mix, batch);
}

std::vector<int> LoaderPlan::order(std::int64_t epoch) const {
    if (shuffle && sets.size() > 1)
        return mixedOrder(epoch);
    std::vector<int> order = fromZero(samples);
    if (shuffle)
        shuffleBy(Random{seed, Stream::Shuffle, static_cast<std::uint64_t>(epoch)}, order);
    return order;
}

std::vector<int> LoaderPlan::mixedOrder(std::int64_t epoch) const {
    const bool single = mix == DataMix::Samples;
    const auto counts = single ? drawnSamples(sets) : drawnBatches(sets, batch);
    const auto ranges = this->ranges();
    std::vector<Passes> passes;
    std::vector<int> places; // samples or batches, by their places in a list of sets
    std::vector<std::size_t> setAt;
    std::vector<std::int64_t> first; // place of each set
    for (std::size_t s = 0; s < sets.size(); ++s) {
        passes.emplace_back(*this, ranges[s], epoch, s);
        first.push_back(static_cast<std::int64_t>(setAt.size()));
        setAt.insert(setAt.end(), static_cast<std::size_t>(counts[s]), s);
    }
    places = fromZero(static_cast<std::int64_t>(setAt.size()));
    shuffleBy(Random{seed, Stream::Shuffle, static_cast<std::uint64_t>(epoch)}, places);
    std::vector<int> order;
    for (const int place : places) {
        const std::size_t set = setAt[static_cast<std::size_t>(place)];
        // A set that comes once is drawn as all samples of one set would be.
        if (single && counts[set] == sets[set].samples)
            order.push_back(ranges[set].first + place - static_cast<int>(first[set]));
        else
            for (int i = 0; i < (single ? 1 : batch); ++i)
                order.push_back(passes[set].next());
    }
    return order;
}

Augmentation LoaderPlan::augmentation(std::int64_t epoch, int sample, int pass) const {
    // A later pass over a set is to the sample as another sample, behind all that there are.
    const std::int64_t key = sample + std::int64_t{pass} * samples;
    Random random{seed, Stream::Augment, static_cast<std::uint64_t>(epoch),
                  static_cast<std::uint64_t>(key)};
    Augmentation result;
    if (!scales.empty())
        result.scale =
            scales[static_cast<std::size_t>(random.below(static_cast<int>(scales.size())))];
    result.top = random.uniform();
    result.left = random.uniform();
    result.flip = flip && random.uniform() < 0.5;
    return result;
}

Random LoaderPlan::replacing(std::int64_t epoch, int sample) const {
    return Random{seed, Stream::Replace, static_cast<std::uint64_t>(epoch),
                  static_cast<std::uint64_t>(sample)};
}

std::vector<SampleRange> LoaderPlan::ranges() const {
    if (sets.empty())
        return {{0, samples}};
    std::vector<SampleRange> ranges;
    int first = 0;
    for (const SetShare& set : sets) {
        ranges.push_back({first, set.samples});
        first += set.samples;
    }
    return ranges;
}

SampleRange LoaderPlan::rangeOf(int sample) const {
    for (const SampleRange& range : ranges())
        if (sample < range.first + range.count)
            return range;
    return {0, samples};
}

std::vector<int> LoaderPlan::someOf(const SampleRange& set, int count, std::int64_t step) const {
    Random random{seed, Stream::Look, static_cast<std::uint64_t>(step),
                  static_cast<std::uint64_t>(set.first)};
    std::vector<int> chosen;
    while (static_cast<int>(chosen.size()) < std::min(count, set.count))
        if (const int one = set.first + random.below(set.count);
            std::ranges::find(chosen, one) == chosen.end())
            chosen.push_back(one);
    return chosen;
}

} // namespace concertina
