// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/joined_dataset.h"
#include "core/data/loader.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"
#include "tests/core/stub_dataset.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// A set of three samples and one of five.
LoaderPlan planOf(DataMix mix, double first = 0, double second = 0) {
    return {.seed = 5,
            .samples = 8,
            .batch = 2,
            .scales = {1, 1.5},
            .flip = true,
            .sets = {{3, first}, {5, second}},
            .mix = mix};
}

int setOf(int sample) {
    return sample < 3 ? 0 : 1;
}

/// Stubs of three and five samples, whose depth is one target of both, of the second alone, or two.
std::shared_ptr<JoinedDataset> joinedStubs(std::vector<JoinedTarget> targets,
                                           std::set<int> damaged = {}) {
    std::vector<JoinedSet> sets{
        {"small", std::make_shared<StubDataset>(3), {{"train", "train"}}},
        {"large", std::make_shared<StubDataset>(5, std::move(damaged)), {{"train", "train"}}}};
    return std::make_shared<JoinedDataset>(std::move(sets), std::vector<std::string>{"train"},
                                           std::move(targets));
}

JoinedTarget depthOf(std::vector<std::optional<std::size_t>> sets, const std::string& name) {
    TargetInfo info = StubDataset(1).description().targets.front();
    info.name = name;
    return {info, std::move(sets)};
}

std::vector<LoadedBatch> batchesOf(const std::shared_ptr<const Dataset>& dataset,
                                   const LoaderPlan& plan, const LoaderSettings& settings) {
    Loader loader(std::make_shared<SampleCache>(dataset, "train", 6, 8,
                                                std::make_shared<CacheRoom>(1'000'000)),
                  BatchMaker(dataset->description().targets, {0}, {}), plan, settings);
    std::vector<LoadedBatch> batches;
    for (std::int64_t i = settings.first; i < settings.end; ++i)
        batches.push_back(loader.next());
    return batches;
}

} // namespace

