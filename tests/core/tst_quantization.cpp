// SPDX-License-Identifier: GPL-3.0-or-later
// Networks in 8 bits: rounding, ranges, equalization, biases, and layers that stay in floats.
#include "core/quantization/equalize.h"
#include "core/quantization/layer_rounding.h"
#include "core/quantization/quantize.h"
#include "core/tensor/torch.h"
#include "tests/core/exports_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// Convolutions of 1 × 1 pixels, one behind the other, with a ReLU between each two.
CollapsedNetwork chainOf(const std::vector<torch::Tensor>& kernels,
                         const std::vector<torch::Tensor>& biases) {
    CollapsedNetwork network;
    network.name = "chain";
    network.height = network.width = 1;
    network.program.instructions = {{.op = Op::Input, .name = "image"}};
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        const std::string layer = "l" + std::to_string(i + 1);
        const auto last = [&] { return static_cast<int>(network.program.instructions.size()) - 1; };
        if (i > 0)
            network.program.instructions.push_back(
                {.op = Op::Relu, .name = layer + ".relu", .inputs = {last()}});
        const auto at = static_cast<int>(2 * i);
        network.program.instructions.push_back({.op = Op::Conv,
                                                .name = layer,
                                                .inputs = {last()},
                                                .tensors = {at, at + 1},
                                                .attributes = Convolving{}});
        network.program.tensors.push_back(layer + "/kernel/a");
        network.program.tensors.push_back(layer + "/bias/a");
        network.tensors.push_back(kernels[i].view({kernels[i].size(0), -1, 1, 1}));
        network.tensors.push_back(biases[i]);
    }
    network.program.outputs = {static_cast<int>(network.program.instructions.size()) - 1};
    network.targets.resize(1);
    return network;
}

torch::Tensor row(const std::vector<float>& values) {
    return torch::tensor(values);
}

CollapsedNetwork wide(CollapsedNetwork network) {
    for (torch::Tensor& tensor : network.tensors)
        tensor = tensor.to(torch::kFloat64);
    return network;
}

std::vector<torch::Tensor> outputsOf(const CollapsedNetwork& network, const torch::Tensor& images) {
    const torch::NoGradGuard noGrad;
    return network.forward(images, {});
}

QString codeOf(const Expected<QuantizedNetwork>& result) {
    return result ? QStringLiteral("none") : QString::fromStdString(result.error().code);
}

} // namespace

class QuantizationTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path file(const char* name = "network.onnx") const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    std::string writtenFloats(const char* name, const torch::Tensor& values) const {
        const torch::Tensor own = values.to(torch::kFloat32).contiguous();
        writeFile(file(name), {static_cast<const char*>(own.data_ptr()), own.nbytes()});
        return file(name).string();
    }

