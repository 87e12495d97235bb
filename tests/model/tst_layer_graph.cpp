// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/graph_builder.h"
#include "core/model/layer_graph.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

namespace {

std::vector<int> shapeOf(const LayerGraph& graph, int node) {
    return {graph.node(node).channels, graph.node(node).height, graph.node(node).width};
}

using Shape = std::vector<int>;

} // namespace

class LayerGraphTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void opNamesStandInFilesAndDoNotChange() {
        const std::vector<std::pair<Op, std::string>> frozen{{Op::Input, "input"},
                                                             {Op::Conv, "conv"},
                                                             {Op::Norm, "norm"},
                                                             {Op::ScaleShift, "scale_shift"},
                                                             {Op::Relu, "relu"},
                                                             {Op::Relu6, "relu6"},
                                                             {Op::HardSwish, "hard_swish"},
                                                             {Op::Sigmoid, "sigmoid"},
                                                             {Op::MaxPool, "max_pool"},
                                                             {Op::AveragePool, "average_pool"},
                                                             {Op::GlobalPool, "global_pool"},
                                                             {Op::MaxUnpool, "max_unpool"},
                                                             {Op::Upsample, "upsample"},
                                                             {Op::Concat, "concat"},
                                                             {Op::Add, "add"}};
        for (const auto& [op, name] : frozen) {
            QCOMPARE(std::string(opName(op)), name);
            QCOMPARE(opFromName(name), std::optional(op));
        }
        for (const char* name : {"", "Conv", "conv2d"})
            QVERIFY(!opFromName(name));
    }

    void weightsOfGroupedKernelsCountTheirGroup() {
        QCOMPARE((KernelShape{.out = 64, .in = 64, .height = 3, .width = 3}).weights(), 36864);
        QCOMPARE(
            (KernelShape{.out = 64, .in = 64, .height = 3, .width = 3, .groups = 64}).weights(),
            576);
        // Beyond 32 bits: no overflow.
        QCOMPARE((KernelShape{.out = 65536, .in = 65536, .height = 3, .width = 3}).weights(),
                 std::int64_t{38654705664});
    }

    void layersHaveTheirShapesAndEdges() {
        GraphBuilder builder(3, 9, 14);
        const int relu = builder.convNormRelu("enc1.1", 0, 8, 3);
        const LayerGraph& graph = builder.graph();
        QCOMPARE(graph.nodes.size(), std::size_t{4});
        const Op ops[] = {Op::Input, Op::Conv, Op::Norm, Op::Relu};
        for (int i = 0; i < 4; ++i) {
            QCOMPARE(graph.node(i).op, ops[i]);
            QCOMPARE(shapeOf(graph, i), i == 0 ? (Shape{3, 9, 14}) : (Shape{8, 9, 14}));
            QCOMPARE(graph.node(i).inputs, i == 0 ? std::vector<int>{} : std::vector<int>{i - 1});
            QCOMPARE(graph.node(i).layer, i == 1 || i == 2 ? 0 : -1);
            QCOMPARE(graph.node(i).task, -1);
        }
        QCOMPARE(relu, 3);
        QVERIFY(graph.layer(0).norm);
        QVERIFY(graph.layer(0).kernel
                == (KernelShape{.out = 8, .in = 3, .height = 3, .width = 3, .padding = 1}));
    }

    /// Sizes as PyTorch's documentation gives them: floor((n + 2p − d(k − 1) − 1) / s) + 1.
    void stridesDilationsAndWindowsGiveTheirSizes() {
        GraphBuilder builder(3, 224, 37);
        const auto shape = [&](int node) { return shapeOf(builder.graph(), node); };
        const int conv = builder.convNorm("conv1", 0, {.channels = 8, .kernel = 7, .stride = 2});
        QCOMPARE(shape(conv), (Shape{8, 112, 19}));
        const int pool = builder.maxPool("pool", conv, {.size = 3, .stride = 2, .padding = 1});
        QCOMPARE(shape(pool), (Shape{8, 56, 10}));
        const int wide = builder.conv("a", pool, {.channels = 4, .kernel = 3, .dilation = 6});
        QCOMPARE(shape(wide), (Shape{4, 56, 10}));
        QCOMPARE(builder.graph().layers.back().kernel.padding, 6);
        QVERIFY(builder.graph().layers.back().bias && builder.graph().layers.front().norm);
        const int each = builder.conv(
            "b", wide, {.channels = 4, .kernel = 3, .stride = 2, .groups = 4, .bias = false});
        QCOMPARE(shape(each), (Shape{4, 28, 5}));
        QCOMPARE(builder.graph().layers.back().kernel.weights(), std::int64_t{36});
        QVERIFY(!builder.graph().layers.back().bias);
        QCOMPARE(shape(builder.averagePool("c", each, {.size = 3, .stride = 1})),
                 (Shape{4, 26, 3}));
        const int mean = builder.globalPool("d", each);
        QCOMPARE(shape(mean), (Shape{4, 1, 1}));
        QCOMPARE(shape(builder.linear("fc", mean, 10)), (Shape{10, 1, 1}));
        QCOMPARE(shape(builder.upsample("e", mean, conv, Interpolation::Nearest)),
                 (Shape{4, 112, 19}));
        QCOMPARE(shape(builder.sum("f", {wide, wide})), (Shape{4, 56, 10}));
        // What does not fit is empty, and never negative.
        QCOMPARE(sideBehind(1, Pooling{}), 0);
        QCOMPARE(sideBehind(2, 3, Convolving{}), 0);
    }

    void poolingDropsOddBordersAndUnpoolingBringsThemBack() {
        GraphBuilder builder(3, 9, 14);
        const int conv = builder.convNormRelu("enc1.1", 0, 8, 3);
        const int pool = builder.maxPool("pool1", conv);
        QCOMPARE(shapeOf(builder.graph(), pool), (Shape{8, 4, 7}));
        const int deep = builder.convNormRelu("enc2.1", pool, 8, 3);
        const int unpool = builder.maxUnpool("unpool1", deep, pool);
        QCOMPARE(shapeOf(builder.graph(), unpool), (Shape{8, 9, 14}));
        QCOMPARE(builder.graph().node(unpool).inputs, (std::vector<int>{deep, pool}));
    }

    void upsamplingTakesASizeAndConcatAddsChannels() {
        GraphBuilder builder(3, 9, 14);
        const int skip = builder.convNormRelu("enc1.1", 0, 8, 3);
        const int deep = builder.convNormRelu("enc2.1", builder.maxPool("pool1", skip), 16, 3);
        const int up = builder.upsample("up1", deep, skip);
        QCOMPARE(shapeOf(builder.graph(), up), (Shape{16, 9, 14}));
        const int cat = builder.concat("cat1", {up, skip, up});
        QCOMPARE(shapeOf(builder.graph(), cat), (Shape{40, 9, 14}));
        const int next = builder.conv("dec1.1", cat, 4, 1);
        QCOMPARE(builder.graph().layer(builder.graph().node(next).layer).kernel.in, 40);
    }

    void headsBelongToTheirTask() {
        GraphBuilder start(3, 8, 8);
        start.convNormRelu("enc1.1", 0, 8, 3);
        GraphBuilder builder(start.take());
        builder.startHead(1);
        builder.output(builder.conv("head.x.1", 3, 1, 1));
        const LayerGraph graph = builder.take();
        QCOMPARE(graph.nodes.back().task, 1);
        QCOMPARE(graph.layers.back().task, 1);
        QVERIFY(!graph.layers.back().norm);
        QCOMPARE(graph.layers.front().task, -1);
        QCOMPARE(graph.outputs, std::vector<int>{4});
    }
};

QTEST_APPLESS_MAIN(LayerGraphTest)
#include "tst_layer_graph.moc"
