// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/costs.h"
#include "core/model/plan_change.h"
#include "core/model/suggest_plan.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

using namespace concertina;

namespace {

constexpr double plenty = 1e15;
constexpr std::array<int, 3> headOutputs{13, 1, 3};
const Texts taskNames{"segmentation", "depth", "normal"};

/// Layers enc1.1, enc2.1, dec2.1, dec1.1.
ExperimentSpec specOf(const std::string& parametrization, const Texts& sharing) {
    ExperimentSpec spec = testSpec();
    spec.network.kernels = {{"*", {parametrization, Json::object()}}};
    spec.network.sharing = sharing;
    return spec;
}

NetworkDesign designFrom(const ExperimentSpec& spec) {
    DesignResult result = designNetwork(spec, testCatalogue(), headOutputs);
    if (!result.problems.empty())
        qFatal("%s", toText(result.problems).c_str());
    return std::move(result.design);
}

ConflictMean mean(const std::string& layer, const std::string& factor, const std::string& a,
                  const std::string& b, double cosine, double deviation = 0.01) {
    return {.layer = layer,
            .factor = factor,
            .taskA = a,
            .taskB = b,
            .estimator = "exact-half",
            .cosine = cosine,
            .deviation = deviation,
            .normA = 1,
            .normB = 1,
            .magnitudeSimilarity = 1,
            .samples = 20};
}

/// Of every pair on one factor of a layer.
std::vector<ConflictMean> allPairs(const std::string& layer, const std::string& factor,
                                   double segmentationDepth, double segmentationNormal,
                                   double depthNormal) {
    return {mean(layer, factor, "segmentation", "depth", segmentationDepth),
            mean(layer, factor, "segmentation", "normal", segmentationNormal),
            mean(layer, factor, "depth", "normal", depthNormal)};
}

/// Whether no two tasks that were apart are together now.
bool onlyParts(const SharingPlan& before, const SharingPlan& after) {
    const auto finer = [](const Partition& fine, const Partition& coarse) {
        return commonRefinement(fine, coarse) == fine;
    };
    for (std::size_t i = 0; i < before.layers.size(); ++i) {
        const LayerPlan &from = before.layers[i], &to = after.layers[i];
        for (std::size_t k = 0; k < from.partitions.size(); ++k)
            if (!finer(to.partitions[k], from.partitions[k]))
                return false;
        if (!finer(to.bias, from.bias) || !finer(to.norm, from.norm))
            return false;
    }
    return true;
}

} // namespace

class SuggestPlanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theTaskThatPullsAgainstBothIsPartedFromThem() {
        const NetworkDesign design = designFrom(specOf("plain", {"*: tied"}));
        const auto splits =
            suggestPlan(design, allPairs("dec1.1", "W", -0.2, -0.3, 0.4), {.budget = plenty});
        QCOMPARE(splits.size(), 1U);
        QCOMPARE(splits[0].rule, std::string("dec1.1: {segmentation} | {depth, normal} separate"));
        QCOMPARE(splits[0].conflict, 0.5);
        // The last layer runs twice: once more what it costs.
        const double once = networkCosts(designFrom(specOf("plain", {"*: tied"})), {}).multiplyAdds;
        const double twice =
            networkCosts(designFrom(specOf("plain", {"*: tied", splits[0].rule})), {}).multiplyAdds;
        QCOMPARE(splits[0].addedMultiplyAdds, twice - once);
        QVERIFY(twice > once);
        QVERIFY2(splits[0].reason.find("dec1.1") != std::string::npos
                     && splits[0].reason.find("segmentation and depth -0.20") != std::string::npos
                     && splits[0].reason.find("20 measurements") != std::string::npos,
                 splits[0].reason.c_str());
    }

    void pairsThatAgreeCountAgainstASplit() {
        // Whichever task is parted, more agreement is lost than conflict.
        const auto means = allPairs("dec1.1", "W", -0.1, 0.4, 0.4);
        QVERIFY(suggestPlan(designFrom(specOf("plain", {"*: tied"})), means, {.budget = plenty})
                    .empty());
    }

    void whatMayBeNoiseIsNotSuggested() {
        const NetworkDesign design = designFrom(specOf("plain", {"*: tied"}));
        // Two standard errors of 20 measurements with a deviation of 0.3: 2 · 0.3 / √20 = 0.134.
        const auto at = [&](double cosine) {
            auto means = allPairs("dec1.1", "W", 0.5, 0, cosine);
            for (ConflictMean& one : means)
                one.deviation = one.taskA == "depth" ? 0.3 : 0;
            return suggestPlan(design, means, {.budget = plenty});
        };
        QVERIFY(at(-0.13).empty());
        QCOMPARE(at(-0.14).size(), 1U);
        auto once = allPairs("dec1.1", "W", 0.5, 0, -0.9);
        for (ConflictMean& one : once) {
            one.samples = 1;
            one.deviation = NAN;
        }
        QVERIFY(suggestPlan(design, once, {.budget = plenty}).empty());
    }

    void theBudgetIsKept() {
        const NetworkDesign design = designFrom(specOf("plain", {"*: tied"}));
        auto means = allPairs("enc1.1", "W", -0.2, -0.2, 0.5); // forks all that comes after it
        const auto late = allPairs("dec1.1", "W", -0.1, -0.1, 0.5);
        means.insert(means.end(), late.begin(), late.end());
        const auto all = suggestPlan(design, means, {.budget = plenty});
        QCOMPARE(all.size(), 2U);
        QVERIFY(all[0].rule.starts_with("dec1.1"));
        const double first = all[0].addedMultiplyAdds;
        QVERIFY(first > 0);
        QCOMPARE(suggestPlan(design, means, {.budget = first}).size(), 1U);
        QVERIFY(suggestPlan(design, means, {.budget = 0}).empty());
    }

    void whatRunsApartAlreadyIsPartedForNothing() {
        const NetworkDesign design = designFrom(
            specOf("plain", {"*: tied", "enc2.1: {segmentation} | {depth, normal} separate"}));
        const auto splits =
            suggestPlan(design, allPairs("dec2.1", "W", -0.3, -0.3, 0.1), {.budget = 0});
        QCOMPARE(splits.size(), 1U);
        QCOMPARE(splits[0].addedMultiplyAdds, 0.0);
        QVERIFY(splits[0].addedWeights > 0);
        QVERIFY(splits[0].reason.find("apart there already") != std::string::npos);
    }

    void factorsOfAMergedLayerArePartedForNothing() {
        const NetworkDesign design = designFrom(specOf("factored", {"*: merged"}));
        const auto splits =
            suggestPlan(design, allPairs("dec1.1", "U", -0.3, -0.3, 0.1), {.budget = 0});
        QCOMPARE(splits.size(), 1U);
        QCOMPARE(splits[0].rule, std::string("dec1.1: U {segmentation} | {depth, normal}"));
        QVERIFY(splits[0].stepRatio > 1); // composing it takes its time
        QVERIFY(splits[0].reason.find("the kernel stays one") != std::string::npos);
    }

    void normsArePartedToo() {
        const NetworkDesign design = designFrom(specOf("factored", {"*: tied"}));
        const auto splits =
            suggestPlan(design, allPairs("dec1.1", "norm", -0.3, 0.1, -0.4), {.budget = plenty});
        QCOMPARE(splits.size(), 1U);
        QCOMPARE(splits[0].rule, std::string("dec1.1: norm {segmentation, normal} | {depth}"));
    }

    void plansOfSuggestionsAreValidAndWithinTheirBudget() {
        // Over made-up measurements: each rule is one that `replan` takes, gives the plan that was
        // counted, joins nothing, and the sum of the costs is that of the last design.
        std::mt19937 random(4);
        std::uniform_real_distribution<double> cosine(-0.5, 0.3);
        int suggested = 0;
        for (const Texts& sharing :
             {Texts{"*: tied"}, Texts{"*: merged"}, Texts{"*: factors shared"},
              Texts{"*: merged", "dec*: {segmentation, normal} | {depth} separate"},
              Texts{"*: tied", "dec1.1: norm {segmentation} | {depth, normal}"}}) {
            for (const double share : {0.0, 0.1, 0.5, 5.0}) {
                const ExperimentSpec spec = specOf("factored", sharing);
                const NetworkDesign design = designFrom(spec);
                std::vector<ConflictMean> means;
                for (const LayerPlan& layer : design.plan.layers)
                    for (const char* factor : {"U", "M", "V", "norm"}) {
                        const auto pairs = allPairs(layer.layer, factor, cosine(random),
                                                    cosine(random), cosine(random));
                        means.insert(means.end(), pairs.begin(), pairs.end());
                    }
                const double budget = share * networkCosts(design, {}).multiplyAdds;
                const auto splits = suggestPlan(design, means, {.budget = budget, .most = 5});
                NetworkSpec network = spec.network;
                NetworkDesign now = design;
                double added = 0;
                for (const SplitSuggestion& split : splits) {
                    const auto changed =
                        withPlanChange(network, {100, {split.rule}}, now, testCatalogue());
                    QVERIFY2(changed.has_value(), split.rule.c_str());
                    network = *changed;
                    const NetworkDesign after = designAfter(network, network.planChanges.size(),
                                                            design, testCatalogue());
                    QVERIFY2(after.plan == split.design.plan, split.rule.c_str());
                    QVERIFY2(onlyParts(now.plan, after.plan), split.rule.c_str());
                    added += split.addedMultiplyAdds;
                    QVERIFY(split.conflict > 0);
                    now = after;
                    ++suggested;
                }
                QVERIFY(added <= budget);
                QVERIFY(std::abs(networkCosts(now, {}).multiplyAdds
                                 - networkCosts(design, {}).multiplyAdds - added)
                        <= 1e-9 * added);
            }
        }
        QVERIFY(suggested > 40);
    }

    void moreConflictForTheSameCostComesFirst() {
        const NetworkDesign design = designFrom(specOf("factored", {"*: merged"}));
        auto means = allPairs("dec1.1", "U", -0.3, -0.1, 0.1);
        const auto more = allPairs("enc1.1", "V", -0.2, 0.1, -0.6);
        means.insert(means.end(), more.begin(), more.end());
        const auto splits = suggestPlan(design, means, {.budget = 0, .most = 2});
        QCOMPARE(splits.size(), 2U);
        QVERIFY(splits[0].rule.starts_with("enc1.1: V {segmentation, normal} | {depth}"));
        QVERIFY(splits[0].conflict > splits[1].conflict);
    }
};

QTEST_GUILESS_MAIN(SuggestPlanTest)
#include "tst_suggest_plan.moc"
