// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"
#include "core/data/sample_file.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"
#include "tests/core/stub_dataset.h"

#include <QElapsedTimer>
#include <QTest>

#include <numeric>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int height = 6;
constexpr int width = 8;
constexpr std::int64_t sampleBytes = height * width * 4; // RGB and a depth of one byte

std::shared_ptr<SampleCache> cacheOf(std::shared_ptr<const Dataset> dataset,
                                     std::int64_t room = 1'000'000) {
    return std::make_shared<SampleCache>(std::move(dataset), "train", height, width,
                                         std::make_shared<CacheRoom>(room));
}

std::unique_ptr<Loader> loaderOf(const std::shared_ptr<SampleCache>& cache, const LoaderPlan& plan,
                                 const LoaderSettings& settings) {
    return std::make_unique<Loader>(cache, BatchMaker(cache->dataset().description().targets, {0}, {}),
                                    plan, settings);
}

LoaderPlan planFor(int samples) {
    return {.seed = 5, .samples = samples, .batch = 3, .scales = {1, 1.5}, .flip = true};
}

std::vector<LoadedBatch> batchesOf(const std::shared_ptr<const Dataset>& dataset,
                                   const LoaderPlan& plan, const LoaderSettings& settings) {
    const auto loader = loaderOf(cacheOf(dataset), plan, settings);
    std::vector<LoadedBatch> batches;
    for (std::int64_t i = settings.first; i < settings.end; ++i)
        batches.push_back(loader->next());
    return batches;
}

bool same(const LoadedBatch& a, const LoadedBatch& b) {
    return a.samples == b.samples && sameBits(a.batch->images, b.batch->images)
           && sameBits(a.batch->targets[0].only(), b.batch->targets[0].only());
}

/// Which samples a batch really holds, read from its depth: i + 1 metres, ÷ the scale.
std::vector<int> contents(const LoadedBatch& batch, const LoaderPlan& plan, std::int64_t epoch) {
    std::vector<int> indices;
    for (std::size_t n = 0; n < batch.samples.size(); ++n) {
        const double metres = batch.batch->targets[0].only()[std::int64_t(n)].max().item<double>();
        const double scale = plan.augmentation(epoch, batch.samples[n]).scale;
        indices.push_back(static_cast<int>(std::lround(metres * scale - 1)));
    }
    return indices;
}

} // namespace

class LoaderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void batchesDoNotDependOnThreadsNorOnWhereOneStarts() {
        const auto dataset = std::make_shared<StubDataset>(10);
        const LoaderPlan plan = planFor(10);
        const auto expected = batchesOf(dataset, plan, {.end = 14, .threads = 1});
        for (const int threads : {2, 5}) {
            const auto batches = batchesOf(dataset, plan, {.end = 14, .threads = threads});
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY(same(batches[i], expected[i]));
        }
        for (const std::int64_t first : {1, 3, 7, 13}) { // in an epoch, and at its beginning
            const auto batches =
                batchesOf(dataset, plan, {.first = first, .end = 14, .threads = 2});
            QCOMPARE(static_cast<std::int64_t>(batches.size()), 14 - first);
            for (std::size_t i = 0; i < batches.size(); ++i)
                QVERIFY(same(batches[i], expected[i + static_cast<std::size_t>(first)]));
        }
    }

    void everySampleComesOnceInAnEpoch() {
        LoaderPlan plan = planFor(10);
        plan.keepLast = true;
        QCOMPARE(plan.batchesPerEpoch(), std::int64_t{4});
        const auto batches =
            batchesOf(std::make_shared<StubDataset>(10), plan, {.end = 8, .threads = 2});
        for (int epoch = 0; epoch < 2; ++epoch) {
            std::vector<int> seen;
            for (int i = 0; i < 4; ++i) {
                const LoadedBatch& batch = batches[static_cast<std::size_t>(4 * epoch + i)];
                QCOMPARE(batch.samples.size(), i < 3 ? 3U : 1U);
                const auto held = contents(batch, plan, epoch);
                QVERIFY(held == batch.samples);
                seen.insert(seen.end(), held.begin(), held.end());
            }
            std::ranges::sort(seen);
            std::vector<int> all(10);
            std::iota(all.begin(), all.end(), 0);
            QVERIFY(seen == all);
        }
    }

    void anIncompleteBatchIsLeftOutOfTraining() {
        const LoaderPlan plan = planFor(10);
        QCOMPARE(plan.batchesPerEpoch(), std::int64_t{3});
        for (const LoadedBatch& batch :
             batchesOf(std::make_shared<StubDataset>(10), plan, {.end = 9, .threads = 1}))
            QCOMPARE(batch.batch->size(), std::int64_t{3});
    }

    void ordersAndAugmentationsDifferBetweenEpochsAndSeeds() {
        const LoaderPlan plan = planFor(100);
        LoaderPlan other = plan;
        other.seed = 6;
        QVERIFY(plan.order(3) == plan.order(3));
        QVERIFY(plan.order(0) != plan.order(1));
        QVERIFY(plan.order(0) != other.order(0));
        int epochs = 0, seeds = 0, samples = 0;
        for (int i = 0; i < 100; ++i) {
            epochs += plan.augmentation(0, i) == plan.augmentation(1, i) ? 1 : 0;
            seeds += plan.augmentation(0, i) == other.augmentation(0, i) ? 1 : 0;
            samples += plan.augmentation(0, i) == plan.augmentation(0, 0) ? 1 : 0;
        }
        QCOMPARE(std::tuple(epochs, seeds, samples), std::tuple(0, 0, 1));
    }

    void anOrderIsFairAndAugmentationsUseTheirWholeRange() {
        // 400 epochs of 10 samples: each sample is first in a tenth of them, 40 ± 6.
        LoaderPlan plan = planFor(10);
        std::vector<int> first(10);
        int flips = 0, large = 0;
        double low = 1, high = 0;
        for (int epoch = 0; epoch < 400; ++epoch) {
            ++first[static_cast<std::size_t>(plan.order(epoch).front())];
            const Augmentation augmentation = plan.augmentation(epoch, 0);
            flips += augmentation.flip ? 1 : 0;
            large += augmentation.scale == 1.5 ? 1 : 0;
            low = std::min({low, augmentation.top, augmentation.left});
            high = std::max({high, augmentation.top, augmentation.left});
        }
        for (const int count : first)
            QVERIFY(count > 15 && count < 65); // 4 deviations
        QVERIFY(flips > 160 && flips < 240);
        QVERIFY(large > 160 && large < 240);
        QVERIFY(low >= 0 && low < 0.02 && high > 0.98 && high < 1);
        plan.flip = false;
        plan.scales = {1};
        for (int epoch = 0; epoch < 50; ++epoch)
            QVERIFY(!plan.augmentation(epoch, 0).flip && plan.augmentation(epoch, 0).scale == 1);
    }

    void withoutShufflingTheOrderIsTheSplits() {
        LoaderPlan plan = planFor(5);
        plan.shuffle = false;
        QVERIFY(plan.order(7) == (std::vector<int>{0, 1, 2, 3, 4}));
    }

    void aDamagedSampleStopsWithItsProblem() {
        const auto dataset = std::make_shared<StubDataset>(6, std::set<int>{4});
        LoaderPlan plan = planFor(6);
        plan.shuffle = false;
        const auto batches = batchesOf(dataset, plan, {.end = 2, .threads = 2});
        QVERIFY(batches[0].batch);
        QVERIFY(!batches[1].batch);
        QCOMPARE(batches[1].batch.error().code, std::string("stub.damaged"));
        QCOMPARE(batches[1].batch.error().path, std::string("sample 4"));
    }

    void aDamagedSampleIsReplacedByOneThatDependsOnTheSeedAlone() {
        const auto dataset = std::make_shared<StubDataset>(9, std::set<int>{2, 5, 7});
        const LoaderPlan plan = planFor(9);
        const LoaderSettings settings{.end = 12, .threads = 1, .damaged = Damaged::Replace};
        const auto batches = batchesOf(dataset, plan, settings);
        auto other = settings;
        other.threads = 4;
        const auto again = batchesOf(dataset, plan, other);
        int replaced = 0;
        for (std::size_t i = 0; i < batches.size(); ++i) {
            QVERIFY(same(batches[i], again[i]));
            QCOMPARE(batches[i].batch->size(), std::int64_t{3});
            const auto held = contents(batches[i], plan, std::int64_t(i) / 3);
            for (std::size_t n = 0; n < 3; ++n) {
                const int planned = batches[i].samples[n];
                const bool damaged = planned == 2 || planned == 5 || planned == 7;
                QVERIFY(damaged != (held[n] == planned));
                QVERIFY(held[n] != 2 && held[n] != 5 && held[n] != 7);
                replaced += damaged ? 1 : 0;
            }
        }
        QCOMPARE(replaced, 12); // three an epoch
        std::size_t reported = 0;
        for (const LoadedBatch& batch : batches)
            reported += batch.damaged.size();
        QCOMPARE(reported, 12U);
    }

    void aDamagedSampleIsLeftOut() {
        const auto dataset = std::make_shared<StubDataset>(6, std::set<int>{1, 3, 4, 5});
        LoaderPlan plan = planFor(6);
        plan.shuffle = false;
        const auto batches =
            batchesOf(dataset, plan, {.end = 2, .threads = 2, .damaged = Damaged::LeaveOut});
        QVERIFY(batches[0].samples == (std::vector<int>{0, 2}));
        QCOMPARE(batches[0].batch->size(), std::int64_t{2});
        QCOMPARE(batches[0].damaged.size(), 1U);
        QVERIFY(batches[1].samples.empty()); // nothing is left of it
        QCOMPARE(batches[1].damaged.size(), 3U);
    }

    void whereEverySampleIsDamagedReplacingGivesUp() {
        const auto dataset = std::make_shared<StubDataset>(3, std::set<int>{0, 1, 2});
        const auto batches =
            batchesOf(dataset, planFor(3), {.end = 1, .threads = 1, .damaged = Damaged::Replace});
        QVERIFY(!batches[0].batch);
    }

    void itMayBeDestroyedWhileItsThreadsWork() {
        const auto dataset = std::make_shared<StubDataset>(1000);
        dataset->delay = std::chrono::milliseconds(1);
        const auto cache = cacheOf(dataset);
        for (int taken = 0; taken < 4; ++taken) {
            const auto loader = loaderOf(cache, planFor(1000), {.end = 333, .threads = 4});
            for (int i = 0; i < taken; ++i)
                QVERIFY(loader->next().batch);
        }
        // A batch that was begun is finished, the rest is not: 4 threads, 3 samples each, a few
        // batches ahead, four times over.
        QVERIFY(dataset->reads < 4 * 3 * (4 + 4 + 2 + 3));
        QCOMPARE(dataset.use_count(), 2L); // this and the cache's: no thread holds it any more
    }

    void batchesAreMadeAFewAheadAndNoFurther() {
        const auto dataset = std::make_shared<StubDataset>(300);
        const auto loader = loaderOf(cacheOf(dataset), planFor(300), {.end = 100, .threads = 2});
        QVERIFY(loader->next().batch);
        QTRY_COMPARE(dataset->reads.load(), 3 * (1 + 2 + 2)); // one handed out, threads + 2 ahead
        QTest::qWait(50);
        QCOMPARE(dataset->reads.load(), 15);
    }

    void samplesAreKeptWhileThereIsRoom() {
        const auto dataset = std::make_shared<StubDataset>(10);
        const auto room = std::make_shared<CacheRoom>(4 * sampleBytes + 1);
        SampleCache cache(dataset, "train", height, width, room);
        for (int i = 0; i < 10; ++i)
            QVERIFY(cache.sample(i));
        QCOMPARE(room->load(), std::int64_t{1});
        QCOMPARE(dataset->reads.load(), 10);
        for (int i = 0; i < 10; ++i)
            QCOMPARE(int((*cache.sample(i))->image.bytes[0]), i); // kept or not, it is sample i
        QCOMPARE(dataset->reads.load(), 16); // the first four were kept
    }

    void whatMemoryHasNoRoomForIsKeptOnDisk() {
        const auto dataset = std::make_shared<StubDataset>(10);
        // Beside the bytes of a sample stand 24 for its picture and for each of its planes.
        const auto file = *SampleFile::make(3 * (sampleBytes + 2 * 24) + 1);
        SampleCache cache(dataset, "train", height, width,
                          std::make_shared<CacheRoom>(4 * sampleBytes), file);
        std::vector<std::shared_ptr<const Sample>> first;
        for (int i = 0; i < 10; ++i)
            first.push_back(*cache.sample(i));
        QCOMPARE(dataset->reads.load(), 10);
        for (int i = 0; i < 10; ++i) {
            const auto again = *cache.sample(i);
            QVERIFY(again->image == first[std::size_t(i)]->image);
            QVERIFY(again->targets == first[std::size_t(i)]->targets);
        }
        QCOMPARE(dataset->reads.load(), 10 + 3); // four in memory, three on the disk
    }

    void aSampleWithoutATargetIsKeptOnDiskAsItIs() {
        const auto file = *SampleFile::make(1'000'000);
        Sample sample{blankImage(3, 5, 7),
                      {{Encoding::Rgb16, 0, 0, {}}, {Encoding::Index16, 3, 5, {}}}};
        sample.targets[1].bytes.assign(30, 9);
        const auto place = file->put(sample);
        QVERIFY(place);
        const auto got = file->get(*place);
        QVERIFY(got && got->image == sample.image && got->targets == sample.targets);
        QVERIFY(!file->get(*place + 10'000)); // what is not there is not made up
    }

    void aFolderWithoutTemporaryFilesIsReported() {
        qputenv("TMPDIR", "/proc/no such folder");
        const auto file = SampleFile::make(1);
        qunsetenv("TMPDIR");
        QVERIFY(!file);
        QCOMPARE(file.error().code, std::string("cache.disk"));
    }

    void twoCachesShareOneRoom() {
        const auto dataset = std::make_shared<StubDataset>(4);
        const auto room = std::make_shared<CacheRoom>(5 * sampleBytes);
        SampleCache first(dataset, "train", height, width, room);
        SampleCache second(dataset, "train", height, width, room);
        for (int round = 0; round < 2; ++round)
            for (int i = 0; i < 4; ++i) {
                QVERIFY(first.sample(i));
                QVERIFY(second.sample(i));
            }
        QCOMPARE(dataset->reads.load(), 8 + 3);
        QCOMPARE(room->load(), std::int64_t{0});
    }

    void theRoomIsKeptToFromManyThreads() {
        const auto dataset = std::make_shared<StubDataset>(60);
        const auto room = std::make_shared<CacheRoom>(20 * sampleBytes);
        SampleCache cache(dataset, "train", height, width, room);
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&cache] {
                for (int i = 0; i < 60; ++i)
                    if (!cache.sample(i))
                        qFatal("a sample is missing");
            });
        threads.clear();
        QVERIFY(room->load() >= 0 && room->load() % sampleBytes == 0);
        const int before = dataset->reads.load();
        const auto kept = (20 * sampleBytes - room->load()) / sampleBytes;
        for (int i = 0; i < 60; ++i)
            QVERIFY(cache.sample(i));
        QVERIFY(kept > 0 && dataset->reads.load() - before >= 40);
    }

    void withoutRoomNothingIsKept() {
        const auto dataset = std::make_shared<StubDataset>(3);
        SampleCache cache(dataset, "train", height, width, std::make_shared<CacheRoom>(0));
        for (int i = 0; i < 6; ++i)
            QVERIFY(cache.sample(i % 3));
        QCOMPARE(dataset->reads.load(), 6);
    }

    void damagedSamplesAreTriedAgain() { // the file may be mended meanwhile
        const auto dataset = std::make_shared<StubDataset>(2, std::set<int>{0});
        SampleCache cache(dataset, "train", height, width, std::make_shared<CacheRoom>(1000000));
        QVERIFY(!cache.sample(0) && !cache.sample(0));
        QCOMPARE(dataset->reads.load(), 2);
    }
};

QTEST_GUILESS_MAIN(LoaderTest)
#include "tst_loader.moc"
