// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/costs.h"
#include "core/model/weight_owners.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <array>

using namespace concertina;

namespace {

constexpr std::array<int, 3> outputs{13, 1, 3};

/// One stage: enc1.1 (3 → 4), dec1.1 (4 → 4), all 3 × 3, and for each task a head 4 → 4 (3 × 3)
/// → outputs (1 × 1). Small enough to be counted by hand.
NetworkDesign designWith(const Texts& sharing, int tasks = 3) {
    ExperimentSpec spec = testSpec();
    spec.data.height = spec.data.width = 8;
    spec.tasks.resize(static_cast<std::size_t>(tasks));
    spec.network.backbone.options = {{"stages", 1}, {"channels", 4}};
    spec.network.kernels = {{"*", {"factored", Json::object()}}, {"enc*", {"plain", Json::object()}}};
    spec.network.sharing = sharing;
    DesignResult result = designNetwork(spec, testCatalogue(),
                                        std::span(outputs).first(static_cast<std::size_t>(tasks)));
    if (!result.problems.empty())
        qFatal("%s", toText(result.problems.front()).c_str());
    return std::move(result.design);
}

/// enc1.1: W, bias, norm. dec1.1: U [4, 4], M [4, 4], V [4, 36]; its kernel has 144 weights.
constexpr double enc = 4 * 3 * 9, bias = 4, norm = 2 * 4, U = 16, M = 16, V = 144, dec = 144;
constexpr double head(int channels) {
    return 4 * 4 * 9 + 4 + (4 + 1) * channels;
}

} // namespace

class WeightOwnersTest : public QObject {
    Q_OBJECT

    static BeforeAfter of(const WeightOwners& owners, const std::string& owner,
                          const std::string& part) {
        const auto o = std::ranges::find(owners.owners, owner) - owners.owners.begin();
        const auto p = std::ranges::find(owners.parts, part, &WeightOwners::Part::name);
        return p == owners.parts.end() ? BeforeAfter{}
                                       : p->weights.at(static_cast<std::size_t>(o));
    }

private Q_SLOTS:
    void mergedCoresAreOwnedInTrainingAndSharedInWhatShips() {
        const WeightOwners owners = weightOwners(designWith({"*: tied", "dec*: merged"}));
        QCOMPARE(owners.owners, (Texts{"all tasks", "segmentation", "depth", "normal"}));
        QCOMPARE(owners.parts.size(), 3U);
        QCOMPARE(of(owners, "all tasks", "tied").expanded, enc + bias + norm);
        QCOMPARE(of(owners, "all tasks", "tied").collapsed, enc + bias);
        QCOMPARE(of(owners, "all tasks", "merged").expanded, U + V + bias + norm);
        QCOMPARE(of(owners, "depth", "merged").expanded, M);
        QCOMPARE(of(owners, "all tasks", "merged").collapsed, dec + bias);
        QCOMPARE(of(owners, "depth", "merged").collapsed, 0.0);
        // Behind each head's first convolution is no norm.
        QCOMPARE(of(owners, "segmentation", "heads").collapsed, head(13));
        QCOMPARE(owners.of(2).expanded, M + head(1));
    }

    void sharedFactorsShipAKernelATask() {
        const WeightOwners owners = weightOwners(designWith({"*: tied", "dec*: factors shared"}));
        QCOMPARE(of(owners, "all tasks", "factors shared").expanded, U + V);
        QCOMPARE(of(owners, "normal", "factors shared").expanded, M + bias + norm);
        QCOMPARE(of(owners, "all tasks", "factors shared").collapsed, 0.0);
        QCOMPARE(of(owners, "normal", "factors shared").collapsed, dec + bias);
    }

    void groupsOfTasksAreOwnersBeforeSingleOnes() {
        const WeightOwners owners =
            weightOwners(designWith({"*: tied", "dec*: {segmentation} | {depth, normal} separate"}));
        QCOMPARE(owners.owners,
                 (Texts{"all tasks", "depth+normal", "segmentation", "depth", "normal"}));
        QCOMPARE(of(owners, "depth+normal", "other").collapsed, dec + bias);
        // What two have together no task has to itself.
        double heads = 0, rest = 0;
        for (const int channels : outputs)
            heads += head(channels);
        for (std::size_t i = 0; i < owners.owners.size(); ++i)
            rest += owners.of(i).collapsed;
        QCOMPARE(owners.ownShare().collapsed, (heads + dec + bias) / rest);
    }

    void normsThatStayBelongToTheirExecutedNode() {
        const WeightOwners owners = weightOwners(
            designWith({"*: tied", "dec*: norm {segmentation} | {depth} | {normal}"}));
        QCOMPARE(of(owners, "all tasks", "other").collapsed, dec + bias);
        QCOMPARE(of(owners, "depth", "other").collapsed, norm); // a scale and a shift a channel
    }

    void sumsAreTheNetworksCosts() {
        for (const char* rule : {"*: tied", "dec*: merged", "dec*: factors shared", "*: separate",
                                 "dec*: {segmentation} | {depth, normal} separate"}) {
            const NetworkDesign design = designWith({rule});
            const WeightOwners owners = weightOwners(design);
            BeforeAfter sum;
            for (std::size_t i = 0; i < owners.owners.size(); ++i) {
                sum.expanded += owners.of(i).expanded;
                sum.collapsed += owners.of(i).collapsed;
            }
            const NetworkCosts costs = networkCosts(design, {});
            QCOMPARE(sum.expanded, costs.trainedParameters);
            QCOMPARE(sum.collapsed, costs.collapsedParameters);
        }
    }

    void aTaskAloneHasNothingToReport() {
        const WeightOwners owners = weightOwners(designWith({"*: tied"}, 1));
        QCOMPARE(owners.owners, Texts{"all tasks"});
        QVERIFY(toText(owners).empty());
        QVERIFY(ownersLines(owners).empty());
    }
};

QTEST_GUILESS_MAIN(WeightOwnersTest)
#include "tst_weight_owners.moc"
