// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/exports/samples.h"
#include "core/exports/weights.h"
#include "core/model/validate.h"
#include "core/tensor/tensor_file.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

CollapsedNetwork compactFor(const ExperimentSpec& spec) {
    Network network = networkFor(spec);
    scrambleFactors(network, 21);
    scrambleNorms(network, 22);
    return fold(network, {.spec = spec, .targets = openRunData(spec)->targets});
}

CollapsedNetwork compactFor(const std::string& parametrization, const std::string& rule) {
    return compactFor(tinySpec(parametrization, rule));
}

/// Of every operation that is not in the others: sums, poolings of three, a mean of the image.
ExperimentSpec tinyResNet(const std::string& rule) {
    ExperimentSpec spec = tinySpec("factored", rule);
    spec.network.backbone = {"resnet18", {{"width", 0.0625}}};
    spec.tasks.front().method.options = {{"head", "deeplabv3"}, {"head_channels", 8}};
    return withCompleteOptions(spec, catalogue());
}

} // namespace

class CollapsedFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const {
        return m_folder.filePath(QString::fromLatin1(name)).toStdString();
    }

    /// The file of a network, with one change to its header.
    std::filesystem::path changed(const std::function<void(TensorFile&)>& change) {
        const auto file = path("changed.safetensors");
        [&] { QVERIFY(saveCollapsed(file, compactFor("factored", "*: merged")).has_value()); }();
        TensorFile content = *readTensorFile(file);
        change(content);
        [&] { QVERIFY(writeTensorFile(file, content).has_value()); }();
        return file;
    }

