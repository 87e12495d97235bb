// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/stretches.h"

#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/model/costs.h"
#include "core/model/design_contraction.h"
#include "core/model/validate.h"
#include "core/network/backward.h"
#include "core/network/conflict.h"
#include "tests/core/core_testing.h"
#include "tests/core/parametrization_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

ExperimentSpec specWith(const std::string& parametrization, const Json& options,
                        const std::vector<std::string>& rules, Contraction contraction) {
    ExperimentSpec spec = tinySpec(parametrization, "*: tied");
    spec.network.kernels.front().method.options = options;
    spec.network.sharing = rules;
    spec.network.contraction = contraction;
    return withCompleteOptions(spec, catalogue());
}

/// One network, whatever its contraction order: the factors of the one are those of the other.
std::pair<Network, Network> bothWays(const std::string& parametrization, const Json& options,
                                     const std::vector<std::string>& rules) {
    Network run = networkFor(specWith(parametrization, options, rules, Contraction::Run))
                      .convertedTo(torch::kFloat64);
    scrambleFactors(run, 5);
    scrambleNorms(run, 6);
    Network composed = Network::fromTensors(designFor(specWith(parametrization, options, rules,
                                                               Contraction::Compose)),
                                            run.namedTensors())
                           .value()
                           .convertedTo(torch::kFloat64);
    [[maybe_unused]] const auto loaded = composed.load(copyOf(run.namedTensors()));
    return {std::move(run), std::move(composed)};
}

std::vector<torch::Tensor> lossesOf(const std::vector<torch::Tensor>& outputs) {
    std::vector<torch::Tensor> losses;
    for (std::size_t t = 0; t < outputs.size(); ++t)
        losses.push_back((outputs[t] * (0.5 + 0.3 * double(t))).sin().square().mean());
    return losses;
}

int convolutionsOf(const Network& network, const std::string& layer) {
    int count = 0;
    for (const Instruction& instruction : network.program().instructions)
        count += instruction.op == Op::Conv && instruction.name.starts_with(layer + ".") ? 1 : 0;
    return count;
}

void addCases() {
    QTest::addColumn<QString>("parametrization");
    QTest::addColumn<QString>("options");
    QTest::addColumn<QStringList>("rules");
    const QStringList plans{"*: tied",
                            "*: merged",
                            "*: factors shared",
                            "*: separate",
                            "*: {segmentation, depth} | {normal} merged",
                            "enc*: merged;dec*: separate",
                            "enc*: V {segmentation} | {depth, normal};enc*: norm {segmentation} | "
                            "{depth, normal}"};
    for (const QString& plan : plans)
        QTest::addRow("factored, %s", qPrintable(plan)) << "factored"
                                                        << "{}" << plan.split(QLatin1Char(';'));
    QTest::addRow("low rank") << "factored"
                              << R"({"rank": 0.5})" << plans.mid(1, 1);
    QTest::addRow("diagonal") << "factored"
                              << R"({"core": "diagonal"})" << plans.mid(1, 1);
    QTest::addRow("five factors") << "factored"
                                  << R"({"depth": 5})" << plans.mid(2, 1);
    QTest::addRow("expand") << "expand"
                            << "{}" << plans.mid(0, 1);
    QTest::addRow("expand, merged") << "expand"
                                    << R"({"expansion": 2})" << plans.mid(1, 1);
}

} // namespace

class StretchesTest : public QObject {
    Q_OBJECT

    torch::Tensor m_images = randomImages(4, 16, 24, 1, torch::kFloat64);

    static std::vector<std::string> rulesOf(const QStringList& rules) {
        std::vector<std::string> all;
        for (const QString& rule : rules)
            all.push_back(rule.toStdString());
        return all;
    }

private Q_SLOTS:
    void aStretchIsTheConvolutionsInSequence() {
        // LibTorch's convolutions one behind the other, on an input padded by the one that moves.
        const KernelShape u{.out = 5, .in = 4}, m{.out = 4, .in = 4},
            d{.out = 4, .in = 4, .groups = 4};
        const KernelShape v{
            .out = 4, .in = 3, .height = 3, .width = 3, .stride = 2, .padding = 2, .dilation = 2};
        const KernelShape w1{.out = 3, .in = 6};
        const std::vector<std::vector<KernelShape>> stretches{
            {u, m}, {u, d}, {d, v}, {d, d, v}, {u, d, m, v}, {u, m, v, w1}, {v, w1}, {m, v}};
        for (const auto& stretch : stretches) {
            std::vector<torch::Tensor> factors;
            for (std::size_t i = 0; i < stretch.size(); ++i)
                factors.push_back(randomKernel(stretch[i], 10 + i).to(torch::kFloat64));
            torch::Tensor x = randomImages(2, 11, 9, 4, torch::kFloat64)
                                  .repeat({1, 2, 1, 1})
                                  .narrow(1, 0, stretch.back().in);
            const KernelShape whole = kernelOf(stretch);
            const torch::Tensor expected = [&] {
                torch::Tensor y = x;
                for (std::size_t i = stretch.size(); i-- > 0;)
                    y = torch::conv2d(y, factors[i], {}, stretch[i].stride, stretch[i].padding,
                                      stretch[i].dilation, stretch[i].groups);
                return y;
            }();
            const torch::Tensor actual =
                torch::conv2d(x, composeStretch(factors, stretch), {}, whole.stride, whole.padding,
                              whole.dilation, whole.groups);
            QVERIFY(relativeDifference(actual, expected) < 1e-13);
        }
    }

