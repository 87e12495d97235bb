// SPDX-License-Identifier: GPL-3.0-or-later
// Collapsed networks as TorchScript: what Debian's PyTorch makes of the files.
#include "core/collapse/collapsed_network.h"
#include "core/data/batch.h"
#include "core/exports/export.h"
#include "core/exports/inputs_outputs.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "tests/core/core_testing.h"
#include "tests/core/exports_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"

#include <QTemporaryDir>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr double largestDifference = 1e-4; ///< of the greatest value, as the exports promise
constexpr double ofBfloat16 = 0.1;         ///< 8 bits of mantissa through some fifty layers

/// Relative norm of the difference. In bfloat16 single values say little: another pixel of a
/// pooling window may be its greatest, and which, hangs on how the processor adds.
double normDifference(const torch::Tensor& actual, const torch::Tensor& expected) {
    return ((actual - expected).norm() / expected.norm()).item<double>();
}

std::vector<torch::Tensor> outputsOf(const CollapsedNetwork& network, const torch::Tensor& images) {
    const torch::NoGradGuard noGrad;
    return network.forward(images, {});
}

} // namespace

class TorchScriptTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path file(const char* name = "network.pt") const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    WrittenNetwork written(const CollapsedNetwork& network, const Json& options = Json::object(),
                           const ExportSampleSource& samples = {}) const {
        const auto writer = valueOf(networkWriter(file(), {"torchscript", options}, samples));
        return valueOf(writer(network));
    }

    /// What PyTorch gives for images; none where it is not here.
    std::vector<torch::Tensor> byPython(const CollapsedNetwork& network,
                                        const torch::Tensor& images,
                                        const std::vector<torch::Tensor>& expected,
                                        const QString& type = "float32") const {
        const torch::Tensor values = images.to(torch::kFloat32).contiguous();
        writeFile(file("images"), {static_cast<const char*>(values.data_ptr()), values.nbytes()});
        QStringList words{QString::fromStdString(file()), QString::fromStdString(file("images"))};
        for (const std::int64_t side : values.sizes())
            words << QString::number(side);
        words << QString::fromStdString(file("out")) << type;
        const QString failed = runReference("run_torchscript.py", words);
        if (!failed.isEmpty())
            qFatal("%s", qPrintable(failed));
        std::vector<torch::Tensor> found;
        for (std::size_t t = 0; t < expected.size(); ++t) {
            const auto floats =
                valuesOf<float>(file("out").string() + "." + outputNames(network)[t]);
            found.push_back(torch::tensor(floats).view_as(expected[t]));
        }
        return found;
    }

