// SPDX-License-Identifier: GPL-3.0-or-later
// Backbones that are torchvision's: their sizes, their names, and what they compute.
#include "core/backbones/backbone.h"
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/collapse/initial.h"
#include "core/model/costs.h"
#include "core/model/heads.h"
#include "core/model/layer_table.h"
#include "core/model/validate.h"
#include "core/network/initial_network.h"
#include "core/network/run_program.h"
#include "core/tensor/tensor_file.h"
#include "core/tensor/torch.h"
#include "core/training/begun_network.h"
#include "tests/core/core_testing.h"
#include "tests/core/reference_script.h"
#include "tests/printing.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <filesystem>
#include <string_view>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int classes = 1000;

/// A backbone with one task's head, plain, and nothing else; `deepLab`: torchvision's, of 13
/// classes.
NetworkDesign torchvisionDesign(const std::string& id, Json options, int height, int width,
                                bool deepLab = false) {
    const BackboneInfo& backbone = *catalogue().backbone(id);
    FeatureGraph built = backbone.build(completeOptions(backbone, options), height, width);
    GraphBuilder builder(std::move(built.graph));
    builder.startHead(0);
    const HeadPlace place{"x", built.features, deepLab ? 13 : classes};
    builder.output(deepLab ? deepLabHead(builder, place, 256) : pooledHead(builder, place));
    NetworkSpec network;
    network.kernels = {};
    network.sharing = {"*: tied"};
    DesignResult result = designLayers(builder.take(), {"x"}, network, catalogue());
    if (!result.problems.empty())
        qFatal("%s", toText(result.problems).c_str());
    return std::move(result.design);
}

/// The state dict that torchvision would have, "state/layer1.0.bn1.weight".
std::map<std::string, torch::Tensor> stateOf(const Network& network, const BackboneInfo& backbone,
                                             bool deepLab) {
    std::map<std::string, torch::Tensor> state;
    for (const auto& [name, value] : network.namedTensors()) {
        const std::string layer = name.substr(0, name.find('/'));
        const std::string what = name.substr(layer.size() + 1, name.rfind('/') - layer.size() - 1);
        const std::string head = "head.x.";
        const bool ofHead = layer.starts_with(head);
        std::string there = ofHead && !deepLab ? layer.substr(head.size()) : layer;
        if (ofHead && deepLab)
            there = "head." + layer.substr(head.size());
        // In a head's sequence the norm stands behind its convolution.
        std::string norm =
            ofHead ? there.substr(0, there.rfind('.') + 1) + std::to_string(there.back() - '0' + 1)
                   : backbone.torchNorm(layer);
        torch::Tensor tensor = value.detach();
        if (what == "W")
            state["state/" + there + ".weight"] = ofHead && !deepLab ? tensor.flatten(1) : tensor;
        else if (what == "bias")
            state["state/" + there + ".bias"] = tensor;
        else if (what == "norm.mean" || what == "norm.var")
            state["state/" + norm + ".running_" + what.substr(5)] = tensor;
        else
            state["state/" + norm + what.substr(4)] = tensor;
    }
    return state;
}

} // namespace

class TorchvisionTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    /// What torchvision 0.14 and 0.21 count: parameters of `model.parameters()`, and multiply–adds
    /// of every convolution and of the linear layer (weights × pixels of its output, one for the
    /// linear), for an image of 224 × 224. Its documentation has the same in GFLOPS: 1.81, 3.66,
    /// 4.09 and 7.80. Of vgg16_bn these are the features; a linear layer of 512 is behind them
    /// here.
    void sizesAreTorchvisions_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("options");
        QTest::addColumn<double>("parameters");
        QTest::addColumn<double>("multiplyAdds");
        QTest::newRow("resnet18") << "resnet18"
                                  << R"({"output_stride": "32"})" << 11'689'512.0
                                  << 1'814'073'344.0;
        QTest::newRow("resnet34") << "resnet34"
                                  << R"({"output_stride": "32"})" << 21'797'672.0
                                  << 3'663'761'408.0;
        QTest::newRow("resnet50") << "resnet50"
                                  << R"({"output_stride": "32"})" << 25'557'032.0
                                  << 4'089'184'256.0;
        QTest::newRow("resnet50, dilated")
            << "resnet50"
            << R"({"output_stride": "8"})" << 25'557'032.0 << 19'079'364'608.0;
        QTest::newRow("resnet101")
            << "resnet101"
            << R"({"output_stride": "32"})" << 44'549'160.0 << 7'801'405'440.0;
        QTest::newRow("vgg16") << "vgg16"
                               << "{}" << 14'723'136.0 + 513'000 << 15'346'630'656.0 + 512'000;
        const auto mobile = [](const char* width, double parameters, double multiplyAdds) {
            QTest::addRow("mobilenet_v2, width %s", width)
                << "mobilenet_v2"
                << QStringLiteral(R"({"output_stride": "32", "last_convolution": true,
                                      "width": %1})")
                       .arg(width)
                << parameters << multiplyAdds;
        };
        mobile("0.25", 1'519'112, 37'201'312);
        mobile("0.35", 1'677'128, 59'285'808);
        mobile("0.5", 1'968'680, 97'131'840);
        mobile("0.75", 2'636'424, 209'069'792);
        mobile("1", 3'504'872, 300'774'272);
        mobile("1.4", 6'108'776, 582'195'824);
    }

    void sizesAreTorchvisions() {
        QFETCH(QString, id);
        QFETCH(QString, options);
        QFETCH(double, parameters);
        QFETCH(double, multiplyAdds);
        const NetworkDesign design =
            torchvisionDesign(id.toStdString(), Json::parse(options.toStdString()), 224, 224);
        const NetworkCosts costs = networkCosts(design, {});
        // vgg16_bn's convolutions have biases there, too: 4,224 of them, as many as half its norms.
        QCOMPARE(costs.trainedParameters, parameters);
        QCOMPARE(costs.multiplyAdds, multiplyAdds);
        const LayerTable table = layerTable(design);
        QCOMPARE(table.total.parameters, parameters);
        QCOMPARE(table.total.trained, parameters);
        QCOMPARE(table.total.multiplyAdds, multiplyAdds);
    }

    /// By hand, stage by stage: 7 and 11 behind the first pooling of a ResNet, then 2 · jump a
    /// 3 × 3. Of ResNet-50, VGG-16 and MobileNetV2 the literature has the same (Araujo 2019,
    /// Distill, counts VGG-16 to its last pooling: 196 + 16 = 212).
    void fieldsAreThoseOfTheirKernels() {
        const auto fieldAt = [](const char* id, const Json& options, const std::string& layer) {
            const LayerTable table = layerTable(torchvisionDesign(id, options, 224, 224));
            return std::ranges::find(table.rows, layer, &LayerRow::name)->field;
        };
        const Json usual = {{"output_stride", "32"}}, dilated = {{"output_stride", "8"}};
        QCOMPARE(fieldAt("resnet18", usual, "conv1"), (ReceptiveField{7, 2}));
        QCOMPARE(fieldAt("resnet18", usual, "layer1.1.conv2"), (ReceptiveField{11 + 4 * 8, 4}));
        QCOMPARE(fieldAt("resnet18", usual, "layer4.1.conv2"), (ReceptiveField{435, 32}));
        QCOMPARE(fieldAt("resnet50", usual, "layer4.2.conv2"), (ReceptiveField{427, 32}));
        // Dilated it sees as far, at a smaller jump; the first of a stage dilates as before it.
        QCOMPARE(fieldAt("resnet50", dilated, "layer3.5.conv2").jump, 8.0);
        QCOMPARE(fieldAt("vgg16", Json::object(), "features.40"), (ReceptiveField{196, 16}));
        QCOMPARE(fieldAt("mobilenet_v2", usual, "features.17.conv.2"), (ReceptiveField{491, 32}));
        QCOMPARE(fieldAt("mobilenet_v2", dilated, "features.17.conv.2"), (ReceptiveField{491, 8}));
        QVERIFY(fieldAt("resnet18", usual, "head.x.fc").wholeImage);
    }

    void outputsAreTorchvisions_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("stride");
        QTest::addColumn<bool>("deepLab");
        QTest::addColumn<QString>("width");
        const auto row = [](const char* id, const char* stride, bool deepLab,
                            const char* width = "1") {
            QTest::addRow("%s, stride %s%s, width %s", id, stride, deepLab ? ", deeplabv3" : "",
                          width)
                << id << (id == std::string_view("vgg16") ? "vgg16_bn" : id) << stride << deepLab
                << width;
        };
        row("resnet18", "32", false);
        row("resnet18", "8", false);
        row("resnet34", "16", false);
        row("resnet50", "32", false);
        row("resnet50", "16", false);
        row("resnet50", "8", true);
        row("resnet101", "32", false);
        row("vgg16", "16", false);
        for (const char* width : {"0.25", "0.5", "1", "1.4"})
            row("mobilenet_v2", "32", false, width);
        row("mobilenet_v2", "16", false);
        row("mobilenet_v2", "8", false, "0.35");
        row("mobilenet_v2", "8", true, "0.5");
    }

    void outputsAreTorchvisions() {
        QFETCH(QString, id);
        QFETCH(QString, network);
        QFETCH(QString, stride);
        QFETCH(bool, deepLab);
        QFETCH(QString, width);
        QProcess probe;
        probe.start(QStringLiteral("/usr/bin/python3"),
                    {QStringLiteral("-c"), QStringLiteral("import torchvision")});
        if (!probe.waitForFinished(300000) || probe.exitCode() != 0)
            QSKIP("Debian's python3-torchvision is not here.");
        Json options = Json::object();
        if (id != "vgg16")
            options["output_stride"] = stride.toStdString();
        options["width"] = width.toDouble();
        if (id == "mobilenet_v2") // without it at stride 8, as heads of pixels read it
            options["last_convolution"] = stride != "8";
        // No multiple of 32: sizes are rounded up on the way.
        constexpr int height = 72, across = 100;
        Network made(torchvisionDesign(id.toStdString(), options, height, across, deepLab), 5);
        scrambleNorms(made, 22);
        const torch::NoGradGuard noGrad;
        // Float64 of the smallest, to 1e-10; rounding is the same in others.
        std::vector<torch::ScalarType> types{torch::kFloat32};
        if (id == "resnet18")
            types.push_back(torch::kFloat64);
        for (const auto type : types) {
            const Network typed = made.convertedTo(type);
            TensorFile file;
            file.tensors = stateOf(typed, *catalogue().backbone(id.toStdString()), deepLab);
            file.tensors["image"] = randomImages(2, height, across, 5, type);
            file.tensors["output"] =
                typed.forward(typed.compose(false), file.tensors["image"], {}).front();
            for (auto& [name, tensor] : file.tensors)
                tensor = tensor.contiguous();
            const std::string path = m_folder.filePath("case.safetensors").toStdString();
            QVERIFY(writeTensorFile(path, file).has_value());
            QProcess python;
            python.start(
                QStringLiteral("/usr/bin/python3"),
                {QStringLiteral(CONCERTINA_SOURCE_DIR "/tests/reference/torchvision_network.py"),
                 network, stride, QString::fromStdString(path), width});
            QVERIFY(python.waitForFinished(300000));
            const QByteArray said = python.readAllStandardOutput() + python.readAllStandardError();
            QVERIFY2(python.exitCode() == 0, said.constData());
        }
    }

    void aNetworkThatBeginsWithAFileGivesWhatTorchvisionGives_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("parametrization");
        for (const char* id : {"resnet18", "resnet50", "mobilenet_v2"})
            for (const char* parametrization : {"plain", "factored"})
                QTest::addRow("%s, %s", id, parametrization) << id << parametrization;
    }

    /// Through torch.save's two forms and through safetensors of others: the last features, which
    /// an identity in the head's place hands out, expanded and collapsed. Rounding of float32 on
    /// their side: 1e-5 of the largest.
    void aNetworkThatBeginsWithAFileGivesWhatTorchvisionGives() {
        QFETCH(QString, id);
        QFETCH(QString, parametrization);
        if (const QString lacking = lackingPython(QStringLiteral("torchvision"));
            !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        const std::filesystem::path folder = m_folder.path().toStdString();
        if (!std::filesystem::exists(folder / (id.toStdString() + ".safetensors")))
            if (const QString wrong =
                    runReference(QStringLiteral("save_torchvision.py"), {id, m_folder.path()});
                !wrong.isEmpty())
                QFAIL(qPrintable(wrong));
        constexpr int height = 72, width = 100;
        ExperimentSpec spec = tinySpec(parametrization.toStdString(), "*: tied");
        spec.network.backbone = {id.toStdString(), {{"output_stride", "32"}}};
        spec.data.height = height;
        spec.data.width = width;
        spec.tasks = {{.method = {"classification"}}};
        spec = withCompleteOptions(spec, catalogue());
        int channels = id == "resnet18" ? 512 : 2048;
        if (id == "mobilenet_v2") {
            spec.network.backbone.options["last_convolution"] = true;
            channels = 1280;
        }
        const auto read = [&](const char* what, std::vector<std::int64_t> shape) {
            const auto values = valuesOf<float>(folder / (id.toStdString() + what));
            return torch::tensor(values).view(shape).to(torch::kFloat64);
        };
        const torch::Tensor image = read("-image", {2, 3, height, width});
        const torch::Tensor expected = read("-features", {2, channels, 1, 1});
        const torch::NoGradGuard noGrad;
        for (const char* ending : {"-zip.pth", "-stream.pth", ".safetensors"}) {
            const std::string file = (folder / (id.toStdString() + ending)).string();
            const auto source = readInitial(file, file, "");
            QVERIFY2(source, source ? "" : toText(source.error()).c_str());
            DesignResult result = designNetwork(spec, catalogue(), std::vector{channels});
            QVERIFY2(result.problems.empty(), toText(result.problems).c_str());
            BegunNotes notes;
            const auto begun = begunNetwork(spec, std::move(result.design), **source, notes);
            QVERIFY2(begun, begun ? "" : toText(begun.error()).c_str());
            const Network wide = begun->convertedTo(torch::kFloat64);
            const UnfoldedNetwork unfolded = unfoldedOf(wide);
            const auto check = [&](const Program& program, std::vector<torch::Tensor> tensors) {
                for (std::size_t i = 0; i < tensors.size(); ++i)
                    if (program.tensors[i].starts_with("head."))
                        tensors[i] = tensors[i].dim() == 4
                                         ? torch::eye(channels, tensors[i].options())
                                               .view(tensors[i].sizes())
                                         : torch::zeros_like(tensors[i]);
                const torch::Tensor output =
                    runProgram(program, tensors, image, {.training = false}).front();
                const double away = relativeDifference(output, expected);
                QVERIFY2(away < 1e-5, (std::string(ending) + ": " + std::to_string(away)).c_str());
            };
            check(wide.program(), wide.compose(false).tensors);
            check(unfolded.program, unfolded.tensors);
        }
    }

    void normsAreCalledAsTorchvisions() {
        const auto& name = catalogue().backbone("resnet50")->torchNorm;
        QCOMPARE(name("conv1"), std::string("bn1"));
        QCOMPARE(name("layer3.5.conv3"), std::string("layer3.5.bn3"));
        QCOMPARE(name("layer4.0.downsample.0"), std::string("layer4.0.downsample.1"));
        QCOMPARE(catalogue().backbone("vgg16")->torchNorm("features.40"),
                 std::string("features.41"));
        const auto& mobile = catalogue().backbone("mobilenet_v2")->torchNorm;
        QCOMPARE(mobile("features.0.0"), std::string("features.0.1"));
        QCOMPARE(mobile("features.1.conv.1"), std::string("features.1.conv.2"));
        QCOMPARE(mobile("features.17.conv.1.0"), std::string("features.17.conv.1.1"));
        QVERIFY(catalogue().backbone("segnet")->torchNorm == nullptr);
    }

    void featuresHaveTheirStrides() {
        for (const auto& [chosen, strides] : {std::pair{"32", std::vector{4, 8, 16, 32}},
                                              {"16", {4, 8, 16, 16}},
                                              {"8", {4, 8, 8, 8}}}) {
            const BackboneInfo& backbone = *catalogue().backbone("resnet50");
            const FeatureGraph built = backbone.build(
                completeOptions(backbone, {{"output_stride", chosen}, {"width", 0.25}}), 64, 96);
            QCOMPARE(built.features.size(), std::size_t{4});
            QCOMPARE(built.features.back().name, std::string("out"));
            for (std::size_t i = 0; i < strides.size(); ++i) {
                const Node& node = built.graph.node(built.features[i].node);
                QCOMPARE(built.features[i].stride, strides[i]);
                QCOMPARE(node.height, 64 / strides[i]);
                QCOMPARE(node.width, 96 / strides[i]);
                QCOMPARE(node.channels, 64 << i);
            }
        }
    }

    /// Each is the last of its stride: what a decoder or a detector reads.
    void mobileNetsFeaturesHaveTheirStrides() {
        const BackboneInfo& backbone = *catalogue().backbone("mobilenet_v2");
        const FeatureGraph built =
            backbone.build(completeOptions(backbone, {{"output_stride", "32"}}), 64, 96);
        const std::vector<std::tuple<std::string, int, int>> expected{{"features.1", 2, 16},
                                                                      {"features.3", 4, 24},
                                                                      {"features.6", 8, 32},
                                                                      {"features.13", 16, 96},
                                                                      {"out", 32, 320}};
        QCOMPARE(built.features.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto& [name, stride, channels] = expected[i];
            const Node& node = built.graph.node(built.features[i].node);
            QCOMPARE(built.features[i].name, name);
            QCOMPARE(built.features[i].stride, stride);
            QCOMPARE(node.width, 96 / stride);
            QCOMPARE(node.channels, channels);
        }
    }
};

QTEST_GUILESS_MAIN(TorchvisionTest)
#include "tst_torchvision.moc"
