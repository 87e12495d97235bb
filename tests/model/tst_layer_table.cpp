// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/costs.h"
#include "core/model/graph_builder.h"
#include "core/model/layer_table.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <array>

using namespace concertina;

namespace {

constexpr std::array<int, 3> outputs{13, 1, 3};

NetworkDesign designOf(ExperimentSpec spec) {
    DesignResult result = designNetwork(spec, testCatalogue(), outputs);
    if (!result.problems.empty())
        qFatal("%s", toText(result.problems).c_str());
    return std::move(result.design);
}

ExperimentSpec shared(const std::string& parametrization, const Texts& sharing) {
    ExperimentSpec spec = testSpec();
    spec.data.height = spec.data.width = 8;
    spec.network.backbone.options = {{"stages", 1}, {"channels", 4}};
    spec.network.kernels = {{"*", {parametrization, Json::object()}}};
    spec.network.sharing = sharing;
    return spec;
}

const LayerRow& rowOf(const LayerTable& table, std::string_view name) {
    const auto found = std::ranges::find(table.rows, name, &LayerRow::name);
    if (found == table.rows.end())
        qFatal("no layer %s", std::string(name).c_str());
    return *found;
}

/// Of the node that a graph ends in.
ReceptiveField fieldOf(GraphBuilder& builder) {
    return receptiveFields(builder.take()).back();
}

} // namespace

class LayerTableTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// 3 × 3 twice see 5; a stride of 2 doubles what comes behind it (Araujo 2019, section 2).
    void fieldsOfChainsAreCountedByHand() {
        GraphBuilder twice(3, 64, 64);
        twice.conv("b", twice.conv("a", 0, 4, 3), 4, 3);
        QCOMPARE(fieldOf(twice), (ReceptiveField{5, 1}));

        GraphBuilder strided(3, 64, 64);
        int x = strided.conv("a", 0, {.channels = 4, .kernel = 7, .stride = 2});
        QCOMPARE(receptiveFields(strided.graph()).back(), (ReceptiveField{7, 2}));
        x = strided.maxPool("pool", x, {.size = 3, .stride = 2, .padding = 1});
        QCOMPARE(receptiveFields(strided.graph()).back(), (ReceptiveField{11, 4}));
        strided.conv("b", x, {.channels = 4, .kernel = 3, .dilation = 2});
        QCOMPARE(fieldOf(strided), (ReceptiveField{11 + 2 * 2 * 4, 4}));
    }

    void ofSeveralWaysTheLargestCounts() {
        GraphBuilder builder(3, 64, 64);
        const int wide = builder.conv("wide", 0, {.channels = 4, .kernel = 5, .stride = 2});
        const int narrow = builder.conv("narrow", 0, {.channels = 4, .kernel = 1, .stride = 2});
        builder.sum("sum", {narrow, wide});
        QCOMPARE(receptiveFields(builder.graph()).back(), (ReceptiveField{5, 2}));
        builder.concat("cat", {wide, narrow});
        QCOMPARE(fieldOf(builder), (ReceptiveField{5, 2}));
    }

    void upsamplingDividesTheJump() {
        GraphBuilder builder(3, 64, 64);
        const int skip = builder.conv("a", 0, 4, 3);    // 3, 1
        const int pool = builder.maxPool("pool", skip); // 4, 2
        const int deep = builder.conv("b", pool, 4, 3); // 8, 2
        const auto last = [&] { return receptiveFields(builder.graph()).back(); };
        QCOMPARE(last(), (ReceptiveField{8, 2}));
        builder.upsample("nearest", deep, skip, Interpolation::Nearest);
        QCOMPARE(last(), (ReceptiveField{8, 1}));
        // Between two pixels that lie 2 apart.
        builder.upsample("bilinear", deep, skip);
        QCOMPARE(last(), (ReceptiveField{10, 1}));
        builder.maxUnpool("unpool", deep, pool);
        QCOMPARE(last(), (ReceptiveField{8, 1}));
        // Of the same size it changes nothing.
        builder.upsample("same", deep, pool);
        QCOMPARE(last(), (ReceptiveField{8, 2}));
    }

    void behindAGlobalPoolingItIsTheWholeImage() {
        GraphBuilder builder(3, 64, 64);
        const int a = builder.conv("a", 0, {.channels = 4, .kernel = 3, .stride = 2});
        const int mean = builder.globalPool("mean", a);
        const int fc = builder.linear("fc", mean, 4);
        QVERIFY(receptiveFields(builder.graph()).back().wholeImage);
        const int spread = builder.upsample("spread", fc, a);
        builder.concat("cat", {a, spread});
        const auto fields = receptiveFields(builder.take());
        QVERIFY(fields.back().wholeImage);
        QVERIFY(!fields[static_cast<std::size_t>(a)].wholeImage);
    }

    /// enc1.1 (3 → 4) on 8 × 8, pooling, unpooling, dec1.1 (4 → 4), heads 4 → 4 → outputs.
    void rowsAreCountedByHand() {
        const LayerTable table = layerTable(designOf(shared("plain", {"*: tied"})));
        QCOMPARE(table.rows.size(), std::size_t{8});
        const LayerRow& first = rowOf(table, "enc1.1");
        QCOMPARE(first.kind(), std::string("3 × 3"));
        QVERIFY(first.input == (FeatureSize{3, 8, 8}) && first.output == (FeatureSize{4, 8, 8}));
        QVERIFY(first.bias && first.norm);
        QCOMPARE(first.parameters, 4.0 * 3 * 9 + 4 + 8);
        QCOMPARE(first.trained, first.parameters);
        QCOMPARE(first.collapsed, 4.0 * 3 * 9 + 4);
        QCOMPARE(first.multiplyAdds, 4.0 * 3 * 9 * 64);
        QCOMPARE(first.field, (ReceptiveField{3, 1}));
        QCOMPARE(first.kernels, 1);
        QCOMPARE(first.sharing, std::string("tied"));
        QCOMPARE(first.method, std::string("plain"));
        // 3, pooled 4, unpooled to the image's pixels, 3 × 3 more.
        QCOMPARE(rowOf(table, "dec1.1").field, (ReceptiveField{6, 1}));
        const LayerRow& head = rowOf(table, "head.depth.2");
        QCOMPARE(head.kind(), std::string("1 × 1"));
        QCOMPARE(head.sharing, std::string("head of depth"));
        QVERIFY(!head.norm);
        QCOMPARE(head.parameters, 4.0 + 1);
        QCOMPARE(head.multiplyAdds, 4.0 * 64);
        QCOMPARE(head.field, (ReceptiveField{8, 1}));
    }

    void whatIsExpandedAndPartedIsCounted() {
        const LayerTable table =
            layerTable(designOf(shared("factored", {"*: tied", "dec*: separate"})));
        const LayerRow& tied = rowOf(table, "enc1.1");
        // U 4 × 4, M 4 × 4, V 4 × 27, bias, γ and β; one kernel.
        QCOMPARE(tied.trained, 16.0 + 16 + 108 + 4 + 8);
        QCOMPARE(tied.parameters, 4.0 * 27 + 4 + 8);
        const LayerRow& parted = rowOf(table, "dec1.1");
        QCOMPARE(parted.kernels, 3);
        QCOMPARE(parted.sharing, std::string("separate"));
        QCOMPARE(parted.trained, 3 * (16.0 + 16 + 4 * 36 + 4 + 8));
        QCOMPARE(parted.multiplyAdds, 3 * 4.0 * 36 * 64);
        QCOMPARE(parted.collapsed, 3 * (4.0 * 36 + 4));
    }

    void totalsAreTheNetworksCosts_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("rule");
        for (const char* rule :
             {"*: tied", "*: separate", "*: norm {segmentation} | {depth, normal}",
              "dec*: {segmentation, depth} | {normal} separate"})
            QTest::addRow("plain, %s", rule) << "plain" << rule;
        for (const char* rule : {"*: tied", "*: separate", "*: merged", "*: factors shared"})
            QTest::addRow("factored, %s", rule) << "factored" << rule;
    }

    void totalsAreTheNetworksCosts() {
        QFETCH(QString, parametrization);
        QFETCH(QString, rule);
        for (const char* decoder : {"unpool", "concat"}) {
            ExperimentSpec spec = testSpec();
            spec.network.backbone.options["decoder"] = decoder;
            spec.network.kernels = {{"*", {parametrization.toStdString(), Json::object()}}};
            spec.network.sharing = {rule.toStdString()};
            const NetworkDesign design = designOf(spec);
            const NetworkCosts costs = networkCosts(design, {});
            const LayerTable table = layerTable(design);
            QCOMPARE(table.total.trained, costs.trainedParameters);
            QCOMPARE(table.total.collapsed, costs.collapsedParameters);
            QCOMPARE(table.total.multiplyAdds, costs.multiplyAdds);
            // Each layer is in it once, in the order of the network.
            QCOMPARE(table.rows.size(), design.layers.size());
            QCOMPARE(table.rows.front().name, std::string("enc1.1"));
        }
    }

    void textAndJsonSayTheSame() {
        const LayerTable table = layerTable(designOf(shared("plain", {"*: tied"})));
        const TableRows people = tableRows(table, false), programs = tableRows(table, true);
        QCOMPARE(people.size(), table.rows.size() + 2);
        for (const TableRows* rows : {&people, &programs})
            for (const auto& row : *rows)
                QCOMPARE(row.size(), layerColumns().size());
        QCOMPARE(programs[1], (Texts{"enc1.1", "3 × 3", "1", "1", "3 × 8 × 8", "4 × 8 × 8", "3",
                                     "1", "tied", "plain", "1", "120", "120", "112", "6912"}));
        QCOMPARE(people[1].back(), std::string("6.91 k"));
        QCOMPARE(programs.back().front(), std::string("total"));
        const Json json = toJson(table.rows.front());
        QVERIFY(json["output"] == Json::parse("[4, 8, 8]"));
        QVERIFY(json["receptive_field"] == Json(3.0));
        QVERIFY(json["multiply_adds"] == Json(6912.0));
        QVERIFY(!toJson(table.total).contains("output"));
    }

    void kindsAreNamed() {
        LayerRow row{.kernel = {.out = 8, .in = 8, .height = 3, .width = 3, .groups = 4},
                     .input = {8, 4, 4},
                     .output = {8, 4, 4}};
        QCOMPARE(row.kind(), std::string("3 × 3, 4 groups"));
        row.kernel.groups = 8;
        QCOMPARE(row.kind(), std::string("3 × 3, depthwise"));
        row.kernel = {.out = 8, .in = 8};
        QCOMPARE(row.kind(), std::string("1 × 1"));
        row.input = row.output = {8, 1, 1};
        QCOMPARE(row.kind(), std::string("linear"));
    }
};

QTEST_GUILESS_MAIN(LayerTableTest)
#include "tst_layer_table.moc"
