// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/backward.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr const char* everyone = "segmentation+depth+normal";
const std::vector<std::string> names{"segmentation", "depth", "normal"};

torch::Tensor lossOf(const torch::Tensor& output, std::size_t task) {
    return (output * (0.5 + static_cast<double>(task))).sin().square().mean();
}

std::vector<torch::Tensor> lossesOf(const std::vector<torch::Tensor>& outputs) {
    std::vector<torch::Tensor> losses;
    for (const torch::Tensor& output : outputs)
        losses.push_back(lossOf(output, losses.size()));
    return losses;
}

Network wideNetwork(const ExperimentSpec& spec, std::uint64_t scramble) {
    Network network = networkFor(spec).convertedTo(torch::kFloat64);
    scrambleFactors(network, scramble);
    return network;
}

const Parameter& named(const Network& network, std::string_view name) {
    for (const Parameter& parameter : network.parameters())
        if (parameter.name == name)
            return parameter;
    qFatal("no parameter %s", std::string(name).c_str());
}

/// ∂L_t/∂W of every kernel of a network, each task by itself: the plain definition.
std::map<std::string, std::vector<torch::Tensor>> kernelGradients(const Network& network,
                                                                  const torch::Tensor& images) {
    const ComposedNetwork composed = network.compose(true);
    const auto losses = lossesOf(network.forward(composed, images, {.training = true}));
    std::map<std::string, std::vector<torch::Tensor>> gradients;
    for (const torch::Tensor& loss : losses)
        for (const auto& kernel : composed.kernels) {
            const torch::Tensor leaf =
                composed.tensors[static_cast<std::size_t>(kernel.kernelSlot)];
            const auto gradient = torch::autograd::grad({loss}, {leaf}, {}, true, false, true)[0];
            const std::string name = network.design().graph.layers[kernel.layer].name + "/"
                                     + groupName(kernel.tasks, names);
            gradients[name].push_back(
                (gradient.defined() ? gradient : torch::zeros_like(leaf)).flatten(1));
        }
    return gradients;
}

void differentiate(Network& network, const torch::Tensor& images,
                   const BackwardSettings& settings = {}) {
    const ComposedNetwork composed = network.compose(true);
    const auto losses = lossesOf(network.forward(composed, images, {.training = true}));
    backward(network, composed, losses, settings);
}

} // namespace

class BackwardTest : public QObject {
    Q_OBJECT

    torch::Tensor m_images = randomImages(2, 16, 24, 1, torch::kFloat64);

    void verifyEqual(const torch::Tensor& actual, const torch::Tensor& expected) {
        QVERIFY(actual.defined());
        QVERIFY(relativeDifference(actual, expected) < 1e-11);
    }

private Q_SLOTS:
    void r1FollowsItsFormulas() {
        // ∂U = Σ_t G_t (M_t V)ᵀ, ∂V = Σ_t (U M_t)ᵀ G_t, ∂M_t = Uᵀ G_t Vᵀ: the chain rule of W =
        // U·M·V
        Network network = wideNetwork(tinySpec("factored", "*: factors shared"), 3);
        const auto g = kernelGradients(network, m_images);
        differentiate(network, m_images);
        const torch::NoGradGuard noGrad;
        for (const std::string layer : {"enc1.1", "enc2.2", "dec2.1", "dec1.1"}) {
            const torch::Tensor u = named(network, layer + "/U/" + everyone).value;
            const torch::Tensor v = named(network, layer + "/V/" + everyone).value;
            torch::Tensor gradU = torch::zeros_like(u);
            torch::Tensor gradV = torch::zeros_like(v);
            for (std::size_t t = 0; t < 3; ++t) {
                const Parameter& m = named(network, layer + "/M/" + names[t]);
                const torch::Tensor gt = g.at(layer + "/" + names[t])[t];
                gradU += gt.mm(m.value.mm(v).t());
                gradV += u.mm(m.value).t().mm(gt);
                verifyEqual(m.grad, u.t().mm(gt).mm(v.t()));
            }
            verifyEqual(named(network, layer + "/U/" + everyone).grad, gradU);
            verifyEqual(named(network, layer + "/V/" + everyone).grad, gradV);
        }
    }

