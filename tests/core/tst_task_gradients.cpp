// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_plan.h"
#include "core/network/backward.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace concertina;
using namespace concertina::testing;

// Per-task gradients against differences and plain autograd, in float64.

namespace {

const std::vector<double> someWeights{0.4, 2.5, -0.7};

torch::Tensor lossOf(const torch::Tensor& output, std::size_t task) {
    return (output * (0.6 + 0.5 * static_cast<double>(task))).sin().square().mean();
}

std::vector<torch::Tensor> lossesOf(const std::vector<torch::Tensor>& outputs) {
    std::vector<torch::Tensor> losses;
    for (std::size_t t = 0; t < outputs.size(); ++t)
        losses.push_back(outputs[t].defined() ? lossOf(outputs[t], t) : torch::Tensor());
    return losses;
}

Network networkOf(const std::string& parametrization, const QStringList& rules) {
    ExperimentSpec spec = tinySpec(parametrization, "*: tied");
    for (const QString& rule : rules)
        spec.network.sharing.push_back(rule.toStdString());
    Network network = networkFor(spec).convertedTo(torch::kFloat64);
    scrambleFactors(network, 21);
    return network;
}

using Gradients = std::map<std::string, torch::Tensor>;

Gradients gradientsOf(const Network& network) {
    Gradients gradients;
    for (const Parameter& parameter : network.parameters())
        gradients[parameter.name] =
            parameter.grad.defined() ? parameter.grad.clone() : torch::Tensor();
    return gradients;
}

/// The plain way: each loss times its factor, all in one sum.
Gradients summed(Network& network, const torch::Tensor& images, const std::vector<double>& factors,
                 BackwardSettings settings = {}) {
    const ComposedNetwork composed = network.compose(true);
    auto losses = lossesOf(network.forward(composed, images, {.training = true}));
    for (std::size_t t = 0; t < losses.size(); ++t)
        losses[t] = losses[t] * factors[t];
    backward(network, composed, losses, settings);
    return gradientsOf(network);
}

/// Each task apart, combined with these weights; `seen` is the Gramian.
Gradients combined(Network& network, const torch::Tensor& images,
                   const std::vector<double>& weights, BackwardSettings settings = {},
                   Gramian* seen = nullptr) {
    const ComposedNetwork composed = network.compose(true);
    const auto losses = lossesOf(network.forward(composed, images, {.training = true}));
    settings.combine = [&](const Gramian& gramian) {
        if (seen != nullptr)
            *seen = gramian;
        std::vector<double> own;
        for (const int task : gramian.tasks)
            own.push_back(weights[static_cast<std::size_t>(task)]);
        return own;
    };
    backward(network, composed, losses, settings);
    return gradientsOf(network);
}

/// Against the largest of all: a bias before a norm has no gradient but rounding.
void compare(const Gradients& actual, const Gradients& expected) {
    double scale = 0;
    for (const auto& [name, gradient] : expected)
        if (gradient.defined())
            scale = std::max(scale, gradient.abs().max().item<double>());
    for (const auto& [name, gradient] : expected) {
        QVERIFY2(actual.at(name).defined() == gradient.defined(), name.c_str());
        if (gradient.defined())
            QVERIFY2((actual.at(name) - gradient).abs().max().item<double>() < 1e-11 * scale,
                     name.c_str());
    }
}

/// Slots of what two or more tasks use in the program, by the plan alone.
std::vector<std::size_t> sharedSlots(const Network& network, const ComposedNetwork& composed) {
    std::vector<std::size_t> slots;
    std::map<const void*, TaskSet> users;
    for (const auto& kernel : composed.kernels)
        for (const int slot : {kernel.kernelSlot, kernel.biasSlot})
            if (slot >= 0)
                users[composed.tensors[static_cast<std::size_t>(slot)].unsafeGetTensorImpl()] |=
                    kernel.tasks;
    for (const Parameter& parameter : network.parameters())
        if (parameter.kind == ParameterKind::Norm)
            users[parameter.value.unsafeGetTensorImpl()] |= parameter.owners;
    for (std::size_t slot = 0; slot < composed.tensors.size(); ++slot) {
        const torch::Tensor& tensor = composed.tensors[slot];
        if (tensor.defined() && tensor.requires_grad()
            && taskCount(users[tensor.unsafeGetTensorImpl()]) > 1)
            slots.push_back(slot);
    }
    return slots;
}

} // namespace

class TaskGradientsTest : public QObject {
    Q_OBJECT