private Q_SLOTS:
    void aNetworkComesBackToTheBit() {
        const CollapsedNetwork network = compactFor("factored", "*: factors shared");
        QVERIFY(saveCollapsed(path("a.safetensors"), network).has_value());
        const auto back = loadCollapsed(path("a.safetensors"));
        QVERIFY2(back.has_value(), back ? "" : toText(back.error()).c_str());
        QVERIFY(back->program == network.program);
        QCOMPARE(back->height, network.height);
        QCOMPARE(back->normalization, network.normalization);
        QCOMPARE(back->targets.size(), network.targets.size());
        for (std::size_t t = 0; t < network.targets.size(); ++t)
            QVERIFY(toJson(back->targets[t]) == toJson(network.targets[t])); // kind, classes
        for (std::size_t i = 0; i < network.tensors.size(); ++i)
            QVERIFY(sameBits(back->tensors[i], network.tensors[i]));
    }

    void anIndependentProgramComputesTheSame_data() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<QString>("rule");
        for (const char* backbone : {"segnet", "unet", "resnet18"}) {
            QTest::addRow("%s, merged: norms folded", backbone) << backbone << "*: merged";
            QTest::addRow("%s, own cores: branches", backbone) << backbone << "*: factors shared";
            QTest::addRow("%s, own norms alone: scales and shifts", backbone)
                << backbone << "*: norm {segmentation} | {depth} | {normal}";
        }
    }

    void anIndependentProgramComputesTheSame() {
        QFETCH(QString, backbone);
        QFETCH(QString, rule);
        if (const QString lacking = lackingPython("torch, numpy"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        const CollapsedNetwork network =
            compactFor(backbone == "unet"       ? tinyUnet("factored", rule.toStdString())
                       : backbone == "resnet18" ? tinyResNet(rule.toStdString())
                                                : tinySpec("factored", rule.toStdString()));
        const torch::Tensor images = randomImages(2, network.height, network.width, 5);
        const torch::NoGradGuard noGrad;
        const auto outputs = network.forward(images, {});
        for (const char* weights : {"float32", "float16", "bfloat16"}) {
            const auto writer = valueOf(networkWriter(
                path("network.safetensors"), {"safetensors", {{"weights", weights}}}, [&] {
                    return ExportSamples{images, "made images"};
                }));
            const WrittenNetwork written = valueOf(writer(network));
            QVERIFY2(written.isVerified(), verificationText(written).c_str());
            QCOMPARE(written.readers[0].differences.size(), std::size_t{3});
            // What is loaded has the weights as they were rounded.
            const CollapsedNetwork back = valueOf(loadCollapsed(path("network.safetensors")));
            const CollapsedNetwork rounded = valueOf(storedAs(network, weightType(weights)));
            for (std::size_t i = 0; i < back.tensors.size(); ++i)
                QVERIFY(sameBits(back.tensors[i], rounded.tensors[i]));
        }
        QCOMPARE(QDir(m_folder.path()).entryList({"*.tried*"}).size(), 0);
    }

    void whatAWeightDoesNotFitIsSaid() {
        CollapsedNetwork network = compactFor("factored", "*: tied");
        network.tensors[0].view(-1)[0] = 1e5F; // float16 ends at 65504
        const auto refused = valueOf(networkWriter(
            path("large.safetensors"), {"safetensors", {{"weights", "float16"}}}))(network);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, std::string("export.range"));
        QCOMPARE(refused.error().path, network.program.tensors[0]);
        QVERIFY(!std::filesystem::exists(path("large.safetensors")));
    }

    void onlyFilesThatOthersCannotReadHaveALaterVersion() {
        const auto versionOf = [&](const CollapsedNetwork& network) {
            [&] { QVERIFY(saveCollapsed(path("v.safetensors"), network).has_value()); }();
            return readTensorFile(path("v.safetensors"))->header["version"].get<int>();
        };
        QCOMPARE(versionOf(compactFor("factored", "*: factors shared")), 1);
        const CollapsedNetwork residual = compactFor(tinyResNet("*: tied"));
        QCOMPARE(versionOf(residual), 2);
        const auto back = loadCollapsed(path("v.safetensors"));
        QVERIFY2(back.has_value(), back ? "" : toText(back.error()).c_str());
        QVERIFY(back->program == residual.program);
    }

    void damagedHeadersAreRefused_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("code");
        QTest::newRow("another format") << "format"
                                        << "network.format";
        QTest::newRow("from the future") << "version"
                                         << "network.version";
        QTest::newRow("no size") << "size"
                                 << "network.header";
        QTest::newRow("a huge size") << "huge"
                                     << "network.header";
        QTest::newRow("no program") << "program"
                                    << "network.header";
        QTest::newRow("a missing tensor") << "missing"
                                          << "network.tensor";
        QTest::newRow("a tensor of another shape") << "shape"
                                                   << "network.tensor";
    }

    void damagedHeadersAreRefused() {
        QFETCH(QString, what);
        QFETCH(QString, code);
        const auto file = changed([&](TensorFile& content) {
            if (what == "format")
                content.header["format"] = "other";
            else if (what == "version")
                content.header["version"] = 99;
            else if (what == "size")
                content.header["input"].erase("height");
            else if (what == "huge")
                content.header["input"]["width"] = 100000;
            else if (what == "program")
                content.header["program"] = Json::array();
            else if (what == "missing")
                content.tensors.erase(content.tensors.begin());
            else
                content.tensors.begin()->second = torch::zeros({1});
        });
        const auto network = loadCollapsed(file);
        QVERIFY(!network);
        QCOMPARE(network.error().code, code.toStdString());
        QCOMPARE(network.error().path, file.string());
    }

    void aCheckpointIsNoCollapsedNetwork() {
        TensorFile checkpoint;
        checkpoint.header = {{"format", "concertina-checkpoint"}, {"version", 1}};
        QVERIFY(writeTensorFile(path("c.safetensors"), checkpoint).has_value());
        const auto network = loadCollapsed(path("c.safetensors"));
        QVERIFY(!network);
        QCOMPARE(network.error().code, std::string("network.format"));
    }
};

QTEST_GUILESS_MAIN(CollapsedFileTest)
#include "tst_collapsed_file.moc"
