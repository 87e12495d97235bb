// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_design.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <array>
#include <functional>

using namespace concertina;

namespace {

constexpr std::array<int, 3> outputs{13, 1, 3};
const Partition one{{0b111}};
const Partition own{{0b001, 0b010, 0b100}};
const Partition pair{{0b011, 0b100}};

DesignResult design(const ExperimentSpec& spec) {
    return designNetwork(spec, testCatalogue(), outputs);
}

ExperimentSpec sharing(const Texts& rules) {
    ExperimentSpec spec = testSpec();
    spec.network.sharing = rules;
    return spec;
}

Partition routes(const Texts& rules, Moving moving) {
    return gradientRoutes(design(sharing(rules)).design, moving, 0).passes;
}

} // namespace

class NetworkDesignTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sharedLayersComeFirstAndHeadsBehindThem() {
        const DesignResult result = design(testSpec());
        QCOMPARE(result.problems, Problems{});
        Texts names;
        for (const Layer& layer : result.design.graph.layers)
            names.push_back(layer.name);
        QCOMPARE(names, (Texts{"enc1.1", "enc2.1", "dec2.1", "dec1.1", "head.segmentation.1",
                               "head.segmentation.2", "head.depth.1", "head.depth.2",
                               "head.normal.1", "head.normal.2"}));
        QCOMPARE(result.design.plan.layers.size(), std::size_t{4});
        QCOMPARE(result.design.layers.size(), names.size());
        QCOMPARE(result.design.taskCount(), 3);
    }

    void headsAreAThreeByThreeAndAOneByOneWithTheTasksOutputs() {
        const NetworkDesign network = design(testSpec()).design;
        for (std::size_t task = 0; task < 3; ++task) {
            const Node& output = network.graph.node(network.graph.outputs[task]);
            QCOMPARE(output.channels, outputs[task]);
            QCOMPARE(output.height, 16);
            QCOMPARE(output.width, 24);
            QCOMPARE(output.task, static_cast<int>(task));
            const KernelShape& last = network.graph.layer(output.layer).kernel;
            QVERIFY(last == (KernelShape{.out = outputs[task], .in = 8}));
            const Node& middle = network.graph.node(output.inputs.front());
            QVERIFY(network.graph.layer(middle.layer).kernel
                    == (KernelShape{.out = 8, .in = 8, .height = 3, .width = 3, .padding = 1}));
        }
    }

    void laterKernelRecordsWinAndHeadsArePlain() {
        ExperimentSpec spec = testSpec();
        spec.network.kernels = {{"*", {"factored", {{"rank", 0.5}}}},
                                {"enc*", {"plain", Json::object()}},
                                {"enc2.*", {"factored", {{"core", "diagonal"}}}}};
        const NetworkDesign network = design(spec).design;
        Texts ids;
        for (const LayerDesign& layer : network.layers)
            ids.push_back(layer.method.id);
        QCOMPARE(Texts(ids.begin(), ids.begin() + 4),
                 (Texts{"plain", "factored", "factored", "factored"}));
        QCOMPARE(Texts(ids.begin() + 4, ids.end()), Texts(6, "plain"));
        // Options are complete: those that were given, and the defaults.
        QVERIFY(network.layers[1].method.options
                == Json({{"matricization", "channel"}, {"core", "diagonal"}, {"rank", 1.0}}));
        QVERIFY(network.layers[2].method.options
                == Json({{"matricization", "channel"}, {"core", "full"}, {"rank", 0.5}}));
        QCOMPARE(network.layers[1].factors.factors[1].shape.size(), std::size_t{1});
    }

    void layersThatNoRecordNamesArePlain() {
        ExperimentSpec spec = testSpec();
        spec.network.kernels = {{"dec*", {"factored", Json::object()}}};
        const NetworkDesign network = design(spec).design;
        QCOMPARE(network.layers[0].method.id, std::string("plain"));
        QCOMPARE(network.layers[0].composeCost, 0.0);
        QVERIFY(network.layers[3].composeCost > 0);
    }

    void kernelPatternThatMatchesNoLayerIsReportedAndMayNotNameHeads() {
        ExperimentSpec spec = testSpec();
        spec.network.kernels.push_back({"encc1.1", {"plain", Json::object()}});
        spec.network.kernels.push_back({"head.*", {"plain", Json::object()}});
        const Problems problems = design(spec).problems;
        QCOMPARE(codesAndPaths(problems), (Texts{"kernels.no_layer at network.kernels.1.layers",
                                                 "kernels.no_layer at network.kernels.2.layers"}));
        QCOMPARE(problems[0].hint, std::string("did you mean \"enc1.1\"?"));
        QCOMPARE(problems[1].hint, std::string("one of: enc1.1, enc2.1, dec2.1, dec1.1"));
    }

    void rulesMayNotNameHeads() {
        QCOMPARE(codesAndPaths(design(sharing({"head.*: separate"})).problems),
                 Texts{"sharing.no_layer at network.sharing.0"});
    }

    void backbonesProblemsNameItsOptionsOrItself() {
        ExperimentSpec spec = testSpec();
        spec.data.height = 8;
        spec.network.backbone.options = {{"stages", 4}};
        QCOMPARE(codesAndPaths(design(spec).problems),
                 Texts{"backbone.small_image at network.backbone.options.stages"});
        spec = testSpec();
        spec.network.backbone.options = {{"channels", 1}, {"width", 0.01}};
        QCOMPARE(codesAndPaths(design(spec).problems),
                 Texts{"backbone.no_channels at network.backbone"});
    }

    void concatDecoderIsDesignedAsWell() {
        ExperimentSpec spec = testSpec();
        spec.network.backbone.options = {{"decoder", "concat"}, {"convolutions", 2}};
        spec.network.sharing = {"enc2*: separate"};
        const DesignResult result = design(spec);
        QCOMPARE(result.problems, Problems{});
        QCOMPARE(result.design.tree.outputs.size(), std::size_t{3});
    }

    void headsPlanIsTheirTasksAlone() {
        const NetworkDesign network = design(sharing({"enc1.1: separate"})).design;
        QVERIFY(network.layerPlan(0) == network.plan.layers[0]);
        const LayerPlan head = network.layerPlan(6); // head.depth.1
        QCOMPARE(head.layer, std::string("head.depth.1"));
        QVERIFY(head.kernels() == (Partition{{0b010}}) && head.norm == (Partition{{0b010}}));
        QCOMPARE(head.factors, Texts{"W"});
    }

    void networkTakesAnotherPlanOfItsLayers() {
        const NetworkDesign tied = design(testSpec()).design;
        const NetworkDesign separate = design(sharing({"enc2.1: separate"})).design;
        const auto changed = withPlan(tied, separate.plan);
        QVERIFY(changed);
        QVERIFY(changed->plan == separate.plan);
        QCOMPARE(changed->tree.nodes.size(), separate.tree.nodes.size());
        QVERIFY(changed->tree.nodes.size() > tied.tree.nodes.size());
    }

    void planOfAnotherNetworkIsRefused() {
        const NetworkDesign network = design(testSpec()).design;
        const auto refused = [&](const std::function<void(SharingPlan&)>& change) {
            SharingPlan plan = network.plan;
            change(plan);
            const auto changed = withPlan(network, std::move(plan));
            return !changed && changed.error().code == "plan.layers";
        };
        QVERIFY(!refused([](SharingPlan&) {}));
        QVERIFY(refused([](SharingPlan& plan) { plan.layers.pop_back(); }));
        QVERIFY(refused([](SharingPlan& plan) { plan.layers[1].layer = "x"; }));
        QVERIFY(refused([](SharingPlan& plan) { plan.layers[1].factors[0] = "W"; }));
        QVERIFY(refused([](SharingPlan& plan) { std::swap(plan.tasks[0], plan.tasks[1]); }));
    }

    void routesAreOneWhereNothingIsMerged() {
        for (const char* rule : {"*: tied", "*: factors shared", "*: separate"})
            for (const Moving moving : {Moving::All, Moving::Cores, Moving::NonCore})
                QVERIFY(routes({rule}, moving) == one);
    }

    void mergedCoresNeedEachTasksGradientWhileTheyMove() {
        QVERIFY(routes({"*: merged"}, Moving::All) == own);
        QVERIFY(routes({"*: merged"}, Moving::Cores) == own);
        QVERIFY(routes({"*: merged"}, Moving::NonCore) == one);
        QVERIFY(routes({"enc1.1: {segmentation, depth} | {normal} merged"}, Moving::All) == pair);
    }

    void otherFactorsOfMergedLayersCountWhileTheyMove() {
        const Texts rules{"enc1.1: merged", "enc1.1: V {segmentation, depth} | {normal}"};
        QVERIFY(routes(rules, Moving::All) == own);
        QVERIFY(routes(rules, Moving::Cores) == own);
        QVERIFY(routes(rules, Moving::NonCore) == pair);
    }

    void biasesOfMergedLayersAlwaysMove() {
        const Texts rules{"enc1.1: merged", "enc1.1: bias {segmentation, depth} | {normal}"};
        QVERIFY(routes(rules, Moving::NonCore) == pair);
    }

    void sampledRoutingHasTwoPassesAndTurns() {
        ExperimentSpec spec = sharing({"*: merged"});
        spec.network.routing = Routing::Sampled;
        const NetworkDesign network = design(spec).design;
        for (const int step : {0, 1, 2, 3}) {
            const GradientRoutes routes = gradientRoutes(network, Moving::All, step);
            QCOMPARE(routes.passes.groups.size(), std::size_t{2});
            QCOMPARE(routes.turn, taskBit(step % 3));
            QCOMPARE(routes.turns, 3);
            for (int task = 0; task < 3; ++task)
                QCOMPARE(routes.weight(taskBit(task)), task == step % 3 ? 3.0 : 0.0);
            QCOMPARE(routes.weight(0b111), 1.0);
        }
        // Where the cores rest there is nothing to be routed, and of two groups both are exact.
        QVERIFY(gradientRoutes(network, Moving::NonCore, 0).passes == one);
        spec.network.sharing = {"*: {segmentation, depth} | {normal} merged"};
        const GradientRoutes two = gradientRoutes(design(spec).design, Moving::All, 1);
        QVERIFY(two.passes == pair);
        QCOMPARE(two.weight(0b011), 1.0);
    }

    void routesRefineAllMergedLayers() {
        QVERIFY(routes({"enc1.1: {segmentation, depth} | {normal} merged",
                        "enc2.1: {segmentation} | {depth, normal} merged"},
                       Moving::All)
                == own);
    }

    void factorsMoveInTheirTurn() {
        const LayerFactors factored{"x", {{"U", {1}, false}, {"M", {1}, true}}};
        const LayerFactors plain{"x", {{"W", {1}, false}}};
        for (const FactorInfo& factor : factored.factors) {
            QVERIFY(moves(factored, factor, Moving::All));
            QCOMPARE(moves(factored, factor, Moving::Cores), factor.core);
            QCOMPARE(moves(factored, factor, Moving::NonCore), !factor.core);
        }
        // A kernel without a core always moves.
        for (const Moving moving : {Moving::All, Moving::Cores, Moving::NonCore})
            QVERIFY(moves(plain, plain.factors[0], moving));
    }
};

QTEST_APPLESS_MAIN(NetworkDesignTest)
#include "tst_network_design.moc"
