// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_plan.h"
#include "tests/model/damaged_json.h"
#include "tests/model/labelings.h"
#include "tests/model/toy_layers.h"
#include "tests/printing.h"

#include <QTest>

#include <functional>
#include <random>
#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

const Texts tasks{"segmentation", "depth", "normal"};
const Partition one{{0b111}};
const Partition own{{0b001, 0b010, 0b100}};
const Partition pair{{0b011, 0b100}}; // {segmentation, depth} | {normal}

const std::vector<LayerFactors> layers{factored("enc1.1"), factored("enc1.2"), plain("dec1.1"),
                                       factored("dec1.2")};

PlanResolution resolve(const Texts& rules, const std::vector<LayerFactors>& of = layers,
                       const Texts& by = tasks) {
    return resolvePlan(rules, of, by, "network.sharing");
}

LayerPlan layerPlan(const Texts& rules, const std::string& layer = "enc1.1") {
    const PlanResolution resolution = resolve(rules);
    for (const LayerPlan& plan : resolution.plan.layers)
        if (plan.layer == layer && resolution.problems.empty())
            return plan;
    return {};
}

LayerPlan umv(const Partition& u, const Partition& m, const Partition& v, const Partition& bias,
              const Partition& norm, bool merged = false) {
    return {"enc1.1", {"U", "M", "V"}, {u, m, v}, bias, norm, merged};
}

} // namespace

class SharingPlanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFourStatesAreThoseOfTheDesign() {
        QVERIFY(layerPlan({"*: tied"}) == umv(one, one, one, one, one));
        QVERIFY(layerPlan({"enc*: merged"}) == umv(one, own, one, one, one, true));
        QVERIFY(layerPlan({"enc*: factors shared"}) == umv(one, own, one, own, own));
        QVERIFY(layerPlan({"*: separate"}) == umv(own, own, own, own, own));
    }

    void groupsStandWhereAStateSaysOwn() {
        const std::string groups = "enc*: {segmentation, depth} | {normal} ";
        QVERIFY(layerPlan({groups + "merged"}) == umv(one, pair, one, one, one, true));
        QVERIFY(layerPlan({groups + "factors shared"}) == umv(one, pair, one, pair, pair));
        QVERIFY(layerPlan({groups + "separate"}) == umv(pair, pair, pair, pair, pair));
        // The order of groups and of names in them says nothing.
        QVERIFY(layerPlan({"enc*: {normal} | {depth, segmentation} separate"})
                == umv(pair, pair, pair, pair, pair));
    }

    void factorRulesSetOnePartitionAndKeepTheRest() {
        QVERIFY(layerPlan({"enc*: U {segmentation, depth} | {normal}"})
                == umv(pair, one, one, one, one));
        QVERIFY(layerPlan({"*: bias {segmentation, depth} | {normal}"})
                == umv(one, one, one, pair, one));
        QVERIFY(layerPlan({"*: norm {segmentation} | {depth} | {normal}"})
                == umv(one, one, one, one, own));
        QVERIFY(layerPlan({"enc*: merged", "enc1.1: V {segmentation, depth} | {normal}"})
                == umv(one, own, pair, one, one, true));
    }

    void factorRulesActWhereTheFactorIs() {
        // dec1.1 is plain and has no M; the rule is meant for those that have.
        const PlanResolution resolution = resolve({"*: M {segmentation, depth} | {normal}"});
        QCOMPARE(resolution.problems, Problems{});
        QVERIFY(resolution.plan.layers[0].partitions[1] == pair);
        QVERIFY(resolution.plan.layers[2].partitions[0] == one);
        QVERIFY(resolution.plan.layers[3].partitions[1] == pair);
    }

    void theLaterRuleWins() {
        QVERIFY(layerPlan({"*: separate", "enc*: merged", "enc1.*: factors shared"})
                == umv(one, own, one, own, own));
        QVERIFY(layerPlan({"enc1.1: U {segmentation, depth} | {normal}", "*: tied"})
                == umv(one, one, one, one, one));
        QCOMPARE(layerPlan({"*: separate", "enc*: merged"}, "dec1.1").merged, false);
    }

    void whatNoRuleNamesIsTied() {
        QVERIFY(layerPlan({"dec*: separate"}) == umv(one, one, one, one, one));
        QVERIFY(layerPlan({}) == umv(one, one, one, one, one));
    }

    void kernelPartitionIsTheRefinementOrOneWhereMerged() {
        LayerPlan plan = umv(pair, one, one, Partition{{0b101, 0b010}}, own);
        QVERIFY(plan.refinement() == own);
        QVERIFY(plan.kernels() == own);
        plan.bias = one; // norms are no part of the kernel
        QVERIFY(plan.refinement() == pair);
        plan.merged = true;
        QVERIFY(plan.refinement() == pair);
        QVERIFY(plan.kernels() == one);
    }

    void problemsNameTheRule_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("hint");
        const auto row = [](const char* rule, const char* code, const char* hint) {
            QTest::newRow(rule) << QString(rule) << QString(code) << QString(hint);
        };
        row("enc*: mergd", "sharing.syntax", "for example");
        row("encc1.1: tied", "sharing.no_layer", "did you mean \"enc1.1\"?");
        row("mid*: tied", "sharing.no_layer", "one of: enc1.1, enc1.2, dec1.1, dec1.2");
        row("*: {segmentation, dept} | {normal} separate", "sharing.unknown_task",
            "did you mean \"depth\"?");
        row("*: {segmentation} | {normal} separate", "sharing.groups", "");
        row("*: {segmentation, depth} | {depth, normal} separate", "sharing.groups", "");
        row("*: {segmentation, depth, depth, normal} separate", "sharing.groups", "");
        row("*: Q {segmentation, depth, normal}", "sharing.unknown_factor",
            "one of: bias, norm, U, M, V, W");
        row("enc*: nrm {segmentation, depth, normal}", "sharing.unknown_factor",
            "did you mean \"norm\"?");
        row("dec1.1: M {segmentation, depth, normal}", "sharing.unknown_factor",
            "one of: bias, norm, W");
        row("dec1.1: merged", "sharing.no_core", "expand it (network.kernels)");
        row("dec1.*: factors shared", "sharing.no_core", "expand it (network.kernels)");
    }

    void problemsNameTheRule() {
        QFETCH(QString, rule);
        QFETCH(QString, code);
        QFETCH(QString, hint);
        const PlanResolution resolution = resolve({"enc*: merged", rule.toStdString()});
        QCOMPARE(codesAndPaths(resolution.problems),
                 Texts{code.toStdString() + " at network.sharing.1"});
        QVERIFY2(resolution.problems[0].hint.starts_with(hint.toStdString()),
                 resolution.problems[0].hint.c_str());
        QVERIFY(!resolution.problems[0].found.empty());
    }

    void everyWrongRuleIsReported() {
        QCOMPARE(
            codesAndPaths(resolve({"x", "mid*: tied", "*: Q {a}", "enc*: tied"}).problems),
            (Texts{"sharing.syntax at network.sharing.0", "sharing.no_layer at network.sharing.1",
                   "sharing.unknown_task at network.sharing.2"}));
    }

    void ruleThatFitsNoneOfManyLayersIsReportedOnce() {
        const std::vector<LayerFactors> many(50, plain("dec1.1"));
        QCOMPARE(codesAndPaths(resolve({"*: merged"}, many).problems),
                 Texts{"sharing.no_core at network.sharing.0"});
    }

    void laterRuleHealsAnEarlierThatDoesNotFit() {
        QCOMPARE(resolve({"*: merged", "dec1.1: tied"}).problems, Problems{});
        QCOMPARE(resolve({"*: factors shared", "dec1.1: {segmentation, depth} | {normal} separate"})
                     .problems,
                 Problems{});
        // A factor's rule leaves the state that does not fit.
        QCOMPARE(codesAndPaths(
                     resolve({"*: merged", "dec1.1: W {segmentation, depth, normal}"}).problems),
                 Texts{"sharing.no_core at network.sharing.0"});
    }

    void mergingNeedsAKernelThatIsAFunctionOfItsFactors() {
        const std::vector<LayerFactors> of{branched("enc1.1")};
        QCOMPARE(codesAndPaths(resolve({"*: merged"}, of).problems),
                 Texts{"sharing.not_linear at network.sharing.0"});
        QCOMPARE(resolve({"*: factors shared"}, of).problems, Problems{});
    }

    void singleTaskIsTiedWhateverTheRulesSay() {
        for (const std::string state : {"tied", "merged", "factors shared", "separate"}) {
            const PlanResolution resolution = resolve({"*: " + state}, layers, {"depth"});
            QCOMPARE(resolution.problems, Problems{}); // on plain layers too
            for (std::size_t i = 0; i < layers.size(); ++i)
                QCOMPARE(stateOf(resolution.plan.layers[i], layers[i]),
                         std::optional(SharingState::Tied));
        }
    }

    void stateOfReturnsTheNamedStates() {
        for (const auto state : {SharingState::Tied, SharingState::Merged,
                                 SharingState::FactorsShared, SharingState::Separate})
            QCOMPARE(stateOf(planInState(layers[0], state, own), layers[0]), std::optional(state));
        for (const auto state : {SharingState::Tied, SharingState::Separate})
            QCOMPARE(stateOf(planInState(layers[2], state, own), layers[2]), std::optional(state));
    }

    void stateOfReturnsNoneWhereGroupsAreOthers() {
        QVERIFY(!stateOf(planInState(layers[0], SharingState::Separate, pair), layers[0]));
        QVERIFY(!stateOf(umv(one, own, one, one, own, true), layers[0]));
        QVERIFY(!stateOf(umv(one, own, one, one, one, false), layers[0]));
        QVERIFY(!stateOf(umv(one, one, one, one, own), layers[0]));
    }

    void everyPlanComesBackFromJson() {
        SharingPlan plan{tasks, {}};
        for (const Labeling& a : allLabelings(3))
            for (const Labeling& b : allLabelings(3)) {
                const bool merged = plan.layers.size() % 2 == 0;
                plan.layers.push_back({"layer" + std::to_string(plan.layers.size()),
                                       {"U", "M", "V"},
                                       {fromLabels(a), fromLabels(b), one},
                                       fromLabels(b),
                                       fromLabels(a),
                                       merged});
            }
        const auto back = planFromJson(parseJson(jsonText(toJson(plan))));
        QVERIFY(back);
        QVERIFY(*back == plan);
    }

    void planReadsAsPeopleExpect() {
        const SharingPlan plan{tasks, {{"enc1.1", {"W"}, {pair}, one, own, false}}};
        QCOMPARE(jsonText(toJson(plan)),
                 std::string(R"({"tasks":["segmentation","depth","normal"],"layers":[)"
                             R"({"layer":"enc1.1","merged":false,"factors":{"W":)"
                             R"([["segmentation","depth"],["normal"]]},)"
                             R"("bias":[["segmentation","depth","normal"]],)"
                             R"("norm":[["segmentation"],["depth"],["normal"]]}]})"));
    }

    void damagedPlansAreRefusedOrWhole() {
        const Json json = toJson(resolve({"enc*: merged", "dec*: separate"}).plan);
        int refused = 0;
        for (const Json& damaged : damagedVersions(json)) {
            const auto plan = planFromJson(damaged);
            refused += plan ? 0 : 1;
            if (!plan) {
                QCOMPARE(plan.error().code, std::string("plan.json"));
                QVERIFY(!plan.error().found.empty());
                continue;
            }
            for (const LayerPlan& layer : plan->layers) {
                QVERIFY(!layer.hasBias() || isPartition(layer.bias, plan->taskCount()));
                QVERIFY(isPartition(layer.norm, plan->taskCount()));
                for (const Partition& partition : layer.partitions)
                    QVERIFY(isPartition(partition, plan->taskCount()));
            }
            QVERIFY(planFromJson(toJson(*plan)) == *plan);
        }
        QVERIFY(refused > 500);
    }

    void damagedPlacesAreNamed() {
        Json json = toJson(resolve({"*: tied"}).plan);
        json["layers"][3]["factors"]["M"] = {{"segmentation"}, {"dept", "normal"}};
        QCOMPARE(planFromJson(json).error().path, std::string("layers.3.M"));
        json["layers"][3]["factors"]["M"] = {{"segmentation", "depth", "normal"}, Json::array()};
        QCOMPARE(planFromJson(json).error().path, std::string("layers.3.M"));
        json["tasks"] = {"depth", "depth"};
        QCOMPARE(planFromJson(json).error().path, std::string("tasks"));
        json["tasks"] = Json::array();
        for (int i = 0; i <= MaxTasks; ++i)
            json["tasks"].push_back("task" + std::to_string(i));
        QCOMPARE(planFromJson(json).error().path, std::string("tasks"));
    }

    void aPlansNameIsTheSameOnEveryMachineAndInEveryRelease() {
        // FNV-1a by another program, over
        // "tasks a,b,c\nlayer l.1 U a,b,c M a,b|c V a,b,c bias a,b,c norm a|b|c merged frozen
        // U,norm\nlayer l.2 W a,c|b bias a,b,c norm a,b,c\n". Frozen: it stands in stores.
        const std::vector<LayerFactors> of{factored("l.1"), plain("l.2")};
        const Texts by{"a", "b", "c"};
        const auto plan = resolvePlan(Texts{"l.1: {a, b} | {c} merged", "l.1: norm {a} | {b} | {c}",
                                            "l.1: freeze U", "l.1: freeze norm",
                                            "l.2: W {c, a} | {b}"},
                                      of, by, "");
        QVERIFY(plan.problems.empty());
        QCOMPARE(planHash(plan.plan), std::string("390f97b68f536484"));
        QCOMPARE(planHash(planFromJson(toJson(plan.plan)).value()), planHash(plan.plan));
        // Every part counts.
        std::set<std::string> names{planHash(plan.plan)};
        const auto add = [&](const std::function<void(SharingPlan&)>& change) {
            SharingPlan other = plan.plan;
            change(other);
            names.insert(planHash(other));
        };
        add([](SharingPlan& p) { p.layers[0].merged = false; });
        add([](SharingPlan& p) { p.layers[0].frozen.pop_back(); });
        add([](SharingPlan& p) { p.layers[1].bias = apart(3); });
        add([](SharingPlan& p) { p.layers[1].norm = apart(3); });
        add([](SharingPlan& p) { p.layers[1].partitions[0] = apart(3); });
        add([](SharingPlan& p) { p.layers[1].layer = "l.3"; });
        add([](SharingPlan& p) { std::swap(p.tasks[0], p.tasks[1]); });
        QCOMPARE(names.size(), 8U);
    }

    void whatIsFrozenStaysSoInAnotherState() {
        const std::vector<LayerFactors> of{factored("l.1"), plain("l.2")};
        const Texts by{"a", "b"};
        const auto frozen = [&](const Texts& rules) {
            const auto resolved = resolvePlan(rules, of, by, "");
            return resolved.problems.empty() ? resolved.plan.layers[0].frozen
                                             : Texts{resolved.problems[0].code};
        };
        QCOMPARE(frozen({"*: freeze"}), (Texts{"U", "M", "V", "bias", "norm"}));
        QCOMPARE(frozen({"l.1: freeze norm", "l.1: freeze U", "*: separate"}), (Texts{"U", "norm"}));
        QCOMPARE(frozen({"*: freeze", "*: unfreeze M", "l.2: unfreeze"}),
                 (Texts{"U", "V", "bias", "norm"}));
        QCOMPARE(frozen({"*: freeze Q"}), Texts{"sharing.unknown_factor"});
        QCOMPARE(frozen({"l.9: freeze"}), Texts{"sharing.no_layer"});
        QCOMPARE(frozen({"*: rest"}), (Texts{"U", "M", "V", "bias", "norm", "statistics"}));
        QCOMPARE(frozen({"*: freeze statistics", "*: freeze M"}), (Texts{"M", "statistics"}));
        QCOMPARE(frozen({"*: rest", "*: unfreeze norm"}),
                 (Texts{"U", "M", "V", "bias", "statistics"}));
        QCOMPARE(frozen({"*: rest", "*: unfreeze"}), Texts{});
        QCOMPARE(frozen({"*: statistics {a} | {b}"}), Texts{"sharing.unknown_factor"});
        const auto plan = resolvePlan(Texts{"*: merged", "l.2: tied", "*: freeze"}, of, by, "").plan;
        QVERIFY(stateOf(plan.layers[0], of[0]) == SharingState::Merged);
        QVERIFY(planFromJson(toJson(plan)) == plan);
    }

    void aLayerWithoutABiasHasNoneInItsPlan() {
        LayerFactors bare = factored("l.1");
        bare.bias = false;
        const std::vector<LayerFactors> of{bare, factored("l.2")};
        const Texts by{"a", "b", "c"};
        for (const char* rule : {"*: tied", "*: merged", "*: factors shared", "*: separate"}) {
            const PlanResolution resolution = resolvePlan(Texts{rule}, of, by, "");
            const LayerPlan& plan = resolution.plan.layers[0];
            QVERIFY(resolution.problems.empty() && !checkPlan(resolution.plan, of, by));
            QVERIFY(!plan.hasBias() && plan.part("bias") == nullptr);
            QVERIFY(stateOf(plan, bare).has_value());
            QVERIFY(stateOf(plan, bare) == stateOf(resolution.plan.layers[1], of[1]));
            QVERIFY(plan.kernels() == resolution.plan.layers[1].kernels());
            QVERIFY(planFromJson(toJson(resolution.plan)) == resolution.plan);
            QVERIFY(!toJson(resolution.plan)["layers"][0].contains("bias"));
            // And one that has a plan with a bias is another layer.
            QCOMPARE(checkPlan(resolution.plan, std::vector{of[1], of[1]}, by)->code,
                     std::string("plan.layers"));
        }
        QCOMPARE(resolvePlan(Texts{"l.1: bias {a} | {b, c}"}, of, by, "").problems.front().code,
                 std::string("sharing.unknown_factor"));
        // Where some layers have one the rule is for these; frozen whole, no bias is missing.
        const auto plan = resolvePlan(Texts{"*: bias {a} | {b, c}", "*: freeze"}, of, by, "").plan;
        QCOMPARE(plan.layers[1].bias.groups.size(), std::size_t{2});
        QCOMPARE(plan.layers[0].frozen, (Texts{"U", "M", "V", "norm"}));
        QVERIFY(plan.layers[0].isAllFrozen() && plan.layers[1].isAllFrozen());
    }

    void anyPlanIsValidOrAnsweredWithWhatIsWrong() {
        // Random plans of three layers, half of them damaged in one place.
        const std::vector<LayerFactors> of{factored("l.1"), plain("l.2"), branched("l.3")};
        const Texts by{"a", "b", "c"};
        std::mt19937 random(7);
        const auto any = allLabelings(3);
        int valid = 0, refused = 0;
        for (int round = 0; round < 4000; ++round) {
            SharingPlan plan = resolvePlan(Texts{}, of, by, "").plan;
            const auto partition = [&] { return fromLabels(any[random() % any.size()]); };
            for (LayerPlan& layer : plan.layers) {
                for (Partition& own : layer.partitions)
                    own = partition();
                layer.bias = partition();
                layer.norm = partition();
                layer.merged = layer.layer != "l.3" && random() % 2 == 0;
                for (const std::string& factor : layer.factors)
                    if (random() % 3 == 0)
                        layer.frozen.push_back(factor);
            }
            LayerPlan& layer = plan.layers[random() % 3];
            std::string code;
            switch (round % 14) {
            case 0: layer.partitions[0].groups.pop_back(); code = "plan.groups"; break;
            case 1: layer.bias.groups.push_back(0b001); code = "plan.groups"; break;
            case 2: layer.norm.groups[0] |= 0b1000; code = "plan.groups"; break;
            case 3: layer.frozen.push_back("Q"); code = "plan.frozen"; break;
            case 4: plan.layers[2].merged = true; code = "sharing.not_linear"; break;
            case 5: layer.factors[0] = "Q"; code = "plan.layers"; break;
            case 6: layer.partitions.pop_back(); code = "plan.layers"; break;
            default: break;
            }
            const auto problem = checkPlan(plan, of, by);
            QCOMPARE(problem ? problem->code : std::string(), code);
            (problem ? refused : valid) += 1;
            if (!problem)
                QVERIFY(planFromJson(toJson(plan)) == plan);
        }
        QVERIFY(valid > 1000 && refused > 1000);
    }
};

QTEST_APPLESS_MAIN(SharingPlanTest)
#include "tst_sharing_plan.moc"