private Q_SLOTS:
    void init() {
        if (const QString lacking = lackingPython("torch, numpy"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
    }

    void everyNetworkRunsInPython_data() {
        QTest::addColumn<int>("index");
        const auto cases = exportCases();
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i].text().c_str()) << static_cast<int>(i);
    }

    void everyNetworkRunsInPython() {
        QFETCH(int, index);
        const ExportCase now = exportCases()[static_cast<std::size_t>(index)];
        const CollapsedNetwork network =
            exportedNetwork(exportSpec(now.backbone, now.parametrization, {now.rule}));
        const WrittenNetwork result =
            written(network, Json::object(), givenSamples(randomImages(2, 64, 64, 30)));
        QVERIFY2(result.isVerified(), verificationText(result).c_str());
        // Another number of images, and other, odd sizes than it was trained for.
        const torch::Tensor images = randomImages(3, 75, 97, 31);
        const auto expected = outputsOf(network, images);
        const auto found = byPython(network, images, expected);
        for (std::size_t t = 0; t < expected.size(); ++t)
            QVERIFY2(relativeDifference(found[t], expected[t]) <= largestDifference,
                     network.targets[t].name.c_str());
    }

    void predictionsAreInTheGraph() {
        ExperimentSpec spec = exportSpec("resnet18", "factored", {"*: tied"});
        spec.tasks.push_back({.method = {"presence"}});
        spec.tasks.push_back({.method = {"classification"}});
        const CollapsedNetwork network = exportedNetwork(withCompleteOptions(spec, catalogue()));
        const torch::Tensor pixels = (255 * torch::rand({2, 3, 64, 64})).floor();
        const Normalization how = normalizationOf(network.normalization);
        const auto channels = [](const std::array<float, 3>& values) {
            return torch::tensor(std::vector<float>(values.begin(), values.end()))
                .view({1, 3, 1, 1});
        };
        auto expected =
            outputsOf(network, (pixels / 255 - channels(how.mean)) / channels(how.deviation));
        expected[0] = expected[0].argmax(1, true);
        expected[2] = expected[2] / expected[2].norm(2, {1}, true);
        expected[3] = expected[3].sigmoid();
        expected[4] = expected[4].softmax(1);
        const auto result =
            written(network, {{"predictions", true}}, givenSamples(randomImages(1, 64, 64, 32)));
        QVERIFY2(result.isVerified(), verificationText(result).c_str());
        const auto found = byPython(network, pixels, expected);
        QVERIFY((found[0] == expected[0]).to(torch::kFloat64).mean().item<double>() > 0.999);
        for (std::size_t t = 1; t < expected.size(); ++t)
            QVERIFY(relativeDifference(found[t], expected[t]) <= largestDifference);
    }

    void itComputesInTheTypeOfTheImage_data() {
        QTest::addColumn<QString>("backbone");
        for (const BackboneInfo* backbone : backbones())
            QTest::newRow(backbone->id.c_str()) << QString::fromStdString(backbone->id);
    }

    void itComputesInTheTypeOfTheImage() {
        QFETCH(QString, backbone);
        const CollapsedNetwork network =
            exportedNetwork(exportSpec(backbone.toStdString(), "factored", {"*: merged"}));
        const torch::Tensor images = randomImages(1, 64, 64, 33);
        for (const char* type : {"float16", "bfloat16"}) {
            const WrittenNetwork half = written(network, {{"weights", type}}, givenSamples(images));
            QVERIFY2(half.isVerified(), verificationText(half).c_str());
            CollapsedNetwork rounded = network;
            for (torch::Tensor& tensor : rounded.tensors)
                tensor = tensor.to(type[0] == 'f' ? torch::kFloat16 : torch::kBFloat16)
                             .to(torch::kFloat32);
            const auto expected = outputsOf(rounded, images);
            const auto found = byPython(network, images, expected);
            // Debian 13's oneDNN computes bfloat16 wrongly, or not at all.
            const bool isRight = libtorchVersion().starts_with("1.");
            const auto inHalf =
                isRight ? byPython(network, images, expected, "bfloat16") : expected;
            for (std::size_t t = 0; t < expected.size(); ++t) {
                QVERIFY(relativeDifference(found[t], expected[t]) <= largestDifference);
                const double off = normDifference(inHalf[t], expected[t]);
                QVERIFY2(off <= ofBfloat16, qPrintable(QString::number(off)));
            }
        }
    }

    void namesAreIdentifiers() {
        CollapsedNetwork network = exportedNetwork(exportSpec("unet", "factored", {"*: tied"}));
        network.program.instructions[1].name = "lambda";
        network.program.instructions[2].name = "1.a b\"";
        network.program.instructions[3].name = "1_a_b_";
        network.program.tensors[0] = "class";
        network.targets[0].name = "it's \"quoted\" \\ ";
        network.targets[1].name = ExportedImage;
        const torch::Tensor images = randomImages(1, 64, 64, 34);
        const WrittenNetwork result = written(network, Json::object(), givenSamples(images));
        QVERIFY2(result.isVerified(), verificationText(result).c_str());
    }

    void whatItDisagreesWithIsNotWritten() {
        const CollapsedNetwork network =
            exportedNetwork(exportSpec("resnet18", "factored", {"*: tied"}));
        written(network);
        const std::string before = fileBytes(file());
        const torch::Tensor broken = torch::full({1, 3, 64, 64}, std::nan(""));
        const auto refused =
            valueOf(networkWriter(file(), {"torchscript"}, givenSamples(broken)))(network);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, std::string("export.differs"));
        QCOMPARE(fileBytes(file()), before);
    }

    void theSameNetworkGivesTheSameBytes() {
        const CollapsedNetwork network =
            exportedNetwork(exportSpec("segnet", "factored", {"*: merged"}));
        const std::string first = written(network).sha256;
        QCOMPARE(written(network).sha256, first);
        QCOMPARE(static_cast<std::int64_t>(fileBytes(file()).size()), written(network).bytes);
    }
};

QTEST_GUILESS_MAIN(TorchScriptTest)
#include "tst_torchscript.moc"
