// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_difference.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <array>

using namespace concertina;

namespace {

/// A network of one task whose convolutions stand one behind the other: a name and the channels of
/// each.
NetworkOutline chainOf(const std::vector<std::pair<std::string, int>>& layers) {
    NetworkOutline network{
        .name = "net", .form = "collapsed", .tasks = {"a"}, .height = 8, .width = 8};
    network.program.instructions.push_back({.op = Op::Input, .name = "image/a"});
    int channels = 3;
    for (const auto& [name, out] : layers) {
        const int at = static_cast<int>(network.program.instructions.size());
        const int tensor = static_cast<int>(network.program.tensors.size());
        network.program.instructions.push_back({.op = Op::Conv,
                                                .name = name + "/a",
                                                .inputs = {at - 1},
                                                .tensors = {tensor, tensor + 1},
                                                .attributes = Convolving{.padding = 1}});
        network.program.tensors.push_back(name + "/kernel/a");
        network.program.tensors.push_back(name + "/bias/a");
        network.shapes.push_back({out, channels, 3, 3});
        network.shapes.push_back({out});
        channels = out;
    }
    network.program.outputs = {static_cast<int>(network.program.instructions.size()) - 1};
    return network;
}

/// "left>right" of each node, in step.
std::vector<std::string> pairsOf(const NetworkDifference& difference) {
    std::vector<std::string> pairs;
    for (const NodeDifference& node : difference.nodes)
        pairs.push_back(leftName(difference, node) + ">" + rightName(difference, node));
    return pairs;
}

std::vector<std::string> whatsOf(const NodeDifference& node) {
    std::vector<std::string> whats;
    for (const StructureFact& fact : node.structure)
        whats.push_back(fact.what);
    return whats;
}

/// One stage, enc1.1 and dec1.1, three tasks, and a head of two convolutions each.
NetworkOutline planOf(const std::string& rule) {
    constexpr std::array<int, 3> outputs{13, 1, 3};
    ExperimentSpec spec = testSpec();
    spec.data.height = spec.data.width = 8;
    spec.network.backbone.options = {{"stages", 1}, {"channels", 4}};
    spec.network.kernels = {{"*", {"factored", Json::object()}}};
    spec.network.sharing = {rule};
    const DesignResult result = designNetwork(spec, testCatalogue(), outputs);
    if (!result.problems.empty())
        qFatal("%s", toText(result.problems.front()).c_str());
    return outlineOf(result.design, rule);
}

} // namespace

class NetworkDifferenceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalNetworksDifferInNothing() {
        const auto network = chainOf({{"one", 4}, {"two", 8}});
        const auto difference = structuralDifference(network, network);
        QVERIFY(!difference.differs());
        QCOMPARE(difference.nodes.size(), 3U);
        QVERIFY(difference.noOutputs.empty());
    }

    void anInsertedLayerStandsWhereItIs() {
        const auto difference = structuralDifference(
            chainOf({{"one", 4}, {"three", 4}}), chainOf({{"one", 4}, {"two", 4}, {"three", 4}}));
        QCOMPARE(pairsOf(difference), (std::vector<std::string>{"image/a>image/a", "one/a>one/a",
                                                                ">two/a", "three/a>three/a"}));
        QVERIFY(difference.nodes[2].isAdded());
        // What follows reads it, which its own row says.
        QVERIFY(!difference.nodes[3].differs());
    }

    void aRemovedLayerStandsWhereItWas() {
        const auto difference = structuralDifference(
            chainOf({{"one", 4}, {"two", 4}, {"three", 4}}), chainOf({{"one", 4}, {"three", 4}}));
        QCOMPARE(pairsOf(difference), (std::vector<std::string>{"image/a>image/a", "one/a>one/a",
                                                                "two/a>", "three/a>three/a"}));
    }

    void renamedLayersAreFoundByWhatTheyAre() {
        // Of three unknown names, the kernel's shape says which two of the others they were.
        const auto difference =
            structuralDifference(chainOf({{"one", 4}, {"b", 8}, {"c", 6}, {"end", 2}}),
                                 chainOf({{"one", 4}, {"x", 8}, {"y", 6}, {"end", 2}}));
        QCOMPARE(pairsOf(difference),
                 (std::vector<std::string>{"image/a>image/a", "one/a>one/a", "b/a>x/a", "c/a>y/a",
                                           "end/a>end/a"}));
        QCOMPARE(whatsOf(difference.nodes[2]), std::vector<std::string>{"name"});
        QVERIFY(difference.nodes[4].structure.empty());
    }

    void attributesAndShapesAreNoted() {
        const auto left = chainOf({{"one", 4}, {"two", 8}});
        auto right = left;
        right.program.instructions[2].attributes =
            Convolving{.stride = 2, .padding = 1, .groups = 4};
        right.shapes[2] = {8, 1, 3, 3};
        const auto difference = structuralDifference(left, right);
        QVERIFY(!difference.nodes[1].differs());
        QCOMPARE(difference.nodes[2].structure,
                 (std::vector<StructureFact>{{"stride", "1", "2"},
                                             {"groups", "1", "4"},
                                             {"kernel", "8 × 4 × 3 × 3", "8 × 1 × 3 × 3"}}));
    }

    void anInputFromElsewhereIsNoted() {
        const auto left = chainOf({{"one", 3}, {"two", 3}, {"three", 3}});
        auto right = left;
        right.program.instructions[3].inputs = {1}; // past "two", which is still there
        const auto difference = structuralDifference(left, right);
        QCOMPARE(whatsOf(difference.nodes[3]), std::vector<std::string>{"inputs"});
    }

    void otherTasksAndSizesSayWhyOutputsAreNotCompared() {
        const auto left = chainOf({{"one", 4}});
        auto right = left;
        right.width = 16;
        QVERIFY(structuralDifference(left, right).noOutputs.find("16 × 8") != std::string::npos);
        right = left;
        right.tasks = {"b"};
        const auto difference = structuralDifference(left, right);
        QVERIFY(difference.differs());
        QCOMPARE(difference.noOutputs, std::string("they differ in their tasks: a | b"));
    }

    void mergedAndSeparatePlansDifferInWhoRunsWhat() {
        const auto difference = structuralDifference(planOf("*: merged"), planOf("*: separate"));
        QCOMPARE(difference.noWeights, std::string("a plan has no weights"));
        QCOMPARE(difference.noOutputs, difference.noWeights);
        // A task each runs a kernel of dec1.1: one is in step with the merged one, two are added.
        std::vector<const NodeDifference*> convolutions;
        for (const NodeDifference& node : difference.nodes) {
            QVERIFY(!node.isRemoved());
            if (rightName(difference, node).starts_with("enc1.1.conv/"))
                convolutions.push_back(&node);
        }
        QCOMPARE(convolutions.size(), 3U);
        QCOMPARE(std::ranges::count_if(convolutions, &NodeDifference::isAdded), 2);
        const auto paired = std::ranges::find_if_not(convolutions, &NodeDifference::isAdded);
        QCOMPARE(whatsOf(**paired), (std::vector<std::string>{"name", "tasks", "sharing"}));
        QCOMPARE((*paired)->structure[1].left, std::string("depth, normal, segmentation"));
        // Tied and merged run the same program; who owns the kernels is what differs.
        const auto merged = structuralDifference(planOf("*: tied"), planOf("*: merged"));
        for (const NodeDifference& node : merged.nodes)
            for (const StructureFact& fact : node.structure)
                QCOMPARE(fact.what, std::string("sharing"));
        QVERIFY(merged.differs());
    }

    void jsonHasEverythingByName() {
        auto difference = structuralDifference(chainOf({{"one", 4}}), chainOf({{"one", 6}}));
        difference.nodes[1].tensors = {
            {.left = "one/bias/a", .right = "one/bias/a", .maxAbs = 0.5}};
        difference.nodes[1].output = OutputDifference{.relativeNorm = 0.25, .relativeMax = 0.5};
        const Json json = toJson(difference, false);
        QCOMPARE(json["nodes"].size(), 1U);
        QCOMPARE(toJson(difference, true)["nodes"].size(), 2U);
        const Json& node = json["nodes"][0];
        QCOMPARE(node["state"].get<std::string>(), std::string("changed"));
        QCOMPARE(node["structure"][0]["what"].get<std::string>(), std::string("kernel"));
        QCOMPARE(node["structure"][0]["right"].get<std::string>(), std::string("6 × 3 × 3 × 3"));
        QCOMPARE(node["tensors"][0]["max_abs_diff"].get<double>(), 0.5);
        QCOMPARE(node["output"]["relative_norm"].get<double>(), 0.25);
        QCOMPARE(json["outputs"]["begins"].get<std::string>(), std::string("one/a"));
        QVERIFY(json["differs"].get<bool>());
        const std::string text = toText(difference, false);
        QVERIFY(text.find("bias by 0.5") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(NetworkDifferenceTest)
#include "tst_network_difference.moc"