    void r2RoutesEachTasksGradientToItsCore() {
        // W = U·M·V: ∂M_t = a_t Uᵀ G_t Vᵀ, ∂U = Σ_t G_t (M̄ V)ᵀ, ∂V = Σ_t (U M̄)ᵀ G_t
        Network network = wideNetwork(tinySpec("factored", "*: merged"), 4);
        const auto g = kernelGradients(network, m_images);
        differentiate(network, m_images);
        const torch::NoGradGuard noGrad;
        for (const std::string layer : {"enc1.1", "enc2.2", "dec2.1", "dec1.1"}) {
            const torch::Tensor u = named(network, layer + "/U/" + everyone).value;
            const torch::Tensor v = named(network, layer + "/V/" + everyone).value;
            torch::Tensor mean, sum;
            for (std::size_t t = 0; t < 3; ++t) {
                const Parameter& m = named(network, layer + "/M/" + names[t]);
                const torch::Tensor gt = g.at(layer + "/" + everyone)[t];
                mean = mean.defined() ? mean + m.value / 3 : m.value / 3;
                sum = sum.defined() ? sum + gt : gt;
                verifyEqual(m.grad, u.t().mm(gt).mm(v.t()) / 3);
            }
            verifyEqual(named(network, layer + "/U/" + everyone).grad, sum.mm(mean.mm(v).t()));
            verifyEqual(named(network, layer + "/V/" + everyone).grad, u.mm(mean).t().mm(sum));
        }
    }

    void coresOfAProductSeeTheirOwnTasksGradient() {
        // W = U·M_1·M_2·M_3·V: ∂M_t = (U M_1⋯M_{t−1})ᵀ G_t (M_{t+1}⋯M_3 V)ᵀ, ∂U = Σ_t G_t
        // (M_1 M_2 M_3 V)ᵀ, ∂V = (U M_1 M_2 M_3)ᵀ Σ_t G_t
        Network network = wideNetwork(tinySpec("factored", "*: merged by product"), 4);
        const auto g = kernelGradients(network, m_images);
        differentiate(network, m_images);
        const torch::NoGradGuard noGrad;
        for (const std::string layer : {"enc1.1", "enc2.2", "dec2.1", "dec1.1"}) {
            const torch::Tensor u = named(network, layer + "/U/" + everyone).value;
            const torch::Tensor v = named(network, layer + "/V/" + everyone).value;
            std::vector<torch::Tensor> m;
            for (const auto& name : names)
                m.push_back(named(network, layer + "/M/" + name).value);
            torch::Tensor sum = torch::zeros_like(u.mm(v));
            const std::vector before{u, u.mm(m[0]), u.mm(m[0]).mm(m[1])};
            const std::vector behind{m[1].mm(m[2]).mm(v), m[2].mm(v), v};
            for (std::size_t t = 0; t < 3; ++t) {
                const torch::Tensor gt = g.at(layer + "/" + everyone)[t];
                sum += gt;
                verifyEqual(named(network, layer + "/M/" + names[t]).grad,
                            before[t].t().mm(gt).mm(behind[t].t()));
            }
            verifyEqual(named(network, layer + "/U/" + everyone).grad,
                        sum.mm(m[0].mm(behind[0]).t()));
            verifyEqual(named(network, layer + "/V/" + everyone).grad,
                        before[2].mm(m[2]).t().mm(sum));
        }
    }

    void groupsOfTasksAreRoutedTogetherWithTheirShare() {
        // Two tasks own one core: a = 2/3, and it sees the sum of both gradients.
        Network network =
            wideNetwork(tinySpec("factored", "*: {segmentation, depth} | {normal} merged"), 5);
        const auto g = kernelGradients(network, m_images);
        differentiate(network, m_images);
        const torch::NoGradGuard noGrad;
        const std::string layer = "dec2.2";
        const torch::Tensor u = named(network, layer + "/U/" + everyone).value;
        const torch::Tensor v = named(network, layer + "/V/" + everyone).value;
        const auto& gt = g.at(layer + "/" + everyone);
        verifyEqual(named(network, layer + "/M/segmentation+depth").grad,
                    u.t().mm(gt[0] + gt[1]).mm(v.t()) * (2.0 / 3));
        verifyEqual(named(network, layer + "/M/normal").grad, u.t().mm(gt[2]).mm(v.t()) / 3);
    }

