// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace concertina {

namespace {

constexpr int replacementTries = 16;

} // namespace

/// The threads, the batches that are ready, and what guards both.
class Loader::Worker {
public:
    Worker(std::shared_ptr<SampleCache> samples, BatchMaker maker, LoaderPlan plan,
           LoaderSettings settings)
        : m_samples(std::move(samples)), m_maker(std::move(maker)), m_plan(std::move(plan)),
          m_settings(settings), m_taken(settings.first), m_wanted(settings.first) {
        for (int i = 0; i < settings.threads; ++i)
            m_threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }

    LoadedBatch next() {
        std::unique_lock lock(m_mutex);
        m_ready.wait(lock, [&] { return m_batches.contains(m_wanted); });
        LoadedBatch batch = std::move(m_batches.extract(m_wanted).mapped());
        ++m_wanted;
        m_room.notify_all();
        return batch;
    }

private:
    /// The samples of an epoch, and how often each came before in it.
    struct EpochOrder {
        std::vector<int> samples;
        std::vector<int> passes;

        EpochOrder(const LoaderPlan& plan, std::int64_t epoch) : samples(plan.order(epoch)) {
            std::vector<int> seen(static_cast<std::size_t>(plan.samples));
            for (const int sample : samples)
                passes.push_back(seen[static_cast<std::size_t>(sample)]++);
        }
    };

    void work(const std::stop_token& stop) {
        for (;;) {
            std::int64_t index = 0;
            {
                std::unique_lock lock(m_mutex);
                const auto hasRoom = [&] { return m_taken < m_wanted + m_settings.threads + 2; };
                if (!m_room.wait(lock, stop, hasRoom) || m_taken >= m_settings.end)
                    return;
                index = m_taken++;
            }
            LoadedBatch batch = load(index);
            const std::lock_guard lock(m_mutex);
            m_batches.emplace(index, std::move(batch));
            m_ready.notify_all();
        }
    }

    LoadedBatch load(std::int64_t index) {
        const std::int64_t epoch = index / m_plan.batchesPerEpoch();
        const std::int64_t first = index % m_plan.batchesPerEpoch() * m_plan.batch;
        const auto order = orderOf(epoch);
        const auto end =
            std::min(first + m_plan.batch, static_cast<std::int64_t>(order->samples.size()));
        LoadedBatch result{.batch = Batch{}};
        std::vector<std::shared_ptr<const Sample>> samples;
        std::vector<Augmentation> augmentations;
        for (std::int64_t i = first; i < end; ++i) {
            const int sampleIndex = order->samples[static_cast<std::size_t>(i)];
            auto sample = read(epoch, sampleIndex, result.damaged);
            if (!sample && m_settings.damaged == Damaged::LeaveOut)
                continue;
            if (!sample) {
                result.batch = failure(sample.error());
                return result;
            }
            result.samples.push_back(sampleIndex);
            samples.push_back(std::move(*sample));
            augmentations.push_back(m_plan.augmentation(
                epoch, sampleIndex, order->passes[static_cast<std::size_t>(i)]));
        }
        std::vector<const Sample*> pointers;
        for (const auto& sample : samples)
            pointers.push_back(sample.get());
        if (!samples.empty())
            result.batch = m_maker.make(pointers, augmentations);
        return result;
    }

    /// The sample, or one in its place that depends on the seed, the epoch and the sample alone.
    Expected<std::shared_ptr<const Sample>> read(std::int64_t epoch, int index, Problems& damaged) {
        auto sample = m_samples->sample(index);
        if (sample || m_settings.damaged == Damaged::Stop)
            return sample;
        damaged.push_back(sample.error());
        Random random = m_plan.replacing(epoch, index);
        const SampleRange set = m_plan.rangeOf(index);
        const int tries = m_settings.damaged == Damaged::Replace ? replacementTries : 0;
        for (int i = 0; !sample && i < tries; ++i)
            sample = m_samples->sample(set.first + random.below(set.count));
        return sample;
    }

    /// The order of an epoch, made once; only the last two are kept.
    std::shared_ptr<const EpochOrder> orderOf(std::int64_t epoch) {
        const std::lock_guard lock(m_orderMutex);
        auto& order = m_orders[epoch];
        if (!order)
            order = std::make_shared<const EpochOrder>(m_plan, epoch);
        const auto made = order;
        while (m_orders.size() > 2)
            m_orders.erase(m_orders.begin());
        return made;
    }

    std::shared_ptr<SampleCache> m_samples;
    BatchMaker m_maker;
    LoaderPlan m_plan;
    LoaderSettings m_settings;

    std::mutex m_orderMutex;
    std::map<std::int64_t, std::shared_ptr<const EpochOrder>> m_orders;

    std::mutex m_mutex;
    std::condition_variable_any m_room;
    std::condition_variable m_ready;
    std::int64_t m_taken;  ///< the next batch that a thread begins
    std::int64_t m_wanted; ///< the next batch that is handed out
    std::map<std::int64_t, LoadedBatch> m_batches;

    std::vector<std::jthread> m_threads; ///< last: stopped and joined first
};

Loader::Loader(std::shared_ptr<SampleCache> samples, BatchMaker maker, LoaderPlan plan,
               LoaderSettings settings)
    : m_worker(std::make_unique<Worker>(std::move(samples), std::move(maker), std::move(plan),
                                        settings)) {}

Loader::~Loader() = default;

LoadedBatch Loader::next() {
    return m_worker->next();
}

} // namespace concertina
