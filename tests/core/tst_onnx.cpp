// SPDX-License-Identifier: GPL-3.0-or-later
// Collapsed networks as ONNX: what OpenCV, ONNX's own checker and ONNX Runtime make of the files.
#include "core/backbones/backbone.h"
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/exports/agreement.h"
#include "core/exports/export.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/onnxruntime_reader.h"
#include "core/exports/opencv_reader.h"
#include "core/exports/samples.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <QVersionNumber>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr double largestDifference = 1e-4; ///< of the greatest value, as the exports promise

ExperimentSpec specOf(const std::string& backbone, const std::string& parametrization,
                      const std::vector<std::string>& rules, int height = 64, int width = 64) {
    ExperimentSpec spec = tinySpec();
    spec.data.height = height;
    spec.data.width = width;
    spec.network.backbone = {backbone, {{"width", 1.0 / 16}}};
    spec.network.kernels = {{"*", {parametrization}}};
    spec.network.sharing = rules;
    return withCompleteOptions(spec, catalogue());
}

CollapsedNetwork collapsedOf(const ExperimentSpec& spec) {
    const Problems problems = validate(spec, catalogue());
    if (!problems.empty())
        qFatal("%s", toText(problems).c_str());
    Network network = networkFor(spec);
    scrambleFactors(network, 21);
    scrambleNorms(network, 22);
    return fold(network, {.spec = spec, .targets = openRunData(spec)->targets});
}

ExportSampleSource given(const torch::Tensor& images) {
    return [images] { return ExportSamples{images, "made images"}; };
}

std::vector<torch::Tensor> outputsOf(const CollapsedNetwork& network, const torch::Tensor& images) {
    const torch::NoGradGuard noGrad;
    return network.forward(images, {});
}

QVersionNumber openCvVersion() {
    return QVersionNumber::fromString(
        QString::fromStdString(openCvReaderName()).section(' ', 1, 1));
}

} // namespace

class OnnxTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path file(const char* name = "network.onnx") const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    WrittenNetwork written(const CollapsedNetwork& network, const Json& options = Json::object(),
                           const ExportSampleSource& samples = {}) const {
        const auto writer = valueOf(networkWriter(file(), {"onnx", options}, samples));
        return valueOf(writer(network));
    }

    /// What ONNX Runtime gives for images.
    std::vector<torch::Tensor> byRuntime(const CollapsedNetwork& network,
                                         const torch::Tensor& images,
                                         const std::vector<torch::Tensor>& expected) const {
        const torch::Tensor values = images.to(torch::kFloat32).contiguous();
        writeFile(file("images"), {static_cast<const char*>(values.data_ptr()), values.nbytes()});
        QStringList words{QString::fromStdString(file()), QString::fromStdString(file("images"))};
        for (const std::int64_t side : values.sizes())
            words << QString::number(side);
        const QString failed =
            runReference("run_onnx.py", words << QString::fromStdString(file("out")));
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

    void verifyFile(const CollapsedNetwork& network, const torch::Tensor& images,
                    const std::vector<torch::Tensor>& expected, bool isReadByOpenCv) const {
        if (isReadByOpenCv) {
            const auto found = runByOpenCv(file(), ExportedImage, images, outputNames(network));
            QVERIFY2(found, found ? "" : toText(found.error()).c_str());
            for (std::size_t t = 0; t < expected.size(); ++t)
                QVERIFY2(relativeDifference((*found)[t].view_as(expected[t]), expected[t])
                             <= largestDifference,
                         network.targets[t].name.c_str());
        }
        if (lackingPython("onnx").isEmpty()) {
            const QString failed = runReference("check_onnx.py", {QString::fromStdString(file())});
            QVERIFY2(failed.isEmpty(), qPrintable(failed));
        }
        if (lackingPython("onnxruntime").isEmpty()) {
            const auto found = byRuntime(network, images, expected);
            for (std::size_t t = 0; t < expected.size(); ++t)
                QVERIFY(relativeDifference(found[t], expected[t]) <= largestDifference);
        }
    }

private Q_SLOTS:
    void initTestCase() {
        for (const char* module : {"onnx", "onnxruntime"})
            if (const QString lacking = lackingPython(module); !lacking.isEmpty())
                qInfo("%s", qPrintable(lacking));
    }

    void everyBackboneIsRead_data() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QStringList>("rules");
        for (const BackboneInfo* backbone : backbones())
            for (const char* rule : {"*: tied", "*: factors shared", "*: merged", "*: separate"})
                QTest::addRow("%s %s", backbone->id.c_str(), rule)
                    << QString::fromStdString(backbone->id) << "factored" << QStringList{rule};
        for (const char* other : {"repvgg", "do-conv", "eft", "expand"})
            QTest::addRow("resnet18 %s", other) << "resnet18" << other << QStringList{"*: tied"};
        QTest::newRow("norms left")
            << "mobilenet_v2"
            << "factored" << QStringList{"*: norm {segmentation} | {depth} | {normal}"};
    }

    void everyBackboneIsRead() {
        QFETCH(QString, backbone);
        QFETCH(QString, parametrization);
        QFETCH(QStringList, rules);
        std::vector<std::string> plan;
        for (const QString& rule : rules)
            plan.push_back(rule.toStdString());
        const CollapsedNetwork network =
            collapsedOf(specOf(backbone.toStdString(), parametrization.toStdString(), plan));
        const torch::Tensor images = randomImages(2, 64, 64, 31);
        const WrittenNetwork result = written(network, Json::object(), given(images));
        // OpenCV 4.6 does not read ReLU6 as ONNX has had it since its opset 11.
        const bool isRead = backbone != "mobilenet_v2" || openCvVersion() >= QVersionNumber(4, 7);
        QVERIFY2(result.isVerified() == (isRead || hasOnnxRuntime()),
                 verificationText(result).c_str());
        verifyFile(network, images, outputsOf(network, images), isRead);
    }

    void oddSizesAreRead_data() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<bool>("isReadByOpenCv"); // it unpools to even sizes alone
        QTest::newRow("segnet") << "segnet" << false;
        QTest::newRow("unet") << "unet" << true;
        QTest::newRow("resnet18") << "resnet18" << true;
    }

    void oddSizesAreRead() {
        QFETCH(QString, backbone);
        QFETCH(bool, isReadByOpenCv);
        const CollapsedNetwork network =
            collapsedOf(specOf(backbone.toStdString(), "factored", {"*: tied"}, 70, 75));
        const torch::Tensor images = randomImages(2, 70, 75, 31);
        const WrittenNetwork result = written(network, Json::object(), given(images));
        QCOMPARE(result.isVerified(), isReadByOpenCv || hasOnnxRuntime());
        QCOMPARE(result.readers.size(), std::size_t{hasOnnxRuntime() ? 2U : 1U});
        if (!isReadByOpenCv)
            QVERIFY(!result.readers.front().why.empty());
        verifyFile(network, images, outputsOf(network, images), isReadByOpenCv);
    }

    void predictionsAreInTheGraph() {
        ExperimentSpec spec = specOf("resnet18", "factored", {"*: tied"});
        spec.tasks.push_back({.method = {"presence"}});
        spec.tasks.push_back({.method = {"classification"}});
        const CollapsedNetwork network = collapsedOf(withCompleteOptions(spec, catalogue()));
        const torch::Tensor pixels = (255 * torch::rand({2, 3, 64, 64})).floor();
        const Normalization how = normalizationOf(network.normalization);
        const auto channels = [](const std::array<float, 3>& values) {
            return torch::tensor(std::vector<float>(values.begin(), values.end()))
                .view({1, 3, 1, 1});
        };
        const auto scores =
            outputsOf(network, (pixels / 255 - channels(how.mean)) / channels(how.deviation));
        written(network, {{"predictions", true}});
        const auto found =
            valueOf(runByOpenCv(file(), ExportedImage, pixels, outputNames(network)));
        const torch::Tensor same = found[0].flatten(1) == scores[0].argmax(1).flatten(1);
        QVERIFY(same.to(torch::kFloat64).mean().item<double>() > 0.999);
        QVERIFY(relativeDifference(found[1].view_as(scores[1]), scores[1]) <= largestDifference);
        const torch::Tensor unit = scores[2] / scores[2].norm(2, {1}, true);
        QVERIFY(relativeDifference(found[2].view_as(unit), unit) <= largestDifference);
        QVERIFY(relativeDifference(found[3].view_as(scores[3]), scores[3].sigmoid())
                <= largestDifference);
        QVERIFY(relativeDifference(found[4].view_as(scores[4]), scores[4].softmax(1))
                <= largestDifference);
    }

    void opsetsAreWhatIsAskedFor() {
        const CollapsedNetwork network = collapsedOf(specOf("segnet", "factored", {"*: merged"}));
        for (const int opset : {13, 15, 17}) {
            written(network, {{"opset", opset}});
            const torch::Tensor images = randomImages(1, 64, 64, 31);
            verifyFile(network, images, outputsOf(network, images), true);
        }
        for (const int opset : {12, 18}) {
            const auto refused = networkWriter(file(), {"onnx", {{"opset", opset}}});
            QVERIFY(!refused);
            QCOMPARE(refused.error().path, std::string("export.options.opset"));
        }
    }

    void whatAReaderDisagreesWithIsNotWritten() {
        CollapsedNetwork network = collapsedOf(specOf("resnet18", "factored", {"*: tied"}));
        const torch::Tensor images = randomImages(2, 64, 64, 31);
        const WrittenNetwork right = written(network, Json::object(), given(images));
        QVERIFY(right.isVerified());
        QVERIFY(right.readers.front().reader.starts_with("OpenCV "));
        QCOMPARE(right.readers.front().differences.size(), std::size_t{3});
        const std::string before = fileBytes(file());
        // A reader is wrong where the images hold what its arithmetic does not: NaN here.
        const torch::Tensor broken = torch::full({1, 3, 64, 64}, std::nan(""));
        const auto writer = valueOf(networkWriter(file(), {"onnx"}, given(broken)));
        const auto refused = writer(network);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, std::string("export.differs"));
        QCOMPARE(fileBytes(file()), before); // what was there stays
        QCOMPARE(QDir(m_folder.path()).entryList({"*.tried"}).size(), 0);
    }

    void whatAReaderCouldReadAndGotWrongIsNoVerification() {
        const CollapsedNetwork network = collapsedOf(specOf("resnet18", "factored", {"*: tied"}));
        const auto expected = outputsOf(network, randomImages(1, 64, 64, 31));
        QVERIFY(agreement(network, expected, expected, "it").agrees);
        auto found = expected;
        found[0] = found[0].narrow(2, 0, 8);
        const ReaderReport cut = agreement(network, expected, found, "it");
        QVERIFY(cut.ran && !cut.agrees);
        QVERIFY2(cut.why.find("sizes") != std::string::npos, cut.why.c_str());
        found[0] = expected[0] * (1 + 1e-3);
        const ReaderReport away = agreement(network, expected, found, "it");
        QVERIFY(away.ran && !away.agrees);
        QVERIFY(std::abs(away.differences[0].maxRel - 1e-3) < 1e-5);
        found[0] = torch::full_like(expected[0], std::nan(""));
        QVERIFY(!agreement(network, expected, found, "it").agrees);
    }

    void namesDoNotMeet() {
        CollapsedNetwork network = collapsedOf(specOf("resnet18", "factored", {"*: tied"}));
        network.targets[0].name = ExportedImage;
        network.targets[1].name = network.targets[2].name = "depth";
        QCOMPARE(outputNames(network), (std::vector<std::string>{"image_2", "depth", "depth_2"}));
        const torch::Tensor images = randomImages(1, 64, 64, 31);
        written(network);
        verifyFile(network, images, outputsOf(network, images), true);
        // Two small constants are two: 0 of ReLU6, and what keeps lengths from being 0.
        const CollapsedNetwork other = collapsedOf(specOf("mobilenet_v2", "factored", {"*: tied"}));
        written(other, {{"predictions", true}});
        const float smallest = 1e-12F;
        const std::string bytes = fileBytes(file());
        QVERIFY(bytes.find(std::string(reinterpret_cast<const char*>(&smallest), 4))
                != std::string::npos);
    }

    void theSameNetworkGivesTheSameBytes() {
        const CollapsedNetwork network = collapsedOf(specOf("unet", "factored", {"*: merged"}));
        const std::string first = written(network).sha256;
        QCOMPARE(written(network).sha256, first);
        QCOMPARE(static_cast<std::int64_t>(fileBytes(file()).size()), written(network).bytes);
    }
};

QTEST_GUILESS_MAIN(OnnxTest)
#include "tst_onnx.moc"