    void sampledRoutingIsExactInTheMeanOverItsTurns() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.network.sharing = {"*: merged", "dec1.1: {segmentation, depth} | {normal} merged",
                                "dec2.1: bias {segmentation} | {depth, normal}"};
        Network exact = wideNetwork(spec, 8);
        differentiate(exact, m_images);
        spec.network.routing = Routing::Sampled;
        Network sampled = wideNetwork(spec, 8);
        std::map<std::string, torch::Tensor> sums;
        for (std::int64_t step = 0; step < 3; ++step) {
            differentiate(sampled, m_images, {.step = step});
            for (const auto& t : names)
                QCOMPARE(named(sampled, "enc2.1/M/" + t).grad.defined(), t == names.begin()[step]);
            for (const char* factor : {"U", "V"}) {
                const std::string name = std::string("enc2.1/") + factor + "/" + everyone;
                verifyEqual(named(sampled, name).grad, named(exact, name).grad);
            }
            for (const Parameter& parameter : sampled.parameters())
                if (parameter.grad.defined()) {
                    auto& sum = sums[parameter.name];
                    sum = sum.defined() ? sum + parameter.grad / 3 : parameter.grad / 3;
                }
        }
        // Absolute: a bias before a norm has no gradient but rounding.
        for (const Parameter& parameter : exact.parameters())
            QVERIFY2((sums.at(parameter.name) - parameter.grad).abs().max().item<double>() < 1e-12,
                     parameter.name.c_str());
    }

    void twoPartedFactorsAndABiasOfAMergedLayerAreRoutedByDefinition() {
        // ∂F_g = Σ_{h⊆g} a_h J_hᵀ (Σ_{t∈g} G_t), by finite differences of ⟨W(F), Σ_{t∈g} G_t⟩.
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.network.sharing = {"*: merged", "dec2.1: U {segmentation, depth} | {normal}",
                                "dec2.1: bias {segmentation} | {depth, normal}"};
        Network network = wideNetwork(spec, 6);
        const auto g = kernelGradients(network, m_images);
        differentiate(network, m_images);
        const torch::NoGradGuard noGrad;
        const auto kernel = [&] {
            for (const auto& made : network.compose(false).kernels)
                if (network.design().graph.layers[made.layer].name == "dec2.1")
                    return made.kernel.flatten(1);
            return torch::Tensor();
        };
        const auto& gt = g.at(std::string("dec2.1/") + everyone);
        int checked = 0;
        for (Parameter& parameter : network.parameters()) {
            if (!parameter.name.starts_with("dec2.1/") || parameter.kind != ParameterKind::Factor)
                continue;
            torch::Tensor sum = torch::zeros_like(gt[0]);
            for (const int task : tasksOf(parameter.owners))
                sum += gt[static_cast<std::size_t>(task)];
            // W is linear in each copy, so a difference of any size is exact to rounding.
            double* value = parameter.value.data_ptr<double>();
            for (std::int64_t i = 0; i < parameter.value.numel(); i += 5) {
                const torch::Tensor before = kernel().clone();
                value[i] += 1;
                const double expected = ((kernel() - before) * sum).sum().item<double>();
                value[i] -= 1;
                const double actual = parameter.grad.contiguous().data_ptr<double>()[i];
                QVERIFY2(std::abs(actual - expected) < 1e-10, parameter.name.c_str());
                ++checked;
            }
        }
        QVERIFY(checked > 20);
        // A bias is averaged with the shares of its groups, 1/3 and 2/3. It stands before a norm
        // of the batch's statistics, which takes every constant away: its gradient is 0 but for
        // rounding, so the head of another network shows the routing (the next test).
        QVERIFY(named(network, "dec2.1/bias/segmentation").grad.abs().max().item<double>() < 1e-12);
    }

    void mergedBiasesAreRoutedToo() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.network.sharing = {"*: merged", "dec1.1: bias {segmentation} | {depth, normal}"};
        Network network = wideNetwork(spec, 7);
        scrambleNorms(network, 8);
        // With running statistics a bias counts.
        const ComposedNetwork composed = network.compose(true);
        const auto losses = lossesOf(network.forward(composed, m_images, {}));
        torch::Tensor leaf;
        for (const auto& kernel : composed.kernels)
            if (network.design().graph.layers[kernel.layer].name == "dec1.1")
                leaf = composed.tensors[static_cast<std::size_t>(kernel.biasSlot)];
        std::vector<torch::Tensor> each;
        for (const torch::Tensor& loss : losses)
            each.push_back(torch::autograd::grad({loss}, {leaf}, {}, true)[0]);
        backward(network, composed, losses, {});
        verifyEqual(named(network, "dec1.1/bias/segmentation").grad, each[0] / 3);
        verifyEqual(named(network, "dec1.1/bias/depth+normal").grad, (each[1] + each[2]) * 2 / 3);
    }

    void r2UnderPlainSgdIsOneTiedCoreWithItsRateOverTSquared() {
        // The conditions under which they agree: equal starts, a_t = 1/T, summed losses, no decay,
        // no clipping.
        Network merged = networkFor(tinySpec("factored", "*: merged")).convertedTo(torch::kFloat64);
        Network tied = networkFor(tinySpec("factored", "*: tied")).convertedTo(torch::kFloat64);
        constexpr double rate = 0.05;
        const auto step = [&](Network& network, double coreRate) {
            differentiate(network, m_images);
            const torch::NoGradGuard noGrad;
            for (Parameter& parameter : network.parameters())
                parameter.value.sub_(parameter.grad, parameter.core ? coreRate : rate);
        };
        for (int i = 0; i < 4; ++i) {
            step(merged, rate);
            step(tied, rate / 9);
            const torch::NoGradGuard noGrad;
            const auto left = merged.compose(false).kernels;
            const auto right = tied.compose(false).kernels;
            for (std::size_t k = 0; k < left.size(); ++k)
                QVERIFY(relativeDifference(left[k].kernel, right[k].kernel) < 1e-12);
        }
    }

    void whatDoesNotMoveRests() {
        Network network = wideNetwork(tinySpec("factored", "*: merged"), 9);
        for (const Moving moving : {Moving::Cores, Moving::NonCore}) {
            differentiate(network, m_images, {.moving = moving});
            for (const Parameter& parameter : network.parameters()) {
                const bool outer = parameter.kind == ParameterKind::Factor && !parameter.core
                                   && !parameter.name.starts_with("head.");
                const bool rests = moving == Moving::Cores ? outer : parameter.core;
                QVERIFY2(parameter.grad.defined() != rests, parameter.name.c_str());
            }
        }
    }

    void gradientsOfAlternatingPhasesAreThoseOfAJointStep() {
        Network network = wideNetwork(tinySpec("factored", "*: merged"), 10);
        differentiate(network, m_images);
        std::map<std::string, torch::Tensor> joint;
        for (const Parameter& parameter : network.parameters())
            joint[parameter.name] = parameter.grad;
        for (const Moving moving : {Moving::Cores, Moving::NonCore}) {
            differentiate(network, m_images, {.moving = moving});
            for (const Parameter& parameter : network.parameters())
                if (parameter.grad.defined() && parameter.kind == ParameterKind::Factor)
                    verifyEqual(parameter.grad, joint[parameter.name]);
        }
    }

    void aTaskWithoutALossRestsAndTheOthersAreUntouched() {
        Network network = wideNetwork(tinySpec("factored", "*: factors shared"), 11);
        const ComposedNetwork composed = network.compose(true);
        auto losses = lossesOf(network.forward(composed, m_images, {.training = true}));
        losses[1].reset();
        backward(network, composed, losses, {});
        for (const Parameter& parameter : network.parameters())
            QVERIFY2(parameter.grad.defined() != (parameter.owners == taskBit(1)),
                     parameter.name.c_str());
        const auto g = kernelGradients(network, m_images);
        const torch::NoGradGuard noGrad;
        const torch::Tensor u = named(network, std::string("dec1.1/U/") + everyone).value;
        const torch::Tensor v = named(network, std::string("dec1.1/V/") + everyone).value;
        verifyEqual(named(network, "dec1.1/M/normal").grad,
                    u.t().mm(g.at("dec1.1/normal")[2]).mm(v.t()));
    }

    void noLossAtAllLeavesEverythingAtRest() {
        Network network = wideNetwork(tinySpec("factored", "*: merged"), 12);
        const ComposedNetwork composed = network.compose(true);
        network.forward(composed, m_images, {.training = true});
        const std::vector<torch::Tensor> losses(3);
        backward(network, composed, losses, {});
        for (const Parameter& parameter : network.parameters())
            QVERIFY(!parameter.grad.defined());
    }

    void kernelDecayIsTheGradientOfHalfItsSquare_data() {
        QTest::addColumn<QString>("rule");
        for (const char* rule : {"*: tied", "*: factors shared", "*: separate"})
            QTest::newRow(rule) << rule;
    }

    void kernelDecayIsTheGradientOfHalfItsSquare() {
        // λ/2 Σ ‖W_h‖² over distinct kernels, differentiated by autograd through the factors.
        QFETCH(QString, rule);
        constexpr double lambda = 0.3;
        Network network = wideNetwork(tinySpec("factored", rule.toStdString()), 13);
        differentiate(network, m_images);
        std::map<std::string, torch::Tensor> without;
        for (const Parameter& parameter : network.parameters())
            without[parameter.name] = parameter.grad;
        torch::Tensor regularizer;
        for (const auto& kernel : network.compose(true).kernels) {
            const torch::Tensor half = kernel.kernel.square().sum() * (lambda / 2);
            regularizer = regularizer.defined() ? regularizer + half : half;
        }
        std::vector<torch::Tensor> values;
        for (const Parameter& parameter : network.parameters())
            values.push_back(parameter.value);
        const auto expected = torch::autograd::grad({regularizer}, values, {}, true, false, true);
        differentiate(network, m_images, {.kernelDecay = lambda});
        for (std::size_t i = 0; i < values.size(); ++i) {
            const Parameter& parameter = network.parameters()[i];
            const torch::Tensor difference = parameter.grad - without[parameter.name];
            if (parameter.kind == ParameterKind::Factor)
                QVERIFY2(relativeDifference(difference, expected[i]) < 1e-9,
                         parameter.name.c_str());
            else
                QVERIFY2(difference.abs().max().item<double>() < 1e-15, parameter.name.c_str());
        }
    }

    void aMergedKernelDecaysAsAWholeAndItsCoresByTheirShare() {
        // ∂(λ/2 ‖W‖²)/∂U; a core sees its task's third of the decay, times a_t.
        constexpr double lambda = 0.3;
        Network network = wideNetwork(tinySpec("factored", "*: merged"), 14);
        differentiate(network, m_images);
        const std::string layer = "enc2.1";
        const torch::Tensor beforeU = named(network, layer + "/U/" + everyone).grad;
        const torch::Tensor beforeM = named(network, layer + "/M/depth").grad;
        differentiate(network, m_images, {.kernelDecay = lambda});
        const torch::NoGradGuard noGrad;
        const torch::Tensor u = named(network, layer + "/U/" + everyone).value;
        const torch::Tensor v = named(network, layer + "/V/" + everyone).value;
        torch::Tensor mean = torch::zeros_like(named(network, layer + "/M/depth").value);
        for (const std::string& task : names)
            mean += named(network, layer + "/M/" + task).value / 3;
        const torch::Tensor w = u.mm(mean).mm(v);
        QVERIFY(relativeDifference(named(network, layer + "/U/" + everyone).grad - beforeU,
                                   w.mm(mean.mm(v).t()) * lambda)
                < 1e-9);
        QVERIFY(relativeDifference(named(network, layer + "/M/depth").grad - beforeM,
                                   u.t().mm(w).mm(v.t()) * (lambda / 9))
                < 1e-9);
    }
};

QTEST_GUILESS_MAIN(BackwardTest)
#include "tst_backward.moc"
