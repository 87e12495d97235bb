// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/costs.h"
#include "core/model/graph_builder.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <array>

using namespace concertina;

namespace {

constexpr std::array<int, 3> outputs{13, 1, 3};

/// One stage: enc1.1 (3 → 4), pooling, unpooling, dec1.1 (4 → 4), all 3 × 3 at 8 × 8, and for each
/// task a head 4 → 4 (3 × 3) → outputs (1 × 1). Small enough to be counted by hand.
ExperimentSpec smallSpec(const std::string& parametrization, const Texts& sharing) {
    ExperimentSpec spec = testSpec();
    spec.data.height = spec.data.width = 8;
    spec.network.backbone.options = {{"stages", 1}, {"channels", 4}};
    spec.network.kernels = {{"*", {parametrization, Json::object()}}};
    spec.network.sharing = sharing;
    return spec;
}

NetworkCosts costsOf(const ExperimentSpec& spec, const CostSettings& settings = {},
                     const Catalogue& catalogue = testCatalogue()) {
    const DesignResult result = designNetwork(spec, catalogue, outputs);
    return result.problems.empty() ? networkCosts(result.design, settings) : NetworkCosts{};
}

NetworkCosts plainCosts(const Texts& sharing, const CostSettings& settings = {}) {
    return costsOf(smallSpec("plain", sharing), settings);
}

/// Multiply–adds of one image: weights times 64 pixels.
constexpr double enc = 4 * 3 * 9 * 64;
constexpr double dec = 4 * 4 * 9 * 64;
constexpr double heads = 3 * (4 * 4 * 9 * 64) + 4 * (13 + 1 + 3) * 64;

/// Parameters: weights, biases, and γ and β of a norm.
constexpr double encWeights = 4 * 3 * 9, decWeights = 4 * 4 * 9, bias = 4, norm = 2 * 4;
constexpr double headParameters = 3 * (4 * 4 * 9 + 4) + (4 + 1) * (13 + 1 + 3);

/// The parameters of one layer's factors, with nothing around them (methods.md, section 1).
double factorParameters(int channels, const std::string& parametrization,
                        const std::string& matricization, SharingState state) {
    const Catalogue catalogue = testCatalogue();
    const ParametrizationInfo& info = *catalogue.parametrization(parametrization);
    Json options = Json::object();
    if (!matricization.empty())
        options["matricization"] = matricization;
    options = completeOptions(info, options);
    GraphBuilder builder(channels, 4, 4);
    builder.conv("layer", 0, channels, 3);
    NetworkDesign design;
    design.graph = builder.take();
    design.backbone = design.graph;
    const KernelShape& kernel = design.graph.layers[0].kernel;
    const LayerFactors factors{"layer", info.factors(kernel, options)};
    Fragment fragment = oneConvolution(kernel, factors.factors.size());
    fragment.parts.pop_back(); // the layer has no norm
    design.layers = {{.method = {parametrization, options},
                      .factors = factors,
                      .fragment = std::move(fragment)}};
    design.plan = {{"a", "b", "c"}, {planInState(factors, state, apart(3))}};
    design = composed(std::move(design));
    const double biases = channels * static_cast<double>(design.plan.layers[0].bias.groups.size());
    return networkCosts(design, {}).trainedParameters - biases;
}

} // namespace

class CostsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plainTiedNetworkIsCountedByHand() {
        const NetworkCosts costs = plainCosts({"*: tied"});
        QCOMPARE(costs.multiplyAdds, enc + dec + heads);
        // Forward, the gradient of the data and that of the weights.
        QCOMPARE(costs.stepMultiplyAdds, 3 * (enc + dec + heads));
        QCOMPARE(costs.stepAgainstPlain, 1.0);
        QCOMPARE(costs.trainedParameters,
                 encWeights + decWeights + 2 * (bias + norm) + headParameters);
        // Norms are folded into kernels and biases.
        QCOMPARE(costs.collapsedParameters, encWeights + decWeights + 2 * bias + headParameters);
    }

    void balancingCountsItsPasses() {
        // Three backward passes through what all share, one through each head; or a forward pass
        // more.
        QCOMPARE(plainCosts({"*: tied"}, {.balancing = Consumes::Gramian}).stepMultiplyAdds,
                 7 * (enc + dec) + 3 * heads);
        QCOMPARE(plainCosts({"*: tied"}, {.balancing = Consumes::LossesAfterStep}).stepMultiplyAdds,
                 4 * (enc + dec + heads));
        QCOMPARE(plainCosts({"*: tied"}, {.balancing = Consumes::LossesAfterStep}).stepAgainstPlain,
                 4.0 / 3);
        // What tasks have apart has one backward pass anyway.
        QCOMPARE(plainCosts({"dec*: separate"}, {.balancing = Consumes::Gramian}).stepMultiplyAdds,
                 7 * enc + 3 * (3 * dec + heads));
        // Exact routing has these passes already; composing once more is an extra of the other.
        const auto factored = [](const Texts& sharing, Consumes balancing) {
            return costsOf(smallSpec("factored", sharing), {.balancing = balancing})
                .stepMultiplyAdds;
        };
        QCOMPARE(factored({"*: merged"}, Consumes::Gramian),
                 factored({"*: merged"}, Consumes::Losses));
        QCOMPARE(factored({"*: tied"}, Consumes::LossesAfterStep),
                 4.0 / 3 * factored({"*: tied"}, Consumes::Losses));
    }

    void partitionedRoutingHasOnePassATaskAlready() {
        ExperimentSpec spec = smallSpec("plain", {"*: tied"});
        spec.network.routing = Routing::Partitioned;
        QCOMPARE(costsOf(spec, {.balancing = Consumes::Gramian}).stepMultiplyAdds,
                 costsOf(spec).stepMultiplyAdds);
    }

    void rowsOfGradientsAreCounted() {
        // Of what two or more tasks use, three rows and what they are combined to.
        const double shared = encWeights + decWeights + 2 * bias;
        QCOMPARE(plainCosts({"*: tied"}, {.balancing = Consumes::Gramian}).trainingBytes
                     - plainCosts({"*: tied"}).trainingBytes,
                 4 * 4 * shared);
    }

    void settingsAreThoseOfTheRecipe() {
        Catalogue catalogue = testCatalogue();
        catalogue.balancings.push_back({{.id = "surgery"}, Consumes::Gramian});
        TrainSpec train{.batch = 3, .optimizer = {"sgd"}};
        train.balancing.id = "surgery";
        train.precision = Precision::Bfloat16;
        const CostSettings settings = costSettings(train, catalogue);
        QCOMPARE(settings.batch, 3);
        QCOMPARE(settings.activationBytes, 2);
        QCOMPARE(settings.moments, static_cast<int>(catalogue.optimizer("sgd")->moments.size()));
        QVERIFY(settings.balancing == Consumes::Gramian);
        QVERIFY(costSettings(TrainSpec{}, catalogue).balancing == Consumes::Losses);
    }

    void stepGrowsWithTheBatchAndTheNetworkDoesNot() {
        const NetworkCosts one = plainCosts({"*: tied"}), eight = plainCosts({"*: tied"}, {8});
        QCOMPARE(eight.stepMultiplyAdds, 8 * one.stepMultiplyAdds);
        QCOMPARE(eight.multiplyAdds, one.multiplyAdds);
        QCOMPARE(eight.stepAgainstPlain, 1.0);
    }

    void memoryHasParametersGradientsMomentsAndActivations() {
        // Values that are kept: image; enc1.1's convolution and norm (its ReLU is in place);
        // pool1; unpool1; dec1.1's; both convolutions of each head.
        const double activations =
            64 * (3 + 4 + 4 + 4 + 4 + 4) + 16 * 4 + 64 * (3 * 4 + 13 + 1 + 3);
        const double parameters = encWeights + decWeights + 2 * (bias + norm) + headParameters;
        QCOMPARE(plainCosts({"*: tied"}, {2, 2}).trainingBytes,
                 4 * (4 * parameters + 2 * activations));
        QCOMPARE(plainCosts({"*: tied"}, {1, 1}).trainingBytes, 4 * (3 * parameters + activations));
        QCOMPARE(plainCosts({"*: tied"}, {1, 1, 2}).trainingBytes, // bfloat16: of activations alone
                 4 * 3 * parameters + 2 * activations);
    }

    void separateLayersRunAndCountOnceATask() {
        const NetworkCosts costs = plainCosts({"dec*: separate"});
        QCOMPARE(costs.multiplyAdds, enc + 3 * dec + heads);
        QCOMPARE(costs.stepMultiplyAdds, 3 * (enc + 3 * dec + heads));
        QCOMPARE(costs.trainedParameters,
                 encWeights + bias + norm + 3 * (decWeights + bias + norm) + headParameters);
        QCOMPARE(costs.collapsedParameters,
                 encWeights + bias + 3 * (decWeights + bias) + headParameters);
    }

    void ownNormsOnlyStayAsScalesBehindOneKernel() {
        const NetworkCosts costs = plainCosts({"dec*: norm {segmentation} | {depth} | {normal}"});
        QCOMPARE(costs.multiplyAdds, enc + dec + heads);
        QCOMPARE(costs.trainedParameters,
                 encWeights + decWeights + 2 * bias + norm + 3 * norm + headParameters);
        // A scale and a shift a channel, for each task.
        QCOMPARE(costs.collapsedParameters,
                 encWeights + decWeights + 2 * bias + 3 * norm + headParameters);
    }

    void sharedKernelOfPartedTasksIsStoredOnceAndRunForEach() {
        const NetworkCosts costs = plainCosts({"enc*: separate"});
        QCOMPARE(costs.multiplyAdds, 3 * enc + 3 * dec + heads);
        QCOMPARE(costs.collapsedParameters,
                 3 * (encWeights + bias) + decWeights + bias + 3 * norm + headParameters);
    }

    void mergedNetworkCollapsesToThePlainOne() {
        const NetworkCosts plain = plainCosts({"*: tied"});
        const NetworkCosts merged = costsOf(smallSpec("factored", {"*: merged"}));
        QCOMPARE(merged.collapsedParameters, plain.collapsedParameters);
        QCOMPARE(merged.multiplyAdds, plain.multiplyAdds);
    }

    void mergedStepCostsOneForwardAndTwoBackwardUnitsATask() {
        Catalogue catalogue = testCatalogue();
        for (ParametrizationInfo& info : catalogue.parametrizations)
            info.composeCost = [](const KernelShape&, const Json&) { return 0.0; };
        const auto sharedStep = [&](const std::string& rule) {
            const ExperimentSpec spec = smallSpec("factored", {rule});
            return costsOf(spec, {}, catalogue).stepMultiplyAdds - 3 * heads;
        };
        // methods.md: (1 + 2T) / 3 of a step, 2.33 for three tasks.
        QCOMPARE(sharedStep("*: merged") / (3 * (enc + dec)), 7.0 / 3);
        QCOMPARE(sharedStep("*: {segmentation, depth} | {normal} merged") / (3 * (enc + dec)),
                 5.0 / 3);
        QCOMPARE(sharedStep("*: tied") / (3 * (enc + dec)), 1.0);
        QCOMPARE(sharedStep("*: factors shared") / (3 * (enc + dec)), 3.0);
    }

    void composingIsPaidOnceAStepWhateverTheBatch() {
        // (U·M)·V with U 4 × 4, M 4 × 4, V 4 × 27 or 4 × 36.
        const double compose = (64 + 4 * 4 * 27) + (64 + 4 * 4 * 36);
        const double network = 3 * (enc + dec + heads);
        const ExperimentSpec tied = smallSpec("factored", {"*: tied"});
        QCOMPARE(costsOf(tied).stepMultiplyAdds, network + 3 * compose);
        QCOMPARE(costsOf(tied, {8}).stepMultiplyAdds, 8 * network + 3 * compose);
        QCOMPARE(costsOf(tied).stepAgainstPlain, (network + 3 * compose) / network);
        // Merged: one product, and backward once for U and V and once for each task's core.
        QCOMPARE(costsOf(smallSpec("factored", {"*: merged"})).stepMultiplyAdds,
                 7 * (enc + dec) + 3 * heads + (1 + 1 + 3) * compose);
        // Three kernels are composed where the cores are own.
        QCOMPARE(costsOf(smallSpec("factored", {"*: factors shared"})).stepMultiplyAdds,
                 3 * (3 * (enc + dec) + heads) + 9 * compose);
    }

    void mergedKernelsAreComposedOnceUnlessSeveralFactorsArePrivate() {
        const double enc1 = 64 + 4 * 4 * 27, dec1 = 64 + 4 * 4 * 36;
        const auto composing = [](const Texts& sharing) {
            return costsOf(smallSpec("factored", sharing)).composeMultiplyAdds;
        };
        QCOMPARE(composing({"*: tied"}), enc1 + dec1);
        // The cores are averaged before they are multiplied.
        QCOMPARE(composing({"*: merged"}), enc1 + dec1);
        QCOMPARE(composing({"*: merged", "*: bias {segmentation} | {depth} | {normal}"}),
                 enc1 + dec1);
        QCOMPARE(composing({"*: merged", "enc*: V {segmentation, depth} | {normal}"}),
                 3 * enc1 + dec1);
        QCOMPARE(composing({"*: separate"}), 3 * (enc1 + dec1));
    }

    void factorsHaveTheParametersOfTheTable_data() {
        QTest::addColumn<int>("channels");
        QTest::addColumn<QString>("matricization");
        QTest::addColumn<double>("outer"); // U and V
        QTest::addColumn<double>("core");  // a copy of M
        QTest::newRow("channel 64") << 64 << "channel" << 40960.0 << 4096.0;
        QTest::newRow("spatial 64") << 64 << "spatial" << 73728.0 << 36864.0;
        QTest::newRow("channel 512") << 512 << "channel" << 2621440.0 << 262144.0;
        QTest::newRow("spatial 512") << 512 << "spatial" << 4718592.0 << 2359296.0;
    }

    void factorsHaveTheParametersOfTheTable() {
        QFETCH(int, channels);
        QFETCH(QString, matricization);
        QFETCH(double, outer);
        QFETCH(double, core);
        const auto parameters = [&](SharingState state) {
            return factorParameters(channels, "factored", matricization.toStdString(), state);
        };
        QCOMPARE(parameters(SharingState::Tied), outer + core);
        QCOMPARE(parameters(SharingState::Merged), outer + 3 * core);
        QCOMPARE(parameters(SharingState::FactorsShared), outer + 3 * core);
        QCOMPARE(parameters(SharingState::Separate), 3 * outer + 3 * core);
    }

    void plainKernelsHaveTheirWeights() {
        QCOMPARE(factorParameters(64, "plain", "", SharingState::Tied), 36864.0);
        QCOMPARE(factorParameters(512, "plain", "", SharingState::Tied), 2359296.0);
        QCOMPARE(factorParameters(64, "plain", "", SharingState::Separate), 3 * 36864.0);
    }
};

QTEST_APPLESS_MAIN(CostsTest)
#include "tst_costs.moc"