private Q_SLOTS:
    /// x of 0 to 255 by halves, a kernel (1.27, 0.004; 0, −2.54), biases 10 and −10.
    void aLayerIsRoundedAsByHand() {
        const CollapsedNetwork network =
            chainOf({row({1.27F, 0.004F, 0, -2.54F}).view({2, 2})}, {row({10, -10})});
        // The range of the image is −10 to 500: a step of 2, and 5 is its zero.
        const torch::Tensor images = row({500, -10}).view({1, 2, 1, 1});
        const QuantizedNetwork result = valueOf(quantize(network, images, {}));
        const Quantization& how = result.network.quantization;
        QCOMPARE(how.values[0].scale, 2.0F);
        QCOMPARE(how.values[0].zero, 5);
        QVERIFY(how.values[1].isFloat()); // nothing reads it
        QVERIFY(torch::allclose(how.kernels[0], row({0.01F, 0.02F})));
        QVERIFY(!how.kernels[1].defined());
        // 0.004 is nearer to 0 than to a step of 0.01; −2.54 is 127 steps of 0.02.
        QVERIFY(torch::allclose(result.network.tensors[0].flatten(), row({1.27F, 0, 0, -2.54F}),
                                1e-6, 1e-7));
        // 3 lies between 2 and 4, at 1.5 steps: the even number is 2. 5 is 2.5: 2 as well. 999 is
        // cut off at (255 − 5) · 2, −999 at −5 · 2.
        const torch::Tensor x = row({3, 5, 999, -999}).view({2, 2, 1, 1});
        const torch::Tensor y = outputsOf(result.network, x).front().flatten();
        QVERIFY(torch::allclose(
            y, row({1.27F * 4 + 10, -2.54F * 4 - 10, 1.27F * 500 + 10, -2.54F * -10 - 10})));
        QVERIFY(torch::equal(x.flatten(), row({3, 5, 999, -999}))); // the image stays as it is
        const LayerPrecision& layer = result.layers.front();
        QCOMPARE(layer.layer, std::string("l1"));
        QVERIFY(std::abs(layer.spread - 2) < 1e-6);
        QVERIFY(std::abs(layer.weightError - 0.004 / std::hypot(1.27, 0.004, 2.54)) < 1e-7);
    }

    void pyTorchRoundsTheSame() {
        if (const QString lacking = lackingPython("torch"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        for (const int bits : {7, 8}) {
            const torch::Tensor kernel = torch::randn({5, 3, 3, 3});
            CollapsedNetwork network = chainOf({kernel.flatten(1)}, {torch::randn(5)});
            const torch::Tensor image = torch::randn({1, 27, 20, 20});
            const QuantizedNetwork result = valueOf(quantize(network, image, {.weightBits = bits}));
            const Quantization& how = result.network.quantization;
            const QString failed = runReference(
                "fake_quantize.py",
                {QString::fromStdString(writtenFloats("kernel", kernel)), "5", "27",
                 QString::fromStdString(writtenFloats("scales", how.kernels[0])),
                 QString::number(bits), QString::fromStdString(writtenFloats("value", image)),
                 QString::number(double(how.values[0].scale), 'g', 17),
                 QString::number(how.values[0].zero),
                 QString::fromStdString(file("out").string())});
            QVERIFY2(failed.isEmpty(), qPrintable(failed));
            const torch::Tensor weights = torch::tensor(valuesOf<float>(file("out.kernel")));
            QVERIFY(relativeDifference(result.network.tensors[0].flatten(), weights) < 1e-6);
            torch::Tensor own = image.clone();
            how.values[0].round(own);
            const torch::Tensor values = torch::tensor(valuesOf<float>(file("out.value")));
            // It multiplies by 1 ÷ scale, so that a value between two levels may go to the other.
            const torch::Tensor apart = (own.flatten() - values).abs() > how.values[0].scale / 2;
            QVERIFY(apart.sum().item<std::int64_t>() <= 2);
        }
    }

    /// Counts 3, 1, 3, 1, … in the first 256 of 2048 bins and a 1 in the last: two bins in one
    /// level lose 0.75 ln 1.5 + 0.25 ln 0.5 = 0.13, and cutting the last one off next to nothing.
    void theEntropyRangeIsThatWorkedOutByHand() {
        std::vector<double> counts(2048);
        for (std::size_t i = 0; i < 256; ++i)
            counts[i] = i % 2 == 0 ? 300 : 100;
        counts.back() = 1;
        const CalibratedRange range = entropyRange(counts, {0, 2048});
        QCOMPARE(range.least, 0.0);
        QCOMPARE(range.greatest, 256.0);
        // All on the other side of 0.
        std::ranges::reverse(counts);
        const CalibratedRange other = entropyRange(counts, {-2048, 0});
        QCOMPARE(other.least, -256.0);
        QCOMPARE(other.greatest, 0.0);
        // Everywhere alike: nothing is cut off, as that alone loses something.
        const CalibratedRange whole = entropyRange(std::vector<double>(2048, 1), {-1024, 1024});
        QCOMPARE(whole.least, -1024.0);
        QCOMPARE(whole.greatest, 1024.0);
    }

    void rangesAreOfAllImages() {
        const CollapsedNetwork network =
            chainOf({row({1, -1}).view({2, 1}), row({1, 1}).view({1, 2})}, {row({0, 0}), row({0})});
        const torch::Tensor images = row({2, -3, 7}).view({3, 1, 1, 1});
        const auto all = [](RangeRule rule, const CollapsedNetwork& of, const torch::Tensor& on) {
            return valueOf(
                valueRanges(of, on, {true, false, true, false}, rule, [] { return false; }));
        };
        const auto ranges = all(RangeRule::MinMax, network, images);
        QCOMPARE(ranges[0].least, -3.0);
        QCOMPARE(ranges[0].greatest, 7.0);
        QCOMPARE(ranges[2].least, 0.0);
        QCOMPARE(ranges[2].greatest, 7.0);
        // Entropy never goes beyond.
        const auto narrower = all(RangeRule::Entropy, network, torch::randn({4, 1, 30, 30}));
        const auto whole = all(RangeRule::MinMax, network, torch::randn({4, 1, 30, 30}));
        QVERIFY(narrower[0].greatest > 0 && narrower[0].greatest <= 2 * whole[0].greatest);
        QCOMPARE(scaleOf({0, 0}).scale, 1.0F); // what is always 0
    }

    void equalizationChangesNoOutput_data() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<int>("fewest"); // pairs
        QTest::newRow("segnet") << "segnet" << 4;
        QTest::newRow("resnet18") << "resnet18" << 8;         // both convolutions of each block
        QTest::newRow("mobilenet_v2") << "mobilenet_v2" << 0; // between ReLU6 there is none
        QTest::newRow("unet") << "unet" << 4;
    }

    void equalizationChangesNoOutput() {
        QFETCH(QString, backbone);
        QFETCH(int, fewest);
        const CollapsedNetwork network =
            exportedNetwork(exportSpec(backbone.toStdString(), "factored", {"*: tied"}));
        const torch::Tensor images = randomImages(2, 64, 64, 31);
        int pairs = 0;
        const auto right = outputsOf(wide(network), images.to(torch::kFloat64));
        const auto found = outputsOf(equalized(wide(network), &pairs), images.to(torch::kFloat64));
        QVERIFY2(pairs >= fewest, qPrintable(QString::number(pairs)));
        for (std::size_t t = 0; t < right.size(); ++t)
            QVERIFY(relativeDifference(found[t], right[t]) < 1e-10);
        // float32 rounds 1e-7 in each of some twenty layers.
        const auto narrow = outputsOf(equalized(network), images);
        if (backbone != "segnet") // where a window's greatest value may be another by that
            for (std::size_t t = 0; t < right.size(); ++t)
                QVERIFY(relativeDifference(narrow[t], right[t]) < 1e-5);
    }

    /// Rows of 8 and 0.5, read with 0.5 and 2: s = 4 and 0.5 make it 2 and 1 on both sides.
    void equalizedRangesAreAlike() {
        const CollapsedNetwork result = equalized(chainOf(
            {row({8, 0.5F}).view({2, 1}), row({0.5F, 2}).view({1, 2})}, {row({4, 3}), row({1})}));
        QVERIFY(torch::allclose(result.tensors[0].flatten(), row({2, 1})));
        QVERIFY(torch::allclose(result.tensors[1], row({1, 6})));
        QVERIFY(torch::allclose(result.tensors[2].flatten(), row({2, 1})));
        QVERIFY(torch::allclose(result.tensors[3], row({1})));
        // What several convolutions read, or an output is, is left alone.
        CollapsedNetwork two = chainOf({row({8, 0.5F}).view({2, 1}), row({0.5F, 2}).view({1, 2})},
                                       {row({4, 3}), row({1})});
        two.program.outputs.push_back(1);
        int pairs = 0;
        QVERIFY(torch::equal(equalized(two, &pairs).tensors[0], two.tensors[0]));
        QCOMPARE(pairs, 0);
    }

    void correctedBiasesHaveTheMeansOfFloats() {
        const CollapsedNetwork network =
            exportedNetwork(exportSpec("resnet18", "factored", {"*: tied"}));
        const torch::Tensor images = randomImages(4, 64, 64, 31);
        const auto meansOf = [&](const CollapsedNetwork& of) {
            std::vector<torch::Tensor> means;
            for (const torch::Tensor& output : outputsOf(of, images))
                means.push_back(output.mean({0, 2, 3}));
            return torch::cat(means);
        };
        const torch::Tensor right = meansOf(network);
        const auto apart = [&](bool corrects) {
            const QuantizedNetwork result =
                valueOf(quantize(network, images, {.correctBias = corrects}));
            return (meansOf(result.network) - right).abs().mean().item<double>();
        };
        const double before = apart(false), after = apart(true);
        // Heads' layers are corrected last: what is left is the step of their biases.
        QVERIFY2(after < 0.5 * before,
                 qPrintable(QStringLiteral("%1 from %2").arg(after).arg(before)));
    }

    void layersThatStayInFloatsDo() {
        const CollapsedNetwork network =
            exportedNetwork(exportSpec("unet", "factored", {"*: tied"}));
        const torch::Tensor images = randomImages(3, 64, 64, 31);
        const auto floatsOf = [](const QuantizedNetwork& result) {
            std::set<std::string> names;
            for (const LayerPrecision& layer : result.layers)
                if (layer.isFloat)
                    names.insert(layer.layer);
            return names;
        };
        const QuantizedNetwork named =
            valueOf(quantize(network, images, {.keepFloat = {"head.*", "enc1.1"}}));
        const auto kept = floatsOf(named);
        QVERIFY(kept.contains("enc1.1"));
        for (std::size_t i = 0; i < network.tensors.size(); ++i) {
            const std::string& name = network.program.tensors[i];
            if (name.starts_with("head.") || name.starts_with("enc1.1/"))
                QVERIFY(torch::equal(named.network.tensors[i], network.tensors[i]));
        }
        QVERIFY(named.network.quantization.values[0].isFloat()); // enc1.1 alone reads the image
        // The two that lose most are those of the list that is measured.
        const QuantizedNetwork all = valueOf(quantize(network, images, {}, true));
        std::vector<LayerPrecision> order = all.layers;
        std::ranges::sort(order, std::ranges::greater(),
                          [](const LayerPrecision& layer) { return *layer.outputError; });
        const QuantizedNetwork worst = valueOf(quantize(network, images, {.floatLayers = 2}));
        QCOMPARE(floatsOf(worst), (std::set<std::string>{order[0].layer, order[1].layer}));
        const auto lost = [&](const QuantizedNetwork& result) {
            return outputError(outputsOf(network, images), outputsOf(result.network, images));
        };
        QVERIFY(lost(worst) < lost(all));
        QVERIFY(lost(all) < 0.2); // 8 bits: some percent after some twenty layers
        // A layer's own loss: all others in floats.
        std::vector<std::string> others;
        for (const LayerPrecision& layer : all.layers)
            if (layer.layer != order[0].layer)
                others.push_back(layer.layer);
        const QuantizedNetwork one = valueOf(quantize(network, images, {.keepFloat = others}));
        QVERIFY(std::abs(lost(one) - *order[0].outputError) < 1e-3 * lost(one));
    }

    /// Readers that pool whole numbers find more of them equal than there are among floats.
    void whatIsUnpooledIsRoundedBeforeItIsPooled() {
        const CollapsedNetwork network =
            exportedNetwork(exportSpec("segnet", "factored", {"*: tied"}));
        const torch::Tensor images = randomImages(2, 64, 64, 31);
        const CollapsedNetwork result = valueOf(quantize(network, images, {})).network;
        int pools = 0;
        for (std::size_t i = 0; i < result.program.instructions.size(); ++i) {
            const Instruction& now = result.program.instructions[i];
            const ValueScale& own = result.quantization.values[i];
            if (now.op != Op::MaxPool || own.isFloat())
                continue;
            ++pools;
            const ValueScale& before =
                result.quantization.values[static_cast<std::size_t>(now.inputs[0])];
            QVERIFY(before.scale == own.scale && before.zero == own.zero);
        }
        QVERIFY(pools > 0);
    }

    void badInputIsAProblem() {
        CollapsedNetwork network = chainOf({row({1, 2}).view({2, 1})}, {row({0, 0})});
        const torch::Tensor images = row({1, 2}).view({2, 1, 1, 1});
        QCOMPARE(codeOf(quantize(network, {}, {})), QString("quantize.images"));
        QCOMPARE(codeOf(quantize(network, images.narrow(0, 0, 0), {})), QString("quantize.images"));
        QCOMPARE(codeOf(quantize(network, row({std::nanf("")}).view({1, 1, 1, 1}), {})),
                 QString("quantize.not_finite"));
        QCOMPARE(codeOf(quantize(network, images, {.keepFloat = {"l1"}})),
                 QString("quantize.nothing"));
        QCOMPARE(codeOf(quantize(network, images, {.floatLayers = 7})),
                 QString("quantize.nothing"));
        const auto unknown = quantize(network, images, {.keepFloat = {"l2"}});
        QCOMPARE(codeOf(unknown), QString("quantize.keep_float"));
        QVERIFY(unknown.error().hint.find("l1") != std::string::npos);
        network.tensors[0] = network.tensors[0] / 0;
        QCOMPARE(codeOf(quantize(network, images, {})), QString("quantize.not_finite"));
        // Kernels that are 0, biases that would need more than 31 bits.
        network.tensors[0] = torch::zeros({2, 1, 1, 1});
        network.tensors[1] = row({1e9F, 0});
        const QuantizedNetwork zero = valueOf(quantize(network, images, {}));
        QVERIFY(outputsOf(zero.network, images).front().isfinite().all().item<bool>());
        const float step = zero.network.quantization.kernels[0][0].item<float>()
                           * zero.network.quantization.values[0].scale;
        QVERIFY(1e9F / step <= std::exp2(30.0F) * 1.001F);
    }
};

QTEST_GUILESS_MAIN(QuantizationTest)
#include "tst_quantization.moc"