    void contractionChangesNothing_data() { addCases(); }

    void contractionChangesNothing() {
        QFETCH(QString, parametrization);
        QFETCH(QString, options);
        QFETCH(QStringList, rules);
        auto [run, composed] = bothWays(parametrization.toStdString(),
                                        Json::parse(options.toStdString()), rulesOf(rules));
        QVERIFY(convolutionsOf(run, "dec1.1") > convolutionsOf(composed, "dec1.1"));
        std::vector<torch::Tensor> losses[2];
        for (Network* network : {&run, &composed}) {
            const ComposedNetwork kernels = network->compose(true);
            auto& own = losses[network == &run ? 0 : 1];
            own = lossesOf(network->forward(kernels, m_images, {.training = true}));
            backward(*network, kernels, own, {});
        }
        for (std::size_t t = 0; t < losses[0].size(); ++t)
            QVERIFY(relativeDifference(losses[0][t], losses[1][t]) < 1e-12);
        // Biases before a norm of the batch's statistics have no gradient but rounding.
        double largest = 0;
        for (const Parameter& parameter : composed.parameters())
            largest = std::max(largest, parameter.grad.abs().max().item<double>());
        for (std::size_t i = 0; i < run.parameters().size(); ++i) {
            const Parameter& parameter = run.parameters()[i];
            QCOMPARE(parameter.name, composed.parameters()[i].name);
            QVERIFY2((parameter.grad - composed.parameters()[i].grad).abs().max().item<double>()
                         < 1e-11 * largest,
                     parameter.name.c_str());
        }
        for (const auto& [name, value] : composed.namedTensors()) // running statistics, too
            QVERIFY2(relativeDifference(run.namedTensors().at(name), value) < 1e-12, name.c_str());
    }

    void theyFoldIntoTheSameNetwork_data() { addCases(); }

    void theyFoldIntoTheSameNetwork() {
        QFETCH(QString, parametrization);
        QFETCH(QString, options);
        QFETCH(QStringList, rules);
        const auto [run, composed] = bothWays(parametrization.toStdString(),
                                              Json::parse(options.toStdString()), rulesOf(rules));
        const torch::NoGradGuard noGrad;
        const CollapsedNetwork folded = fold(run, Checkpoint());
        const CollapsedNetwork other = fold(composed, Checkpoint());
        QVERIFY(folded.program == other.program);
        for (std::size_t i = 0; i < folded.tensors.size(); ++i)
            QVERIFY(sameBits(folded.tensors[i], other.tensors[i]));
        const auto expected = run.forward(run.compose(false), m_images, {});
        const auto actual = folded.forward(m_images, RunSettings());
        for (std::size_t t = 0; t < expected.size(); ++t)
            QVERIFY(relativeDifference(actual[t], expected[t]) < 1e-10);
        const NetworkCosts costs = networkCosts(run.design(), {.batch = 4});
        QCOMPARE(costs.collapsedParameters, double(folded.parameters()));
        QCOMPARE(costs.multiplyAdds, networkCosts(composed.design(), {.batch = 4}).multiplyAdds);
    }

    void whatTasksMakeOfOneInputIsMadeOnce() {
        // Per-task cores: the first layer's V runs once, each task's M and U on what it gave; the
        // next layer's inputs have parted.
        const Network network =
            networkFor(specWith("factored", {}, {"*: factors shared"}, Contraction::Run));
        QCOMPARE(convolutionsOf(network, "enc1.1"), 1 + 3 + 3);
        QCOMPARE(convolutionsOf(network, "enc2.1"), 3 + 3 + 3);
        // The image alone is one: a layer's U without a copy of M before it runs once, too.
        const Network tied = networkFor(specWith("factored", {}, {"*: tied"}, Contraction::Run));
        QCOMPARE(convolutionsOf(tied, "enc2.1"), 3);
    }

    void aMergedLayerWithSeveralPartedFactorsIsComposed() {
        // The mean of products is not the product of means.
        const std::string parted = " {segmentation} | {depth} | {normal}";
        const ExperimentSpec spec =
            specWith("factored", {}, {"*: merged", "enc1.1: U" + parted}, Contraction::Run);
        const Network network = networkFor(spec);
        QCOMPARE(convolutionsOf(network, "enc1.1"), 1);
        QCOMPARE(convolutionsOf(network, "enc2.1"), 3);
    }

