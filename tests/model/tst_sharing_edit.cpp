// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_edit.h"
#include "tests/model/toy_layers.h"
#include "tests/printing.h"

#include <QTest>

#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

using Texts = std::vector<std::string>;
using Chosen = std::vector<std::size_t>;

const Texts tasks{"segmentation", "depth", "normal"};

const std::vector<LayerFactors> layers{factored("enc1.1"), factored("enc1.2"), factored("enc2.1"),
                                       factored("dec2.1"), factored("dec1.1"), factored("dec1.2")};

Texts put(const Texts& rules, const Chosen& chosen, SharingState state,
          const std::vector<LayerFactors>& of = layers) {
    return rulesWithState(rules, of, tasks, chosen, state);
}

std::vector<std::optional<SharingState>> statesOf(const Texts& rules) {
    std::vector<std::optional<SharingState>> states;
    const auto plan = resolvePlan(rules, layers, tasks, "").plan;
    for (std::size_t i = 0; i < layers.size(); ++i)
        states.push_back(stateOf(plan.layers[i], layers[i]));
    return states;
}

} // namespace

class SharingEditTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aLayerOffersTheStatesThatItsKernelCanBeIn() {
        using enum SharingState;
        using States = std::vector<SharingState>;
        QVERIFY(availableStates(factored("a"), 3)
                == (States{Tied, Merged, FactorsShared, Separate, MergedByProduct}));
        QVERIFY(availableStates(plain("a"), 3) == (States{Tied, Separate}));
        QVERIFY(availableStates(branched("a"), 3) == (States{Tied, FactorsShared, Separate}));
        QVERIFY(availableStates(factored("a"), 1) == States{Tied});
    }

    void patternsAreTheShortestThatMatchExactlyTheLayers() {
        const Texts names{"enc1.1", "enc1.2", "enc2.1", "dec2.1", "dec1.1", "dec1.2"};
        QCOMPARE(layerPatterns(names, Chosen{0, 1, 2, 3, 4, 5}), (Texts{"*"}));
        QCOMPARE(layerPatterns(names, Chosen{0, 1, 2}), (Texts{"enc*"}));
        QCOMPARE(layerPatterns(names, Chosen{4, 5}), (Texts{"dec1.*"}));
        QCOMPARE(layerPatterns(names, Chosen{2}), (Texts{"enc2.1"}));
        QCOMPARE(layerPatterns(names, Chosen{0, 4, 5}), (Texts{"dec1.*", "enc1.1"}));
        QCOMPARE(layerPatterns(names, Chosen{}), Texts{});
    }

    void aStageWhoseNumberBeginsAnotherIsNotMistakenForIt() {
        const Texts names{"enc1.1", "enc1.2", "enc10.1", "enc10.2"};
        QCOMPARE(layerPatterns(names, Chosen{0, 1}), (Texts{"enc1.*"}));
    }

    void oneClickAddsOneReadableRule() {
        QCOMPARE(put({"*: tied"}, {4, 5}, SharingState::Separate),
                 (Texts{"*: tied", "dec1.*: separate"}));
        QCOMPARE(put({"*: merged"}, {0}, SharingState::Tied), (Texts{"*: merged", "enc1.1: tied"}));
    }

    void aSecondClickOnTheSameLayersReplacesTheirRule() {
        QCOMPARE(put({"*: tied", "dec1.*: merged"}, {4, 5}, SharingState::Separate),
                 (Texts{"*: tied", "dec1.*: separate"}));
    }

    void theWayBackLeavesNothingBehind() {
        QCOMPARE(put({"*: tied", "dec1.*: separate"}, {4, 5}, SharingState::Tied),
                 (Texts{"*: tied"}));
    }

    void allLayersAreOneRule() {
        QCOMPARE(put({"*: tied", "enc*: merged", "dec1.2: separate"}, {0, 1, 2, 3, 4, 5},
                     SharingState::FactorsShared),
                 (Texts{"*: factors shared"}));
    }

    void manySingleRulesBecomeFewWhenTheyAgree() {
        Texts rules{"*: tied"};
        for (const std::size_t layer : {0U, 1U, 2U})
            rules = put(rules, {layer}, SharingState::Separate);
        QCOMPARE(rules, (Texts{"*: tied", "enc*: separate"}));
    }

    void rulesWithGroupsOfTheirOwnStay() {
        const std::string groups = "dec2.1: {segmentation, depth} | {normal} separate";
        QCOMPARE(put({"*: tied", groups}, {0, 1}, SharingState::Merged),
                 (Texts{"*: tied", groups, "enc1.*: merged"}));
    }

    void aWrongRuleIsLeftForItsWriter() {
        QCOMPARE(put({"*: tied", "nowhere: tied"}, {0, 1}, SharingState::Merged),
                 (Texts{"*: tied", "nowhere: tied", "enc1.*: merged"}));
    }

    void layersThatCannotBeInTheStateStayAsTheyAre() {
        const std::vector<LayerFactors> mixed{factored("enc1.1"), plain("dec1.1")};
        QCOMPARE(put({"*: tied"}, {0, 1}, SharingState::Merged, mixed),
                 (Texts{"*: tied", "enc1.1: merged"}));
        QCOMPARE(put({"*: tied"}, {1}, SharingState::Merged, mixed), (Texts{"*: tied"}));
    }

    /// The property that all of the above serve: the chosen layers are in the state, no other has
    /// moved, and there are never more rules than layers and a base.
    void anyClicksEndInTheStatesThatWereChosen() {
        std::mt19937 random(7);
        for (int round = 0; round < 20; ++round) {
            Texts rules{"*: tied"};
            std::vector<std::optional<SharingState>> expected = statesOf(rules);
            for (int click = 0; click < 8; ++click) {
                const auto state = static_cast<SharingState>(random() % 4);
                Chosen chosen;
                for (std::size_t layer = 0; layer < layers.size(); ++layer)
                    if (random() % 3 == 0)
                        chosen.push_back(layer);
                for (const std::size_t layer : chosen)
                    expected[layer] = state;
                rules = put(rules, chosen, state);
                QVERIFY(statesOf(rules) == expected);
                QVERIFY(rules.size() <= layers.size() + 1);
            }
        }
    }
};

QTEST_APPLESS_MAIN(SharingEditTest)

#include "tst_sharing_edit.moc"
