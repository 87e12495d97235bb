// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/graph_builder.h"
#include "core/model/sharing_map.h"
#include "tests/model/map_checks.h"
#include "tests/model/map_networks.h"
#include "tests/printing.h"

#include <QTest>

#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

const Texts tasks{"a", "b", "c"};

NetworkDesign segnet(std::vector<std::string> rules, const std::string& kernels = "factored") {
    return mapNetwork(realBackbone(*backbones()[0]), tasks, std::move(rules), kernels);
}

Texts labelsOf(const MapLayout& map) {
    Texts labels;
    for (const MapColumn& column : map.columns)
        labels.push_back(column.label);
    return labels;
}

std::size_t columnNamed(const MapLayout& map, const std::string& label) {
    for (std::size_t c = 0; c < map.columns.size(); ++c)
        if (map.columns[c].label == label)
            return c;
    qFatal("no column is called %s", label.c_str());
}

/// "enc1→dec1 max_unpool".
Texts skipsOf(const MapLayout& map) {
    Texts texts;
    for (const MapSkip& skip : map.skips) {
        std::string text = skip.from == MapSkip::Image ? "image" : map.columns[skip.from].label;
        for (const std::size_t column : skip.through)
            text += "→" + map.columns[column].label;
        text += "→" + (skip.to < map.columns.size() ? map.columns[skip.to].label : "heads");
        texts.push_back(text + " " + opName(skip.op) + " " + std::to_string(skip.lane));
    }
    return texts;
}

std::vector<TaskSet> groupsAt(const MapLayout& map, const std::string& label) {
    std::vector<TaskSet> groups;
    for (const MapStation& station : map.stationsOf(columnNamed(map, label)))
        groups.push_back(station.tasks);
    return groups;
}

using Sets = std::vector<TaskSet>;

/// A block whose sum goes around two layers, and one whose shortcut has a layer of its own.
LayerGraph residual() {
    GraphBuilder builder(3, 8, 8);
    const int stem = builder.convNormRelu("stem.1", 0, 4, 3);
    const int one =
        builder.convNormRelu("res1.2", builder.convNormRelu("res1.1", stem, 4, 3), 4, 3);
    LayerGraph graph = builder.take();
    const auto add = [&graph](const std::string& name, std::vector<int> inputs) {
        Node sum = graph.nodes.back();
        sum.op = Op::Add;
        sum.name = name;
        sum.layer = -1;
        sum.inputs = std::move(inputs);
        return graph.add(std::move(sum));
    };
    const int first = add("add1", {stem, one});
    GraphBuilder behind(std::move(graph));
    const int wide =
        behind.convNormRelu("res2.2", behind.convNormRelu("res2.1", first, 4, 3), 4, 3);
    const int shortcut = behind.convNormRelu("short.1", first, 4, 1);
    graph = behind.take();
    add("add2", {shortcut, wide});
    return graph;
}

} // namespace

class SharingMapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aResNetHasASkipABlockAndShortcutsThatAreLayers() {
        const MapLayout map = mapLayout(mapNetwork(realBackbone(*backbones()[2]), tasks));
        QCOMPARE(labelsOf(map),
                 (Texts{"conv1", "layer1.0", "layer1.1", "layer2.0", "layer2.0.downsample.0",
                        "layer2.1", "layer3.0", "layer3.0.downsample.0", "layer3.1", "layer4.0",
                        "layer4.0.downsample.0", "layer4.1"}));
        std::set<std::string> skips;
        for (const std::string& skip : skipsOf(map))
            skips.insert(skip.substr(0, skip.rfind(' '))); // without its lane
        QCOMPARE(skips, (std::set<std::string>{
                            "conv1→layer1.1 add", "layer1.0→layer2.0 add",
                            "layer1.1→layer2.0.downsample.0→layer2.1 add",
                            "layer2.0→layer3.0 add",
                            "layer2.1→layer3.0.downsample.0→layer3.1 add",
                            "layer3.0→layer4.0 add",
                            "layer3.1→layer4.0.downsample.0→layer4.1 add",
                            "layer4.0→heads add"}));
    }

    void likeLayersOfAStageAreOneColumn() {
        const MapLayout map = mapLayout(segnet({"*: tied"}));
        QCOMPARE(labelsOf(map), (Texts{"enc1", "enc2", "enc3", "enc4", "enc5", "dec5", "dec4",
                                       "dec3", "dec2", "dec1"}));
        QCOMPARE(map.columns[2].layers, (std::vector<std::size_t>{4, 5, 6}));
        QVERIFY(map.columns[2].canUnfold);
        QCOMPARE(map.stations.size(), map.columns.size());
        QCOMPARE(map.trunk(), map.columns.size());
        for (const MapLine& line : map.lines)
            QCOMPARE(line.stations.size(), map.columns.size());
    }

    void unfoldedStagesHaveAColumnALayer() {
        const MapLayout map = mapLayout(segnet({"*: tied"}), {"enc3"});
        const Texts labels = labelsOf(map);
        QCOMPARE(Texts(labels.begin() + 2, labels.begin() + 5),
                 (Texts{"enc3.1", "enc3.2", "enc3.3"}));
        QVERIFY(map.columns[3].canFold && !map.columns[3].canUnfold);
        QCOMPARE(map.columnOf(5), std::size_t{3});
        QCOMPARE(map.columnOf(999), map.columns.size());
    }

    void layersThatDifferHaveColumnsOfTheirOwn() {
        const MapLayout map = mapLayout(segnet({"*: tied", "enc3.3: merged"}));
        QCOMPARE(labelsOf(map)[2], std::string("enc3.1–2"));
        QCOMPARE(labelsOf(map)[3], std::string("enc3.3"));
        QVERIFY(map.columns[3].merged && !map.columns[2].merged);
    }

    void linesPartWhereKernelsDoAndStayApart() {
        const MapLayout map =
            mapLayout(segnet({"*: tied", "dec3*: {a, c} | {b} separate", "dec2*: separate"}));
        QCOMPARE(map.order, (std::vector<int>{0, 2, 1}));
        QCOMPARE(groupsAt(map, "dec4"), Sets{0b111});
        QCOMPARE(groupsAt(map, "dec3"), (Sets{0b101, 0b010}));
        QCOMPARE(groupsAt(map, "dec2"), (Sets{0b001, 0b100, 0b010}));
        QCOMPARE(groupsAt(map, "dec1"), (Sets{0b001, 0b100, 0b010}));
        const auto dec3 = map.stationsOf(columnNamed(map, "dec3"));
        QCOMPARE(dec3[0].y, 0.5); // the heads of a and c are at 0 and 1
        QCOMPARE(dec3[1].y, 2.0);
        QCOMPARE(map.slot(dec3[0], 0), -0.5);
        QCOMPARE(map.slot(dec3[0], 2), 0.5);
        QCOMPARE(map.trunk(), columnNamed(map, "dec3"));
        // dec1 is tied: its weights are one kernel at three stations.
        for (const MapStation& station : map.stationsOf(columnNamed(map, "dec1")))
            QCOMPARE(station.weights, TaskSet{0b111});
        QCOMPARE(dec3[0].weights, TaskSet{0b101});
        QCOMPARE(dec3[1].kernel, 1);
    }

    void linesPartBehindAStationWhereNormsAreTheirOwn() {
        const MapLayout map = mapLayout(segnet({"*: tied", "enc5.3: norm {a} | {b, c}"}));
        QCOMPARE(groupsAt(map, "enc5.3"), Sets{0b111});
        QCOMPARE(groupsAt(map, "dec5"), (Sets{0b001, 0b110}));
    }

    void sharedFactorsJoinWhatRunsApart() {
        const MapLayout map = mapLayout(segnet({"*: tied", "dec1*: factors shared"}));
        for (const MapStation& station : map.stationsOf(columnNamed(map, "dec1"))) {
            QCOMPARE(taskCount(station.weights), 1);
            QCOMPARE(station.joined, TaskSet{0b111});
        }
    }

    void frozenStationsAreKnown() {
        NetworkDesign design =
            segnet({"*: tied", "dec1*: separate", "enc1*: freeze", "enc2*: freeze U"});
        QCOMPARE(mapLayout(design).stations[0].frozen, MapFrozen::All);
        QCOMPARE(mapLayout(design).stations[1].frozen, MapFrozen::Some);
        QCOMPARE(mapLayout(design).stations[2].frozen, MapFrozen::None);
        design.plan.resting = 0b010; // all that b uses, and no more
        const MapLayout map = mapLayout(design);
        QCOMPARE(map.stations[2].frozen, MapFrozen::All);
        const auto dec1 = map.stationsOf(columnNamed(map, "dec1"));
        QCOMPARE(dec1[0].frozen, MapFrozen::None);
        QCOMPARE(dec1[1].frozen, MapFrozen::All);
    }

    void poolingIndicesAndConcatenationsAreSkips() {
        QCOMPARE(
            skipsOf(mapLayout(segnet({"*: tied"}))),
            (Texts{"enc5→dec5 max_unpool 0", "enc4→dec4 max_unpool 1", "enc3→dec3 max_unpool 2",
                   "enc2→dec2 max_unpool 3", "enc1→dec1 max_unpool 4"}));
        const MapLayout map = mapLayout(mapNetwork(realBackbone(*backbones()[1]), tasks));
        QCOMPARE(skipsOf(map), (Texts{"enc4→dec4 concat 0", "enc3→dec3 concat 1",
                                      "enc2→dec2 concat 2", "enc1→dec1 concat 3"}));
        QCOMPARE(map.lanes, 4);
    }

    void residualSumsAndShortcutsAreSkips() {
        const NetworkDesign design = mapNetwork(residual(), tasks);
        const MapLayout folded = mapLayout(design);
        QCOMPARE(labelsOf(folded), (Texts{"stem.1", "res1", "res2", "short.1"}));
        QVERIFY(!folded.columns[3].onWay);
        QCOMPARE(folded.lines[0].stations.size(), std::size_t{3});
        QCOMPARE(skipsOf(folded), (Texts{"stem.1→res2 add 0", "res1→short.1→heads add 1"}));
        const MapLayout unfolded = mapLayout(design, {"res1", "res2"});
        QCOMPARE(skipsOf(unfolded), (Texts{"stem.1→res2.1 add 0", "res1.2→short.1→heads add 1"}));
    }

    void shortcutPartedInAnotherWayDoesNotMoveTheLines() {
        const NetworkDesign design = mapNetwork(
            residual(), tasks,
            {"*: tied", "short*: {a, c} | {b} separate", "res2*: {a, b} | {c} separate"});
        const MapLayout map = mapLayout(design);
        QCOMPARE(map.order, (std::vector<int>{0, 1, 2}));
        QCOMPARE(groupsAt(map, "short.1"), (Sets{0b101, 0b010}));
        QCOMPARE(wrongInLayout(map), std::string());
    }

    void costsAreThoseOfTheCollapsedNetwork() {
        // enc1 of SegNet at an eighth: 3 → 8 → 8 channels, 3 × 3, on 64 × 96 pixels.
        const MapLayout map = mapLayout(segnet({"*: tied"}, "plain"));
        QCOMPARE(map.columns[0].multiplyAdds, (3.0 * 8 + 8 * 8) * 9 * 64 * 96);
        QCOMPARE(map.lines[1].headMultiplyAdds, (8.0 * 8 * 9 + 8 * 2) * 64 * 96);
    }

    void branchesAndWhatIsKeptBehindAreCounted() {
        NetworkDesign design = segnet({"*: tied"}, "plain");
        Fragment& fragment = design.layers[0].fragment;
        fragment.parts = {{.op = Op::Conv, .inputs = {FragmentPart::LayerInput}},
                          {.op = Op::Conv, .name = "1x1", .inputs = {FragmentPart::LayerInput}},
                          {.op = Op::Add, .inputs = {0, 1}},
                          {.op = Op::Conv, .name = "behind", .inputs = {2}, .kept = true}};
        const MapLayout map = mapLayout(design);
        QCOMPARE(map.columns[0].label, std::string("enc1.1")); // it is like no other
        QCOMPARE(map.columns[0].branches, 2);
        QCOMPARE(map.columns[0].keptBehind, 1);
        QCOMPARE(map.columns[1].branches, 1);
    }

    void oneTaskAndNoneAreMapsToo() {
        const MapLayout one = mapLayout(mapNetwork(realBackbone(*backbones()[0]), {"a"}));
        QCOMPARE(one.order, std::vector<int>{0});
        QCOMPARE(wrongInLayout(one), std::string());
        QVERIFY(mapLayout({}) == MapLayout{});
    }

    void planWithProblemsIsDrawnAsFarAsItGoes() {
        const NetworkDesign design = segnet({"*: tied", "dec1*: separate", "nowhere: tied"});
        QVERIFY(design.tree.nodes.empty());
        QCOMPARE(groupsAt(mapLayout(design), "dec1"), (Sets{1, 2, 4}));
    }
};

QTEST_APPLESS_MAIN(SharingMapTest)
#include "tst_sharing_map.moc"