    void aSplitKeepsEveryBitOfWhatStretchesGive() {
        const ExperimentSpec spec = specWith("factored", {}, {"*: tied"}, Contraction::Run);
        Network before = networkFor(spec);
        scrambleFactors(before, 5);
        scrambleNorms(before, 6);
        ExperimentSpec apart = spec;
        apart.network.sharing = {"*: tied", "dec*: separate"};
        const Network after = before.replanned(designFor(apart)).value();
        const torch::NoGradGuard noGrad;
        const torch::Tensor images = m_images.to(torch::kFloat32);
        const auto expected = before.forward(before.compose(false), images, {});
        const auto actual = after.forward(after.compose(false), images, {});
        for (std::size_t t = 0; t < expected.size(); ++t)
            QVERIFY(sameBits(actual[t], expected[t]));
    }

    void statisticsFollowALayerThatIsNoLongerRun() {
        // Another kernel moves the nodes behind it: norms keep theirs by layer.
        const ExperimentSpec spec = specWith("factored", {}, {"*: tied"}, Contraction::Run);
        Network before = networkFor(spec);
        scrambleNorms(before, 6);
        ExperimentSpec plain = spec;
        plain.network.kernels.push_back({"enc1.1", {"plain"}});
        const Network after =
            before.replanned(designFor(withCompleteOptions(plain, catalogue()))).value();
        for (const auto& [name, value] : before.namedTensors())
            if (name.find("/norm.") != std::string::npos)
                QVERIFY2(sameBits(after.namedTensors().at(name), value), name.c_str());
    }

    void conflictIsThatOfTheFactors() {
        auto [run, composed] = bothWays("factored", {}, {"*: tied"});
        std::vector<ConflictRow> rows[2];
        for (Network* network : {&run, &composed}) {
            const ComposedNetwork kernels = network->compose(true);
            rows[network == &run ? 0 : 1] =
                measureConflict(*network, kernels,
                                lossesOf(network->forward(kernels, m_images, {.training = true})));
        }
        QCOMPARE(rows[0].size(), rows[1].size());
        QVERIFY(!rows[0].empty());
        for (std::size_t i = 0; i < rows[0].size(); ++i) {
            QCOMPARE(rows[0][i].factor, rows[1][i].factor);
            QVERIFY(std::abs(rows[0][i].cosine - rows[1][i].cosine) < 1e-9);
        }
    }

    void kernelsThatDecayWithTheirGradientAreComposed() {
        ExperimentSpec spec = specWith("factored", {}, {"*: tied"}, Contraction::Run);
        spec.train.weightDecay = 1e-4;
        spec.train.decayOn = DecayOn::Kernels;
        QCOMPARE(convolutionsOf(networkFor(spec), "enc1.1"), 1); // Adam's is part of the gradient
        spec.train.optimizer = {"adamw", Json::object()};
        QCOMPARE(convolutionsOf(networkFor(withCompleteOptions(spec, catalogue())), "enc1.1"), 3);
        spec.train.optimizer = {"adam", Json::object()};
        spec.train.decayOn = DecayOn::Factors;
        QCOMPARE(convolutionsOf(networkFor(withCompleteOptions(spec, catalogue())), "enc1.1"), 3);
    }

    void stepsAreCountedAsTheyRun() {
        // A step of one convolution is 3 times its multiply–adds; a stretch's are its own.
        const ExperimentSpec spec = specWith("factored", {}, {"*: tied"}, Contraction::Run);
        const NetworkDesign design = designFor(spec);
        double expected = 0;
        for (const ExecutedNode& executed : design.tree.nodes) {
            const Node& node = design.graph.node(executed.node);
            if (node.op == Op::Conv)
                expected += 3.0 * double(design.partOf(node).kernel.weights()) * node.height
                            * node.width * 4;
        }
        // A head that one task alone owns is left by the other passes: three times it is, too.
        const NetworkCosts costs = networkCosts(design, {.batch = 4});
        QCOMPARE(costs.stepMultiplyAdds, expected);
        QCOMPARE(costs.composeMultiplyAdds, 0.0);
    }

    void itIsSaidWhatRuns() {
        const auto words =
            contractionWords(designFor(specWith("factored", {}, {"*: tied"}, Contraction::Run)));
        QCOMPARE(words,
                 std::vector<std::string>{"enc1.1 enc2.1 enc2.2 dec2.1 dec2.2 dec1.1: U | M | V"});
        QVERIFY(
            contractionWords(designFor(specWith("factored", {}, {"*: tied"}, Contraction::Compose)))
                .empty());
    }
};

QTEST_APPLESS_MAIN(StretchesTest)

#include "tst_stretches.moc"
