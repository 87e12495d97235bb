// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

namespace {

/// Features of 2048 channels at a stride of an image of 64 × 96.
FeatureGraph features(int stride) {
    GraphBuilder builder(3, 64, 96);
    const int out =
        builder.convNormRelu("l.1", 0, {.channels = 2048, .kernel = 1, .stride = stride});
    return {builder.take(), {{.name = "out", .node = out, .stride = stride}}};
}

template <class Head>
LayerGraph withHead(int stride, Head head) {
    FeatureGraph built = features(stride);
    GraphBuilder builder(std::move(built.graph));
    builder.startHead(0);
    builder.output(head(builder, HeadPlace{"a", built.features, 13}));
    return builder.take();
}

LayerGraph deepLab(int stride) {
    return withHead(stride, [](GraphBuilder& builder, const HeadPlace& place) {
        return deepLabHead(builder, place, 256);
    });
}

std::int64_t parametersOfHead(const LayerGraph& graph) {
    std::int64_t sum = 0;
    for (const Layer& layer : graph.layers)
        if (layer.task == 0)
            sum += layer.kernel.weights() + (layer.bias ? layer.kernel.out : 0)
                   + (layer.norm ? 2 * layer.kernel.out : 0);
    return sum;
}

const Node& outputOf(const LayerGraph& graph) {
    return graph.node(graph.outputs.front());
}

} // namespace

class HeadsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void denseHeadsEndAtTheImagesSize() {
        for (const int stride : {1, 2, 8, 16, 32})
            for (const LayerGraph& graph : {withHead(stride, plainHead), deepLab(stride)}) {
                const Node& output = outputOf(graph);
                QCOMPARE(output.channels, 13);
                QCOMPARE(output.height, 64);
                QCOMPARE(output.width, 96);
                QCOMPARE(output.op, stride == 1 ? Op::Conv : Op::Upsample);
                QCOMPARE(output.task, 0);
            }
    }

    void aPlainHeadIsTwoConvolutionsOfMtan() {
        const LayerGraph graph = withHead(1, plainHead);
        QCOMPARE(graph.layers.size(), std::size_t{3});
        QVERIFY(graph.layers[1].kernel
                == (KernelShape{.out = 2048, .in = 2048, .height = 3, .width = 3, .padding = 1}));
        QVERIFY(graph.layers[2].kernel == (KernelShape{.out = 13, .in = 2048}));
        QVERIFY(graph.layers[1].bias && !graph.layers[1].norm);
    }

    /// torchvision's DeepLabHead(2048, 13): its state dict's names of kernels, and its parameters:
    /// 2048·256 + 3·2048·256·9 + 2048·256 + 1280·256 + 256·256·9 + 256·13 + 13 and 2 · 256 of each
    /// of 7 norms.
    void deepLabHasTorchvisionsLayers() {
        const LayerGraph graph = deepLab(8);
        Texts names;
        for (const Layer& layer : graph.layers)
            if (layer.task == 0)
                names.push_back(layer.name);
        QCOMPARE(names, (Texts{"head.a.0.convs.0.0", "head.a.0.convs.1.0", "head.a.0.convs.2.0",
                               "head.a.0.convs.3.0", "head.a.0.convs.4.1", "head.a.0.project.0",
                               "head.a.1", "head.a.4"}));
        QCOMPARE(parametersOfHead(graph), std::int64_t{16'128'781});
        for (const Layer& layer : graph.layers)
            if (layer.task == 0)
                QCOMPARE(layer.bias, layer.name == "head.a.4");
    }

    void ratesReachAsFarAtEveryStride() {
        const auto rates = [](int stride) {
            std::vector<int> all;
            for (const Layer& layer : deepLab(stride).layers)
                if (layer.kernel.dilation > 1) {
                    all.push_back(layer.kernel.dilation);
                    if (layer.kernel.padding != layer.kernel.dilation)
                        all.push_back(-1);
                }
            return all;
        };
        QCOMPARE(rates(8), (std::vector<int>{12, 24, 36})); // Chen 2017, output stride 8
        QCOMPARE(rates(16), (std::vector<int>{6, 12, 18})); // and 16
        QCOMPARE(rates(32), (std::vector<int>{3, 6, 9}));
        QCOMPARE(rates(1), (std::vector<int>{12, 24, 36}));
    }

    void aPooledHeadHasOnePixel() {
        const LayerGraph graph = withHead(32, pooledHead);
        QCOMPARE(outputOf(graph).channels, 13);
        QCOMPARE(outputOf(graph).height * outputOf(graph).width, 1);
        QCOMPARE(graph.layers.back().name, std::string("head.a.fc"));
        QCOMPARE(parametersOfHead(graph), std::int64_t{2048 * 13 + 13});
    }

    void theOptionSaysWhich() {
        Json options;
        for (const FieldInfo& field : denseHeadOptions())
            options[field.path] = field.defaultValue;
        const auto layersWith = [](const Json& chosen) {
            return withHead(16,
                            [&](GraphBuilder& builder, const HeadPlace& place) {
                                return denseHead(builder, place, chosen);
                            })
                .layers;
        };
        QCOMPARE(layersWith(options).size(), std::size_t{3});
        options["head"] = "deeplabv3";
        options["head_channels"] = 32;
        const auto layers = layersWith(options);
        QCOMPARE(layers.size(), std::size_t{9});
        QCOMPARE(layers[1].kernel.out, 32);
    }
};

QTEST_APPLESS_MAIN(HeadsTest)
#include "tst_heads.moc"