    torch::Tensor m_images = randomImages(2, 16, 24, 1, torch::kFloat64);

    static void addPlans() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QStringList>("rules");
        const auto row = [](const char* name, const char* parametrization,
                            const QStringList& rules) {
            QTest::newRow(name) << parametrization << rules;
        };
        row("plain, tied", "plain", {});
        row("plain, a stage apart", "plain", {"dec*: separate"});
        row("own norms", "plain", {"*: norm {segmentation} | {depth} | {normal}"});
        row("factored, tied", "factored", {});
        row("merged", "factored", {"*: merged"});
        row("merged by product", "factored", {"*: merged by product"});
        row("merged, pairs", "factored", {"*: {segmentation, depth} | {normal} merged"});
        row("merged in part", "factored",
            {"dec*: merged", "dec1.1: {segmentation} | {depth, normal} factors shared"});
        row("merged, own biases", "factored",
            {"*: merged", "dec2.1: bias {segmentation} | {depth, normal}"});
        row("some frozen", "factored", {"*: merged", "enc*: freeze", "dec2.1: freeze M"});
        row("repvgg", "repvgg", {"dec1.1: separate"});
        row("do-conv", "do-conv", {});
    }

private Q_SLOTS:
    void theGramianIsThatOfDifferences_data() { addPlans(); }

    void theGramianIsThatOfDifferences() {
        // ⟨g_i, g_j⟩ is the slope of L_i along g_j, in the program's own tensors.
        QFETCH(QString, parametrization);
        QFETCH(QStringList, rules);
        Network network = networkOf(parametrization.toStdString(), rules);
        Gramian gramian;
        combined(network, m_images, someWeights, {}, &gramian);
        QCOMPARE(gramian.tasks, (std::vector{0, 1, 2}));

        const ComposedNetwork composed = network.compose(true);
        const auto slots = sharedSlots(network, composed);
        QVERIFY(!slots.empty());
        std::vector<torch::Tensor> leaves;
        std::set<const void*> once;
        for (const std::size_t slot : slots)
            if (once.insert(composed.tensors[slot].unsafeGetTensorImpl()).second)
                leaves.push_back(composed.tensors[slot]);
        const auto losses = lossesOf(network.forward(composed, m_images, {.training = true}));
        const torch::NoGradGuard noGrad;
        // Small, as ReLUs and pooling have kinks; rounding makes errors of 1e-16 / step.
        constexpr double step = 1e-7;
        for (std::size_t j = 0; j < 3; ++j) {
            std::vector<torch::Tensor> direction;
            {
                const torch::AutoGradMode mode(true);
                direction = torch::autograd::grad({losses[j]}, leaves, {}, true, false, true);
            }
            const auto at = [&](double distance) {
                ComposedNetwork moved = composed;
                for (torch::Tensor& tensor : moved.tensors)
                    for (std::size_t i = 0; i < leaves.size(); ++i)
                        if (tensor.is_same(leaves[i]) && direction[i].defined()) {
                            tensor = leaves[i] + direction[i] * distance;
                            break;
                        }
                std::vector<double> values;
                for (const torch::Tensor& loss : lossesOf(network.forward(
                         moved, m_images, {.training = true, .followStatistics = false})))
                    values.push_back(loss.item<double>());
                return values;
            };
            const double length = std::sqrt(gramian.at(j, j));
            const auto ahead = at(step / length), behind = at(-step / length);
            for (std::size_t i = 0; i < 3; ++i) {
                const double slope = (ahead[i] - behind[i]) / (2 * step / length);
                const double scale = std::sqrt(gramian.at(i, i) * gramian.at(j, j));
                QVERIFY2(std::abs(slope - gramian.at(i, j)) < 1e-5 * scale,
                         qPrintable(QString("%1 %2").arg(slope).arg(gramian.at(i, j))));
            }
        }
    }

    void whatSeveralUseIsCombinedAndWhatOneOwnsIsNot_data() { addPlans(); }

    void whatSeveralUseIsCombinedAndWhatOneOwnsIsNot() {
        QFETCH(QString, parametrization);
        QFETCH(QStringList, rules);
        Network network = networkOf(parametrization.toStdString(), rules);
        const BackwardSettings decay{.kernelDecay = 0.1};
        const Gradients plain = summed(network, m_images, {1, 1, 1}, decay);
        const Gradients weighted = summed(network, m_images, someWeights, decay);
        Gradients expected;
        for (const Parameter& parameter : network.parameters()) {
            const bool own = taskCount(parameter.owners) == 1;
            expected[parameter.name] = own ? plain.at(parameter.name) : weighted.at(parameter.name);
        }
        // Of a layer whose tasks have a kernel each, all of it follows these kernels.
        const NetworkDesign& design = network.design();
        for (std::size_t i = 0; i < design.layers.size(); ++i)
            for (const LayerPlan plan = design.layerPlan(i);
                 const TaskSet kernel : plan.kernels().groups)
                if (taskCount(kernel) == 1 && plan.kernels().groups.size() > 1)
                    for (const auto& [name, gradient] : plain)
                        if (name.starts_with(plan.layer + "/")
                            && name.find("/norm.") == std::string::npos
                            && name.find("/bias/") == std::string::npos)
                            expected.erase(name);
        Gradients actual = combined(network, m_images, someWeights, decay);
        for (const auto& [name, gradient] : plain)
            if (!expected.contains(name))
                actual.erase(name);
        compare(actual, expected);
    }

    void ownKernelsLearnFromTheirOwnLossesAlone() {
        // W_t of {segmentation} and of {depth, normal}: only the second is combined.
        Network network =
            networkOf("factored", {"*: {segmentation} | {depth, normal} factors shared"});
        const Gradients first = summed(network, m_images, {1, 0, 0});
        const Gradients others = summed(network, m_images, {0, someWeights[1], someWeights[2]});
        const Gradients actual = combined(network, m_images, someWeights);
        int checked = 0;
        for (const Parameter& parameter : network.parameters()) {
            if (parameter.kind != ParameterKind::Factor || parameter.name.starts_with("head."))
                continue;
            const torch::Tensor expected = first.at(parameter.name) + others.at(parameter.name);
            QVERIFY2(relativeDifference(actual.at(parameter.name), expected) < 1e-10,
                     parameter.name.c_str());
            ++checked;
        }
        QVERIFY(checked > 10);
    }

    void onesAreTheSum_data() { addPlans(); }

    void onesAreTheSum() {
        QFETCH(QString, parametrization);
        QFETCH(QStringList, rules);
        Network network = networkOf(parametrization.toStdString(), rules);
        const Gradients expected = summed(network, m_images, {1, 1, 1});
        compare(combined(network, m_images, {1, 1, 1}), expected);
        for (const Moving moving : {Moving::Cores, Moving::NonCore})
            compare(combined(network, m_images, {1, 1, 1}, {.moving = moving}),
                    summed(network, m_images, {1, 1, 1}, {.moving = moving}));
    }

    void stretchesAreCombinedToo() {
        ExperimentSpec spec = tinySpec("factored", "*: tied");
        spec.network.contraction = Contraction::Run;
        Network network = networkFor(spec).convertedTo(torch::kFloat64);
        QVERIFY(network.design().runsStretches());
        const Gradients plain = summed(network, m_images, {1, 1, 1});
        Gradients expected = summed(network, m_images, someWeights);
        for (const Parameter& parameter : network.parameters())
            if (taskCount(parameter.owners) == 1)
                expected[parameter.name] = plain.at(parameter.name);
        compare(combined(network, m_images, someWeights), expected);
    }

    void sampledRoutingKeepsItsTurns() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.network.routing = Routing::Sampled;
        Network network = networkFor(spec).convertedTo(torch::kFloat64);
        scrambleFactors(network, 22);
        for (std::int64_t step = 0; step < 3; ++step) {
            const Gradients plain = summed(network, m_images, {1, 1, 1}, {.step = step});
            Gradients expected = summed(network, m_images, someWeights, {.step = step});
            for (const Parameter& parameter : network.parameters())
                if (taskCount(parameter.owners) == 1)
                    expected[parameter.name] = plain.at(parameter.name);
            compare(combined(network, m_images, someWeights, {.step = step}), expected);
        }
    }

    void aTaskWithoutALossIsLeftOut() {
        Network network = networkOf("factored", {"*: merged"});
        const auto differentiate = [&](bool apart, Gramian* seen) {
            const ComposedNetwork composed = network.compose(true);
            auto losses = lossesOf(network.forward(composed, m_images, {.training = true}));
            losses[1].reset();
            BackwardSettings settings;
            if (apart)
                settings.combine = [seen](const Gramian& gramian) {
                    *seen = gramian;
                    return std::vector<double>(gramian.size(), 1.0);
                };
            backward(network, composed, losses, settings);
            return gradientsOf(network);
        };
        Gramian gramian, whole;
        const Gradients actual = differentiate(true, &gramian);
        compare(actual, differentiate(false, nullptr));
        QCOMPARE(gramian.tasks, (std::vector{0, 2}));
        combined(network, m_images, {1, 1, 1}, {}, &whole);
        QVERIFY(std::abs(gramian.at(0, 1) - whole.at(0, 2)) <= 1e-12 * std::abs(whole.at(0, 0)));
        QVERIFY(!actual.at("dec1.1/M/depth").defined());
        QVERIFY(actual.at("dec1.1/M/normal").defined());

        const ComposedNetwork composed = network.compose(true);
        network.forward(composed, m_images, {.training = true});
        bool asked = false;
        backward(network, composed, std::vector<torch::Tensor>(3), {.combine = [&](const Gramian&) {
                     asked = true;
                     return std::vector<double>();
                 }});
        QVERIFY(!asked);
        for (const auto& [name, gradient] : gradientsOf(network))
            QVERIFY2(!gradient.defined(), name.c_str());
    }

    void partitionedStepsAreCombinedAsWell() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.network.routing = Routing::Partitioned;
        Network network = networkFor(spec).convertedTo(torch::kFloat64);
        scrambleFactors(network, 23);
        const std::vector<torch::Tensor> images{randomImages(2, 16, 24, 2, torch::kFloat64),
                                                randomImages(1, 16, 24, 3, torch::kFloat64),
                                                torch::Tensor()}; // the third has none
        const auto differentiate = [&](const std::vector<double>& factors, const Combine& combine) {
            const ComposedNetwork composed = network.compose(true);
            auto losses = lossesOf(network.forwardApart(composed, images, {.training = true}));
            for (std::size_t t = 0; t < losses.size(); ++t)
                if (losses[t].defined())
                    losses[t] = losses[t] * factors[t];
            backward(network, composed, losses, {.combine = combine});
            return gradientsOf(network);
        };
        const Gradients plain = differentiate({1, 1, 1}, {});
        Gradients expected = differentiate(someWeights, {});
        for (const Parameter& parameter : network.parameters())
            if (taskCount(parameter.owners) == 1)
                expected[parameter.name] = plain.at(parameter.name);
        compare(differentiate({1, 1, 1},
                              [](const Gramian& gramian) {
                                  return std::vector(someWeights.begin(),
                                                     someWeights.begin()
                                                         + static_cast<int>(gramian.size()));
                              }),
                expected);
    }

    void theRowsStayFromStepToStep() {
        Network network = networkOf("factored", {"*: merged"});
        torch::Tensor rows;
        combined(network, m_images, someWeights, {.rows = &rows});
        std::int64_t shared = 0;
        const ComposedNetwork composed = network.compose(true);
        for (const std::size_t slot : sharedSlots(network, composed))
            shared += composed.tensors[slot].numel();
        QCOMPARE(rows.sizes().vec(), (std::vector<std::int64_t>{3, shared}));
        const void* memory = rows.data_ptr();
        const Gradients again = combined(network, m_images, someWeights, {.rows = &rows});
        QVERIFY(rows.data_ptr() == memory);
        compare(again, combined(network, m_images, someWeights));
        Network other = networkOf("plain", {"dec*: separate"}); // fewer are shared
        combined(other, m_images, someWeights, {.rows = &rows});
        QVERIFY(rows.size(1) != shared);
    }

    void theGramianIsSummedInFloat64() {
        // 1 and 1e-8 of either sign: in float32 nothing would be left of the small ones.
        torch::Tensor rows = torch::zeros({2, 100'000});
        rows[0].fill_(1e-4F);
        rows[1].fill_(1e-4F);
        rows[0][0] = 1e4F;
        rows[1][0] = 1e4F;
        rows[0][99'999] = 1e4F;
        rows[1][99'999] = -1e4F;
        const double tiny = static_cast<double>(1e-4F);
        const double expected = 99'998 * tiny * tiny;
        const Gramian gramian = gramianOf(rows, 0b11);
        QVERIFY(std::abs(gramian.at(0, 1) - expected) < 1e-3 * expected);
        QCOMPARE(gramian.at(0, 1), gramian.at(1, 0));
        QVERIFY(std::abs(gramian.at(0, 0) - 2e8) < 1);
    }
};

QTEST_GUILESS_MAIN(TaskGradientsTest)
#include "tst_task_gradients.moc"