/// Several sets as one dataset, and the order of their samples. Orders are of a program of its own,
/// in Python: SplitMix64, Fisher and Yates.
class JoinedSetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bySamplesAnEpochIsThatOfOneSetOfAll() {
        const LoaderPlan plan = planOf(DataMix::Samples);
        LoaderPlan one = plan;
        one.sets.clear();
        QCOMPARE(plan.batchesPerEpoch(), std::int64_t{4});
        QVERIFY(plan.order(0) == (std::vector<int>{6, 0, 7, 3, 1, 4, 5, 2}));
        QVERIFY(plan.order(1) == (std::vector<int>{7, 4, 5, 6, 2, 1, 0, 3}));
        for (int epoch = 0; epoch < 5; ++epoch)
            QVERIFY(plan.order(epoch) == one.order(epoch));
    }

    void byBatchesEachIsOfOneSet() {
        const LoaderPlan plan = planOf(DataMix::Batches);
        QCOMPARE(plan.batchesPerEpoch(), std::int64_t{3}); // of 3 samples one, of 5 two
        QVERIFY(plan.order(0) == (std::vector<int>{4, 3, 6, 5, 1, 0}));
        QVERIFY(plan.order(1) == (std::vector<int>{4, 7, 2, 0, 3, 6}));
    }

    void sharesAreThoseOfTheWeights() {
        const LoaderPlan plan = planOf(DataMix::Samples, 1, 3);
        QCOMPARE(plan.batchesPerEpoch(), std::int64_t{6});
        // Three of the small set, each once; nine of the large one, in two passes.
        QVERIFY(plan.order(0) == (std::vector<int>{4, 3, 6, 5, 0, 1, 7, 3, 2, 4, 7, 6}));
        const LoaderPlan other = planOf(DataMix::Samples, 3, 1);
        QVERIFY(other.order(0)
                == (std::vector<int>{1, 0, 7, 2, 1, 4, 5, 0, 2, 0, 1, 2, 0, 1, 6, 2, 2, 1, 3, 0}));
        const LoaderPlan equal = planOf(DataMix::Batches, 1, 1);
        QVERIFY(equal.order(0) == (std::vector<int>{1, 0, 4, 3, 6, 5, 2, 1}));
    }

    void sharesHoldWithinABatchAnEpochWhateverTheSizes() {
        for (const auto& [first, second] :
             {std::pair{1.0, 3.0}, {2.0, 1.0}, {0.3, 0.7}, {1e4, 1.0}})
            for (const DataMix mix : {DataMix::Samples, DataMix::Batches}) {
                LoaderPlan plan = planOf(mix, first, second);
                plan.samples = 120;
                plan.batch = 7;
                plan.sets[0].samples = 20;
                plan.sets[1].samples = 100;
                const auto order = plan.order(3);
                const auto small = static_cast<double>(
                    std::ranges::count_if(order, [](int sample) { return sample < 20; }));
                const auto all = static_cast<double>(order.size());
                QVERIFY(std::abs(small - all * first / (first + second)) <= 7);
                const std::set<int> seen(order.begin(), order.end());
                // By batches as many may be left out as fill none.
                QVERIFY(seen.size() >= (mix == DataMix::Samples ? 120U : 120U - 2 * 6));
            }
    }

    void aSampleThatComesAgainIsAugmentedAnew() {
        const LoaderPlan plan = planOf(DataMix::Samples);
        QVERIFY(plan.augmentation(2, 4) == plan.augmentation(2, 4, 0));
        QVERIFY(!(plan.augmentation(2, 4, 1) == plan.augmentation(2, 4, 0)));
        QVERIFY(!(plan.augmentation(2, 4, 2) == plan.augmentation(2, 4, 1)));
        QVERIFY(!(plan.augmentation(2, 4, 1) == plan.augmentation(2, 5, 1)));
    }

    void batchesDoNotDependOnThreadsNorOnWhereOneStarts() {
        const auto dataset = joinedStubs({depthOf({0, 0}, "depth")});
        for (const LoaderPlan& plan :
             {planOf(DataMix::Samples, 1, 3), planOf(DataMix::Batches, 1, 3)}) {
            const auto expected = batchesOf(dataset, plan, {.end = 14, .threads = 1});
            for (const std::int64_t first : {0, 1, 5, 8, 13}) {
                const auto batches =
                    batchesOf(dataset, plan, {.first = first, .end = 14, .threads = 3});
                for (std::size_t i = 0; i < batches.size(); ++i) {
                    const auto& other = expected[i + static_cast<std::size_t>(first)];
                    QVERIFY(batches[i].samples == other.samples);
                    QVERIFY(sameBits(batches[i].batch->images, other.batch->images));
                    QVERIFY(sameBits(batches[i].batch->targets[0].only(),
                                     other.batch->targets[0].only()));
                }
            }
        }
    }

    void aDamagedSampleIsReplacedByOneOfItsSet() {
        // Samples of the large set are 3 to 7; its first three can't be read.
        const auto dataset = joinedStubs({depthOf({std::nullopt, 0}, "depth")}, {0, 1, 2});
        const LoaderPlan plan = planOf(DataMix::Batches);
        for (const LoadedBatch& loaded :
             batchesOf(dataset, plan, {.end = 12, .threads = 2, .damaged = Damaged::Replace})) {
            const bool known = loaded.batch->targets[0].only().gt(0).any().item<bool>();
            QCOMPARE(known, setOf(loaded.samples.front()) == 1);
        }
    }

    void aSampleHasTheTargetsOfItsSetAndLacksTheOthers() {
        const auto joined = joinedStubs(
            {depthOf({0, 0}, "small+large/depth"), depthOf({std::nullopt, 0}, "large/depth")});
        const DatasetDescription& description = joined->description();
        QCOMPARE(description.name, std::string("stub + stub"));
        QVERIFY(description.splits == (std::vector<SplitInfo>{{"train", 8, {8, 5}}}));
        QVERIFY(joined->sizes("train") == (std::vector<int>{3, 5}));
        QCOMPARE(joined->sampleName("train", 2), std::string("small/sample 2"));
        QCOMPARE(joined->sampleName("train", 3), std::string("large/sample 0"));
        const auto of = [&](int index) { return *joined->sample("train", index, 2, 2); };
        // The stub's sample i is grey i, with a depth that is stored as i.
        for (const auto& [index, value] : {std::pair{0, 0}, {2, 2}, {3, 0}, {7, 4}}) {
            const Sample sample = of(index);
            QCOMPARE(int(sample.image.bytes.front()), value);
            QCOMPARE(int(sample.targets[0].bytes.front()), value);
            QCOMPARE(sample.targets[1].empty(), index < 3);
        }
        QVERIFY(!joined->sample("train", 0, 2, 2)->targets[0].empty());
    }

    void whatChangesInASetChangesTheFingerprint() {
        const auto print = [](int first, int second) {
            std::vector<JoinedSet> sets;
            for (const int size : {first, second}) {
                auto stub = std::make_shared<StubDataset>(size);
                stub->setFingerprint("of " + std::to_string(size));
                sets.push_back({"set" + std::to_string(sets.size()), stub, {{"train", "train"}}});
            }
            return JoinedDataset(std::move(sets), {"train"}, {}).description().fingerprint;
        };
        QCOMPARE(print(3, 5), print(3, 5));
        QVERIFY(print(3, 5) != print(5, 3));
        QVERIFY(print(3, 5) != print(3, 4));
    }

    void aLookAtASetDrawsEachSampleOnce() {
        const LoaderPlan plan = planOf(DataMix::Batches);
        const auto ranges = plan.ranges();
        for (std::int64_t step = 0; step < 20; ++step) {
            auto some = plan.someOf(ranges[1], 4, step);
            QVERIFY(some == plan.someOf(ranges[1], 4, step));
            QVERIFY(
                std::ranges::all_of(some, [](int sample) { return sample >= 3 && sample < 8; }));
            QCOMPARE(std::set<int>(some.begin(), some.end()).size(), std::size_t{4});
        }
        QCOMPARE(plan.someOf(ranges[0], 9, 0).size(), std::size_t{3});
    }
};

QTEST_APPLESS_MAIN(JoinedSetsTest)
#include "tst_joined_sets.moc"
