// SPDX-License-Identifier: GPL-3.0-or-later
// Files of ONNX with weights of 16 and 8 bits: what they hold, and what other programs make of
// them.
#include "core/exports/agreement.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/opencv_reader.h"
#include "core/exports/weights.h"
#include "core/tensor/torch.h"
#include "tests/core/exports_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"

#include <QTemporaryDir>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

CalibrationSource calibratedOn(const torch::Tensor& images) {
    return [images](int) -> Expected<std::shared_ptr<const ExportSamples>> {
        return std::make_shared<const ExportSamples>(ExportSamples{images, "given"});
    };
}

std::vector<torch::Tensor> outputsOf(const CollapsedNetwork& network, const torch::Tensor& images) {
    const torch::NoGradGuard noGrad;
    return network.forward(images, {});
}

QString lackingNode() {
    QProcess probe;
    probe.start(QStringLiteral("node"),
                {QStringLiteral("-e"), QStringLiteral("require('onnxruntime-node')")});
    if (probe.waitForFinished(60000) && probe.exitStatus() == QProcess::NormalExit
        && probe.exitCode() == 0)
        return {};
    return QStringLiteral("npm's onnxruntime-node is not where NODE_PATH says.");
}

} // namespace

class QuantizedExportsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    bool m_hasPython = false; ///< with ONNX Runtime
    bool m_hasNode = false;

    std::filesystem::path file(const char* name = "network.onnx") const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    static Json optionsOf(const QString& weights) {
        const ExportEntry* onnx = *std::ranges::find_if(
            exports(), [](const ExportEntry* entry) { return entry->info.suffix == ".onnx"; });
        return completeOptions(onnx->info, {{"weights", weights.toStdString()}, {"images", 2}});
    }

    /// What ONNX Runtime gives for images; none where it is not here.
    std::vector<torch::Tensor> byRuntime(const CollapsedNetwork& network,
                                         const torch::Tensor& images,
                                         const std::vector<torch::Tensor>& expected) const {
        if (!m_hasPython && !m_hasNode)
            return {};
        const torch::Tensor values = images.to(torch::kFloat32).contiguous();
        writeFile(file("images"), {static_cast<const char*>(values.data_ptr()), values.nbytes()});
        QStringList words{QString::fromStdString(file()), QString::fromStdString(file("images"))};
        for (const std::int64_t side : values.sizes())
            words << QString::number(side);
        words << QString::fromStdString(file("out"));
        QString failed;
        if (m_hasPython) {
            failed = runReference("run_onnx.py", words);
        } else {
            QProcess node;
            node.start(
                QStringLiteral("node"),
                QStringList{QStringLiteral(CONCERTINA_SOURCE_DIR "/tests/reference/run_onnx.js")}
                    + words);
            if (!node.waitForFinished(120000) || node.exitCode() != 0)
                failed = QString::fromUtf8(node.readAllStandardError());
        }
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
    void initTestCase() {
        const QString python = lackingPython("onnxruntime"), node = lackingNode();
        m_hasPython = python.isEmpty();
        m_hasNode = node.isEmpty();
        if (!m_hasPython && !m_hasNode)
            qInfo("%s %s", qPrintable(python), qPrintable(node));
    }

    void readersGetWhatTheFileHolds_data() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<QString>("weights");
        for (const char* backbone : {"segnet", "resnet18", "mobilenet_v2", "unet"})
            for (const char* weights : {"float16", "bfloat16", "int8"})
                QTest::addRow("%s %s", backbone, weights) << backbone << weights;
    }

    void readersGetWhatTheFileHolds() {
        QFETCH(QString, backbone);
        QFETCH(QString, weights);
        const torch::Tensor images = randomImages(2, 64, 64, 31);
        const CalibrationSource calibration = calibratedOn(randomImages(2, 64, 64, 7));
        const CollapsedNetwork network =
            exportedNetwork(exportSpec(backbone.toStdString(), "factored", {"*: factors shared"}));
        const Json options = optionsOf(weights);
        const auto writer =
            valueOf(networkWriter(file(), {"onnx", options}, givenSamples(images), calibration));
        const WrittenNetwork written = valueOf(writer(network));
        qInfo("%s", verificationText(written).c_str());
        if (lackingPython("onnx").isEmpty()) {
            const QString failed = runReference("check_onnx.py", {QString::fromStdString(file())});
            QVERIFY2(failed.isEmpty(), qPrintable(failed));
        }
        const CollapsedNetwork stored = valueOf(withWeights(network, options, calibration));
        const auto expected = outputsOf(stored, images);
        const auto found = byRuntime(network, images, expected);
        if (found.empty())
            return;
        const ReaderReport report = agreement(stored, expected, found, "ONNX Runtime");
        double most = 0, beyond = 0;
        for (const ReaderDifference& difference : report.differences) {
            most = std::max(most, difference.maxRel);
            beyond = std::max(beyond, difference.beyond);
        }
        qInfo("ONNX Runtime: up to %g, %g beyond", most, beyond);
        QVERIFY2(report.agrees, report.why.c_str());
        // It rounds as we do: far nearer to the rounded network than that is to the floats.
        if (weights == "int8") {
            const auto floats = outputsOf(network, images);
            for (std::size_t t = 0; t < floats.size(); ++t)
                QVERIFY((found[t] - expected[t]).norm().item<double>()
                        < 0.2 * (floats[t] - expected[t]).norm().item<double>());
        }
    }

    void filesAreAsSmallAsTheirWeights() {
        ExperimentSpec spec = exportSpec("segnet", "factored", {"*: tied"});
        spec.network.backbone.options["width"] = 0.25; // some million weights
        const CollapsedNetwork network = exportedNetwork(spec);
        for (const auto& [weights, bytes] :
             {std::pair("float16", 2.0), std::pair("bfloat16", 2.0), std::pair("int8", 1.0)}) {
            const auto writer = valueOf(networkWriter(file(), {"onnx", optionsOf(weights)}, {},
                                                      calibratedOn(randomImages(2, 64, 64, 7))));
            // Names, scales and biases take some.
            QVERIFY(static_cast<double>(valueOf(writer(network)).bytes)
                    < 1.15 * bytes * static_cast<double>(network.parameters()));
        }
    }

    void theLimitOfEightBitsIsSaid() {
        CollapsedNetwork network = exportedNetwork(exportSpec("resnet18", "factored", {"*: tied"}));
        const torch::Tensor images = randomImages(1, 64, 64, 31);
        QVERIFY(limitText(network).empty());
        network = valueOf(withWeights(network, optionsOf("int8"), calibratedOn(images)));
        QVERIFY(limitText(network).find("2 %") != std::string::npos);
        const auto expected = outputsOf(network, images);
        // Of depth 0.5 % of the values may be anything, of 5 % none may be further off than 2 %.
        const auto withShare = [&](double share, float by) {
            auto found = expected;
            torch::Tensor depth = expected[1].clone().flatten();
            const auto count =
                static_cast<std::int64_t>(share * static_cast<double>(depth.numel()));
            depth.narrow(0, 0, count).add_(by * depth.abs().max());
            found[1] = depth.view_as(expected[1]);
            return agreement(network, expected, found, "it");
        };
        QVERIFY(withShare(0.005, 0.5F).agrees);
        QVERIFY(!withShare(0.05, 0.03F).agrees);
        QVERIFY(withShare(1, 0.015F).agrees);
        QVERIFY(std::abs(withShare(0.05, 0.03F).differences[1].beyond - 0.05) < 0.001);
    }

    void whatIsMissingIsAProblem() {
        const CollapsedNetwork network =
            exportedNetwork(exportSpec("segnet", "factored", {"*: tied"}));
        ExperimentSpec spec = exportSpec("segnet", "factored", {"*: tied"});
        spec.data.dataset = {"folder", {{"path", "/no/such/folder"}}};
        spec = withCompleteOptions(spec, catalogue());
        const auto missing = calibrationImages(spec)(4);
        QVERIFY(!missing);
        QVERIFY(toText(missing.error()).find("/no/such/folder") != std::string::npos);
        const auto writer = valueOf(networkWriter(file(), {"onnx", {{"weights", "int8"}}}));
        QCOMPARE(QString::fromStdString(writer(network).error().code), QString("quantize.images"));
    }

    void calibrationImagesAreOfTheTrainingSplit() {
        const ExperimentSpec spec = exportSpec("segnet", "factored", {"*: tied"}, 16, 24);
        const ExportSamples few = *valueOf(calibrationImages(spec)(3));
        QCOMPARE(few.images.size(0), 3);
        QVERIFY2(few.text.find("3 images of the split \"train\"") == 0, few.text.c_str());
        QVERIFY(!torch::equal(few.images[0], few.images[1]));
        const ExportSamples all = *valueOf(calibrationImages(spec)(1'000'000));
        const auto data = valueOf(openRunData(spec));
        QCOMPARE(all.images.size(0), std::int64_t{data.training->size()});
    }
};

QTEST_GUILESS_MAIN(QuantizedExportsTest)
#include "tst_quantized_exports.moc"
