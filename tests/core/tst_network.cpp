// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/network/network.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class NetworkTest : public QObject {
    Q_OBJECT

    static std::vector<torch::Tensor> outputs(const Network& network, const torch::Tensor& images,
                                              bool training = false) {
        const torch::NoGradGuard noGrad;
        return network.forward(network.compose(false), images, {.training = training});
    }

private Q_SLOTS:
    void anExpandedNetworkStartsAsThePlainOne_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("rule");
        for (const char* rule : {"*: tied", "*: merged", "*: factors shared", "*: separate",
                                 "*: {segmentation, depth} | {normal} merged"})
            for (const char* parametrization : {"factored", "expand", "chain"})
                QTest::addRow("%s, %s", parametrization, rule) << parametrization << rule;
        for (const char* rule : {"*: tied", "*: separate"})
            for (const char* parametrization : {"plain", "do-conv", "repvgg"})
                QTest::addRow("%s, %s", parametrization, rule) << parametrization << rule;
    }

    void anExpandedNetworkStartsAsThePlainOne() {
        QFETCH(QString, parametrization);
        QFETCH(QString, rule);
        const Network plain = networkFor(tinySpec("plain", "*: tied"));
        const Network expanded =
            networkFor(tinySpec(parametrization.toStdString(), rule.toStdString()));
        const torch::Tensor images = randomImages(2, 16, 24, 5);
        for (const bool training : {false, true}) {
            const auto left = outputs(expanded, images, training);
            const auto right = outputs(plain, images, training);
            QCOMPARE(left.size(), 3U);
            for (std::size_t t = 0; t < 3; ++t)
                QVERIFY(relativeDifference(left[t], right[t]) <= 1e-5);
        }
    }

    void trainingInFloat32IsThatInFloat64ToRounding_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("rule");
        for (const char* parametrization : {"plain", "factored", "repvgg"})
            for (const char* rule : {"*: tied", "*: separate", "*: norm {segmentation} | {depth} | {normal}"})
                QTest::addRow("%s, %s", parametrization, rule) << parametrization << rule;
    }

    /// Norms and the ReLUs behind them are one operation in float32 alone.
    void trainingInFloat32IsThatInFloat64ToRounding() {
        QFETCH(QString, parametrization);
        QFETCH(QString, rule);
        const Network network =
            networkFor(tinySpec(parametrization.toStdString(), rule.toStdString()));
        const Network wide = network.convertedTo(torch::kFloat64, Contraction::Compose);
        std::vector<torch::Tensor> results[2];
        for (const Network* each : {&network, &wide}) {
            const auto type = each->parameters().front().value.scalar_type();
            const torch::Tensor images = randomImages(2, 16, 24, 5).to(type).requires_grad_();
            auto& found = results[each == &wide];
            found = each->forward(each->compose(false), images, {.training = true});
            torch::Tensor sum;
            for (const torch::Tensor& output : found) {
                const torch::Tensor part = (output * output).mean();
                sum = sum.defined() ? sum + part : part;
            }
            found.push_back(torch::autograd::grad({sum}, {images}).front());
            for (const auto& [name, tensor] : each->namedTensors()) // running statistics
                if (name.find("/norm.") != std::string::npos)
                    found.push_back(tensor);
        }
        QCOMPARE(results[0].size(), results[1].size());
        for (std::size_t i = 0; i < results[0].size(); ++i)
            QVERIFY(relativeDifference(results[0][i].detach(), results[1][i].detach()) <= 1e-4);
    }

    void normsKeepTheirValuesForOtherReaders() {
        // 1 is read by 2 and 3, 4 is an output, 6 is read by 7 alone.
        Program program{.tensors = {"w", "b", "m", "v"}, .outputs = {4, 5, 7}};
        const auto add = [&](Op op, std::vector<int> inputs) {
            Instruction instruction{.op = op,
                                    .name = std::to_string(program.instructions.size()),
                                    .inputs = std::move(inputs)};
            if (op == Op::Norm)
                instruction.tensors = {0, 1, 2, 3};
            program.instructions.push_back(std::move(instruction));
        };
        add(Op::Input, {});
        add(Op::Norm, {0});
        add(Op::Relu, {1});
        add(Op::Add, {1, 2});
        add(Op::Norm, {3});
        add(Op::Relu, {4});
        add(Op::Norm, {5});
        add(Op::Relu, {6});
        torch::manual_seed(3);
        const torch::Tensor images = torch::randn({2, 3, 9, 7});
        const std::vector<torch::Tensor> tensors{torch::randn({3}), torch::randn({3}),
                                                 torch::zeros({3}), torch::ones({3})};
        std::vector<torch::Tensor> wide;
        for (const torch::Tensor& tensor : tensors)
            wide.push_back(tensor.to(torch::kFloat64));
        const auto left = runProgram(program, tensors, images, {.training = true});
        const auto right =
            runProgram(program, wide, images.to(torch::kFloat64), {.training = true});
        for (std::size_t i = 0; i < left.size(); ++i)
            QVERIFY(relativeDifference(left[i], right[i]) <= 1e-5);
        QVERIFY(left[0].min().item<double>() < 0);
    }

    void toAnotherDeviceGoTheMomentsToo() {
        Network network = networkFor(tinySpec("factored", "*: merged"));
        for (Parameter& parameter : network.parameters()) {
            parameter.state["adam.m"] = torch::zeros_like(parameter.value);
            parameter.state["adam.t"] = torch::zeros({1}, torch::kInt64);
        }
        network.to(torch::kMeta); // a device that every machine has
        for (const Parameter& parameter : network.parameters()) {
            QVERIFY(parameter.value.is_meta());
            QVERIFY(parameter.state.at("adam.m").is_meta());
            QVERIFY(!parameter.state.at("adam.t").is_meta()); // read on the CPU
        }
    }

    void twoNetworksOfOneSeedAreEqualToTheBitAndOfAnotherAreNot() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        const auto first = networkFor(spec).namedTensors();
        const auto second = networkFor(spec).namedTensors();
        spec.seed = 8;
        const auto other = networkFor(spec).namedTensors();
        bool differs = false;
        for (const auto& [name, tensor] : first) {
            QVERIFY2(sameBits(tensor, second.at(name)), name.c_str());
            differs = differs || !sameBits(tensor, other.at(name));
        }
        QVERIFY(differs);
    }

    void namesAreLayerFactorGroup() {
        const auto tensors = networkFor(tinySpec("factored", "*: factors shared")).namedTensors();
        for (const char* name :
             {"enc1.1/U/segmentation+depth+normal", "enc1.1/M/depth", "dec2.1/bias/normal",
              "dec2.1/norm.weight/segmentation", "dec2.1/norm.mean/segmentation",
              "head.depth.2/W/depth", "head.depth.2/bias/depth"})
            QVERIFY2(tensors.contains(name), name);
    }

    void runningStatisticsBelongToExecutedNodes() {
        // γ and β are one, but the tasks have parted before: three branches, three statistics.
        ExperimentSpec spec = tinySpec("factored", "*: tied");
        spec.network.sharing = {"*: tied", "enc1.1: separate"};
        const auto tensors = networkFor(spec).namedTensors();
        QVERIFY(tensors.contains("enc2.1/norm.weight/segmentation+depth+normal"));
        QVERIFY(tensors.contains("enc2.1/norm.mean/depth"));
        QVERIFY(!tensors.contains("enc2.1/norm.mean/segmentation+depth+normal"));
    }

    void equalCopiesMergeToThatCopyToTheBit() {
        const Network tied = networkFor(tinySpec("factored", "*: tied"));
        const Network merged = networkFor(tinySpec("factored", "*: merged"));
        const torch::Tensor images = randomImages(1, 16, 24, 3);
        const auto left = outputs(tied, images);
        const auto right = outputs(merged, images);
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(sameBits(left[t], right[t]));
    }

    void aMergedKernelIsTheMeanOfItsCopies() {
        Network network = networkFor(tinySpec("factored", "*: merged"));
        scrambleFactors(network, 11);
        const auto tensors = network.namedTensors();
        const torch::NoGradGuard noGrad;
        const ComposedNetwork composed = network.compose(false);
        const auto at = [&](const std::string& name) { return tensors.at("enc2.1/" + name); };
        const std::string all = "segmentation+depth+normal";
        const torch::Tensor mean = (at("M/segmentation") + at("M/depth") + at("M/normal")) / 3;
        const torch::Tensor expected = torch::mm(torch::mm(at("U/" + all), mean), at("V/" + all));
        for (const auto& kernel : composed.kernels)
            if (network.design().graph.layers[kernel.layer].name == "enc2.1")
                QVERIFY(relativeDifference(kernel.kernel.flatten(1), expected) < 1e-6);
    }

    void weightsOfAnotherNetworkAreRefusedAndNothingChanges() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        Network network = networkFor(spec);
        const auto before = network.namedTensors();
        auto foreign = before;
        foreign.erase("enc1.1/U/segmentation+depth+normal");
        QCOMPARE(network.load(foreign).error().code, std::string("network.tensor"));
        foreign = before;
        foreign["enc1.1/M/depth"] = torch::zeros({2, 2});
        const auto refused = network.load(foreign);
        QCOMPARE(refused.error().path, std::string("enc1.1/M/depth"));
        for (auto& [name, tensor] : foreign)
            tensor = torch::zeros_like(tensor);
        foreign.erase("head.depth.2/W/depth");
        QVERIFY(!network.load(foreign));
        QVERIFY(network.namedTensors().at("enc1.1/M/depth").abs().sum().item<double>() > 0);
    }

    void loadingGivesTheSameNetwork() {
        Network network = networkFor(tinySpec("factored", "*: factors shared"));
        scrambleFactors(network, 2);
        scrambleNorms(network, 3);
        const auto copy = Network::fromTensors(network.design(), network.namedTensors());
        QVERIFY(copy);
        const torch::Tensor images = randomImages(1, 16, 24, 4);
        const auto left = outputs(network, images);
        const auto right = outputs(*copy, images);
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(sameBits(left[t], right[t]));
    }

    void scalingKernelsScalesEveryKernel_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<int>("moving");
        for (const char* rule : {"*: tied", "*: merged", "*: factors shared", "*: separate"})
            for (const Moving moving : {Moving::All, Moving::Cores, Moving::NonCore})
                QTest::newRow((QByteArray(rule) + ' ' + QByteArray::number(static_cast<int>(moving)))
                                  .constData())
                    << rule << static_cast<int>(moving);
    }

    void scalingKernelsScalesEveryKernel() {
        QFETCH(QString, rule);
        QFETCH(int, moving);
        Network network = networkFor(tinySpec("factored", rule.toStdString()));
        scrambleFactors(network, 6);
        const torch::NoGradGuard noGrad;
        std::vector<torch::Tensor> before;
        for (const auto& kernel : network.compose(false).kernels)
            before.push_back(kernel.kernel.clone());
        for (Parameter& parameter : network.parameters())
            parameter.grad = torch::zeros_like(parameter.value);
        network.scaleKernels(0.9, static_cast<Moving>(moving));
        const auto after = network.compose(false).kernels;
        for (std::size_t i = 0; i < before.size(); ++i)
            QVERIFY(relativeDifference(after[i].kernel, before[i] * 0.9) < 1e-6);
    }

    void theDefaultSegNetHasMtansParameters() {
        // 24,981,069: the constant that MTAN's own code divides by, a single-task SegNet with 13
        // classes (model_segnet_*.py, "Parameter Space").
        ExperimentSpec spec;
        spec.tasks = {{{"segmentation"}, 1.0}};
        spec.data.height = 288;
        spec.data.width = 384;
        NetworkDesign design = designFor(spec);
        std::int64_t parameters = 0;
        for (std::size_t i = 0; i < design.layers.size(); ++i) {
            const Layer& layer = design.graph.layers[i];
            // designFor gives heads the 14 classes of rooms; MTAN's has 13.
            const std::int64_t out = layer.name == "head.segmentation.2" ? 13 : layer.kernel.out;
            parameters += out * layer.kernel.in * layer.kernel.height * layer.kernel.width + out
                          + (layer.norm ? 2 * out : 0);
        }
        QCOMPARE(parameters, std::int64_t{24'981'069});
        QCOMPARE(std::ranges::count_if(design.graph.layers,
                                       [](const Layer& layer) { return layer.name.starts_with("enc"); }),
                 13);
        QCOMPARE(std::ranges::count_if(design.graph.layers,
                                       [](const Layer& layer) { return layer.name.starts_with("dec"); }),
                 13);
    }

    void theDefaultUNetHasThePapersLevels() {
        // Ronneberger 2015, figure 1: two 3 × 3 convolutions a level of 64 to 1,024 channels; the
        // first on the way up sees its level's and, as nothing but interpolation lies between,
        // the level's below. With biases, and two norm parameters a channel.
        ExperimentSpec spec;
        spec.tasks = {{{"segmentation"}, 1.0}};
        spec.network.backbone = {"unet", Json::object()};
        spec.data.height = 288;
        spec.data.width = 384;
        const NetworkDesign design = designFor(withCompleteOptions(spec, catalogue()));
        const auto convolution = [](std::int64_t in, std::int64_t out) {
            return out * in * 9 + 3 * out;
        };
        std::int64_t expected = 0, before = 3;
        const std::vector<std::int64_t> channels{64, 128, 256, 512, 1024};
        for (const std::int64_t level : channels) {
            expected += convolution(before, level) + convolution(level, level);
            before = level;
        }
        for (std::size_t level = 4; level-- > 0;) {
            expected += convolution(channels[level] + channels[level + 1], channels[level])
                        + convolution(channels[level], channels[level]);
        }
        std::int64_t parameters = 0;
        for (const Layer& layer : design.graph.layers)
            if (layer.task < 0)
                parameters += layer.kernel.weights() + 3 * layer.kernel.out;
        QCOMPARE(parameters, expected);
        QCOMPARE(design.graph.layers[0].kernel.in, 3);
        QCOMPARE(design.graph.layers.size(), 18U + 2U);
        const Node& last = design.graph.node(design.graph.outputs[0]);
        QCOMPARE(last.height, 288);
        QCOMPARE(last.width, 384);
    }

    void oddImageSizesComeBackInTheirOwnSize_data() {
        QTest::addColumn<QString>("backbone");
        QTest::newRow("segnet") << "segnet";
        QTest::newRow("unet") << "unet";
    }

    void oddImageSizesComeBackInTheirOwnSize() {
        QFETCH(QString, backbone);
        const ExperimentSpec spec = backbone == "unet" ? tinyUnet("factored", "*: merged")
                                                       : tinySpec("factored", "*: merged");
        const Network network = networkFor(spec);
        const auto results = outputs(network, randomImages(1, 17, 23, 1));
        QCOMPARE(results[0].sizes().vec(), (std::vector<std::int64_t>{1, 14, 17, 23}));
    }
};

QTEST_GUILESS_MAIN(NetworkTest)
#include "tst_network.moc"
