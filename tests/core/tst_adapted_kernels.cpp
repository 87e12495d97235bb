// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/collapse/layer_comparison.h"
#include "core/model/validate.h"
#include "core/network/backward.h"
#include "tests/core/core_testing.h"
#include "tests/core/parametrization_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

const KernelShape shape{.out = 6, .in = 4, .height = 3, .width = 3, .padding = 1};

torch::Tensor randomLike(const torch::Tensor& like, std::uint64_t seed) {
    const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return torch::empty_like(like).normal_(0, 1, generator);
}

/// A network of one parametrization in its own state, after some training that is made up.
Network trained(const std::string& parametrization, const Json& options = Json::object()) {
    ExperimentSpec spec = tinySpec(parametrization, "*: factors shared");
    spec.network.kernels[0].method.options = options;
    Network network = networkFor(spec).convertedTo(torch::kFloat64);
    scrambleFactors(network, 5);
    scrambleNorms(network, 6);
    return network;
}

Parameter& parameterNamed(Network& network, const std::string& name) {
    return *std::ranges::find(network.parameters(), name, &Parameter::name);
}

/// Outputs of all instructions by name.
std::map<std::string, torch::Tensor> valuesOf(const Network& network, const torch::Tensor& images) {
    const torch::NoGradGuard noGrad;
    std::map<std::string, torch::Tensor> values{{"image", images}};
    network.forward(network.compose(false), images,
                    {.look = [&](int at, const torch::Tensor& output) {
                        const auto i = static_cast<std::size_t>(at);
                        values[network.program().instructions[i].name] = output.clone();
                    }});
    return values;
}

std::vector<torch::Tensor> outputsOf(const Network& network, const torch::Tensor& images) {
    const torch::NoGradGuard noGrad;
    return network.forward(network.compose(false), images, {});
}

int countOf(const CollapsedNetwork& network, const std::string& part) {
    return static_cast<int>(std::ranges::count_if(network.program.tensors, [&](const auto& name) {
        return name.find(part) != std::string::npos;
    }));
}

} // namespace

/// The systems that adapt a trained kernel: what each makes of it, by its paper's formula.
class AdaptedKernelsTest : public QObject {
    Q_OBJECT

    torch::Tensor m_images = randomImages(2, 16, 24, 1, torch::kFloat64);

    static void addSystems() {
        QTest::addColumn<QString>("id");
        for (const ParametrizationEntry* entry : parametrizations()) {
            const auto factors =
                entry->info.factors(shape, completeOptions(entry->info, Json::object()));
            if (std::ranges::any_of(factors, &FactorInfo::frozen))
                QTest::newRow(entry->info.id.c_str()) << QString::fromStdString(entry->info.id);
        }
    }

private Q_SLOTS:
    void whatIsEachTasksIsPartedAndTheRestIsFrozenFromTheStart_data() { addSystems(); }
    void whatIsEachTasksIsPartedAndTheRestIsFrozenFromTheStart() {
        QFETCH(QString, id);
        ExperimentSpec spec = tinySpec(id.toStdString(), "*: tied");
        spec.network.sharing.clear();
        const NetworkDesign design = designFor(spec);
        for (std::size_t i = 0; i < design.plan.layers.size(); ++i) {
            const LayerPlan& plan = design.plan.layers[i];
            QCOMPARE(stateOf(plan, design.layers[i].factors),
                     std::optional(SharingState::FactorsShared));
            QCOMPARE(plan.frozen, design.layers[i].factors.frozenAtStart());
            QVERIFY(!plan.frozen.empty());
        }
    }

    void aStepMovesNothingThatIsFrozen_data() { addSystems(); }
    void aStepMovesNothingThatIsFrozen() {
        QFETCH(QString, id);
        ExperimentSpec spec = tinySpec(id.toStdString(), "*: factors shared");
        Learner learner = learnerFor(spec, torch::kFloat64);
        const auto before = copyOf(learner.network().namedTensors());
        for (int step = 0; step < 2; ++step)
            QVERIFY(learner.step(firstBatch(spec, torch::kFloat64), step));
        int moved = 0;
        for (const Parameter& parameter : learner.network().parameters()) {
            const bool same = sameBits(parameter.value, before.at(parameter.name));
            QVERIFY(same || !parameter.frozen);
            moved += same ? 0 : 1;
        }
        QVERIFY(moved > 0);
    }

    void tapsCountsADifferenceWhereItsScoreReachesTheThreshold() {
        const auto method = methodNamed("taps", shape, {});
        auto factors = method->initialize(randomKernel(shape, 1), {2});
        QCOMPARE(factors[2].item<float>(), 0.15F); // methods.md §4
        factors[1] = randomKernel(shape, 3);
        for (const double score : {0.0999, 0.1001, -4.0, 7.0}) {
            factors[2] = torch::full({1}, score);
            const torch::Tensor expected =
                score > 0.1 ? factors[0] + factors[1] : factors[0] + torch::zeros_like(factors[0]);
            QVERIFY(torch::equal(method->compose(factors), expected));
        }
    }

    void tapsGradientGoesStraightThroughToTheScore() {
        // With slope 1: dL/ds = Σ G ⊙ D, whether the gate is open or not.
        const auto method = methodNamed("taps", shape, {});
        const torch::Tensor w = randomKernel(shape, 1), d = randomKernel(shape, 2),
                            g = randomKernel(shape, 3);
        for (const double value : {0.05, 0.15}) {
            const torch::Tensor score = torch::full({1}, value).requires_grad_();
            const auto gradient =
                torch::autograd::grad({method->compose(std::vector{w, d, score})}, {score}, {g});
            QVERIFY(relativeDifference(gradient[0], (g * d).sum().view({1})) < 1e-6);
        }
    }

    void tapsRegularizerBeginsWithTheThirdEpoch() {
        const auto method = methodNamed("taps", shape, {{"regularizer", 3.0}});
        const torch::Tensor score = torch::full({1}, -0.5);
        QVERIFY(!method->regularizer(2, score, {.epoch = 1.99, .layers = 4}).defined());
        QVERIFY(!method->regularizer(0, score, {.epoch = 2, .layers = 4}).defined());
        // λ |s| ÷ layers = 3 · 0.5 ÷ 4
        QCOMPARE(method->regularizer(2, score, {.epoch = 2, .layers = 4}).item<double>(), 0.375);
    }

    void tapsKernelsThatNoTaskClaimedShipOnce() {
        Network network = trained("taps");
        const torch::NoGradGuard noGrad;
        for (const char* task : {"segmentation", "depth", "normal"})
            parameterNamed(network, std::string("dec1.1/s/") + task).value.fill_(0.01);
        for (const char* task : {"segmentation", "depth"})
            parameterNamed(network, std::string("dec2.2/s/") + task).value.fill_(0.01);
        // Biases before norms drift apart, as nothing holds them.
        for (const char* what : {"dec1.1/bias/", "dec2.2/bias/"}) {
            parameterNamed(network, std::string(what) + "depth").value.add_(0.3);
            parameterNamed(network, std::string(what) + "normal").value.mul_(-2).sub_(0.1);
        }
        const CollapsedNetwork compact = fold(network, {.spec = tinySpec()});
        QCOMPARE(countOf(compact, "dec1.1/kernel/"), 1);
        QCOMPARE(countOf(compact, "dec2.2/kernel/"), 2);
        QCOMPARE(countOf(compact, "enc1.1/kernel/"), 3);
        const auto expanded = outputsOf(network, m_images), shipped = compact.forward(m_images, {});
        for (std::size_t t = 0; t < expanded.size(); ++t)
            QVERIFY(relativeDifference(shipped[t], expanded[t]) < 1e-12);
    }

    void eftsTransformsStandBehindOneKernel() {
        const Network network = trained("eft");
        const CollapsedNetwork compact = fold(network, {.spec = tinySpec()});
        for (const char* layer : {"enc1.1", "dec2.2", "dec1.1"})
            QCOMPARE(countOf(compact, std::string(layer) + "/kernel/"), 1);
        const auto expanded = outputsOf(network, m_images), shipped = compact.forward(m_images, {});
        for (std::size_t t = 0; t < expanded.size(); ++t)
            QVERIFY(relativeDifference(shipped[t], expanded[t]) < 1e-12);
    }

    void rcmStartsAtThePrincipalComponentsOfItsResponses() {
        const auto method = methodNamed("rcm", shape, {});
        const torch::Tensor kernel = randomKernel(shape, 1).to(torch::kFloat64);
        const torch::Tensor inputs =
            randomLike(torch::empty({3, shape.in, 9, 8}, torch::kFloat64), 2).cumsum(3);
        const auto factors = method->initialize(kernel, {.inputs = inputs});
        QVERIFY(relativeDifference(method->compose(factors), kernel) < 1e-12);
        const torch::Tensor e = factors[0];
        QVERIFY((e.t().mm(e) - torch::eye(6, torch::kFloat64)).abs().max().item<double>() < 1e-12);
        // What the filter bank gives is decorrelated, the strongest first.
        const torch::Tensor bank =
            torch::conv2d(inputs, factors[1], {}, 1, 1).transpose(0, 1).reshape({6, -1});
        const torch::Tensor centered = bank - bank.mean(1, true);
        const torch::Tensor covariance = centered.mm(centered.t());
        const torch::Tensor variances = covariance.diagonal();
        const torch::Tensor rest = covariance - torch::diag(variances);
        QVERIFY(rest.abs().max().item<double>() < 1e-10 * variances.max().item<double>());
        QVERIFY((variances.slice(0, 0, 5) >= variances.slice(0, 1)).all().item<bool>());
    }

    void rcmsNormalizedRowsHaveTheLengthG() {
        const auto method = methodNamed("rcm", shape, {{"nff", true}, {"start", "identity"}});
        auto factors = method->initialize(randomKernel(shape, 1), {2});
        const torch::Tensor kernel = method->compose(factors);
        factors[0] = factors[0] * 7; // v alone has no length
        QVERIFY(relativeDifference(method->compose(factors), kernel) < 1e-6);
        factors[1] = factors[1] * 3;
        QVERIFY(relativeDifference(method->compose(factors), kernel * 3) < 1e-6);
    }

    void rcmSeesWhatItsLayersRead() {
        // The network with the responses of its images computes what it did before.
        ExperimentSpec spec = tinySpec("rcm", "*: factors shared");
        Network network = networkFor(spec);
        const auto before = outputsOf(network, m_images.to(torch::kFloat32));
        const auto plain = copyOf(network.namedTensors());
        QVERIFY(network.startImages() > 0);
        network.initializeBy(m_images.to(torch::kFloat32), 3);
        const auto after = outputsOf(network, m_images.to(torch::kFloat32));
        for (std::size_t t = 0; t < before.size(); ++t)
            QVERIFY(relativeDifference(after[t], before[t]) < 1e-4);
        QVERIFY(!sameBits(plain.at("dec1.1/M/depth"), network.namedTensors().at("dec1.1/M/depth")));
    }

    void eftIsTheSumOfItsTransformsBehindTheKernel() {
        const std::string all = "segmentation+depth+normal";
        const Network network = trained("eft");
        const auto tensors = network.namedTensors();
        const auto values = valuesOf(network, m_images);
        const auto at = [&](const std::string& what, const std::string& task = "depth") {
            return tensors.at("enc1.1/" + what + "/" + task);
        };
        // 3 to 6 channels at the first layer: the largest divisors of 6 that are at most 8, 16.
        QCOMPARE(at("G").sizes().vec(), (std::vector<std::int64_t>{6, 6, 3, 3}));
        QCOMPARE(at("P").sizes().vec(), (std::vector<std::int64_t>{6, 6, 1, 1}));
        const torch::Tensor y = torch::conv2d(m_images, at("W", all), at("bias", all), 1, 1);
        const torch::Tensor sum =
            torch::conv2d(y, at("G"), at("G.bias"), 1, 1) + torch::conv2d(y, at("P"), at("P.bias"));
        const torch::Tensor expected =
            torch::batch_norm(sum, at("norm.weight"), at("norm.bias"), at("norm.mean"),
                              at("norm.var"), false, 0.1, 1e-5, false);
        QVERIFY(relativeDifference(values.at("enc1.1.norm/depth"), expected) < 1e-12);
    }

    void eftGroupsAreTheLargestThatDivide() {
        const ParametrizationInfo& info = entryNamed("eft").info;
        const auto widths = [&](int channels) {
            const auto factors = info.factors({.out = channels, .in = 3, .height = 3, .width = 3},
                                              completeOptions(info, Json::object()));
            return std::pair(factors[1].shape[1], factors[3].shape[1]);
        };
        QCOMPARE(widths(64), std::pair(std::int64_t{8}, std::int64_t{16}));
        QCOMPARE(widths(36), std::pair(std::int64_t{6}, std::int64_t{12}));
        QCOMPARE(widths(13), std::pair(std::int64_t{1}, std::int64_t{13}));
        QCOMPARE(widths(17), std::pair(std::int64_t{1}, std::int64_t{1}));
    }

    void eftKeepsItsTransformsExactlyOrFoldsAllButABorder() {
        const Network kept = trained("eft"), folded = trained("eft", {{"collapse", "fold"}});
        FoldCounts counts;
        const CollapsedNetwork exact = fold(kept, {.spec = tinySpec()}, &counts);
        const auto expanded = outputsOf(kept, m_images), shipped = exact.forward(m_images, {});
        for (std::size_t t = 0; t < expanded.size(); ++t)
            QVERIFY(relativeDifference(shipped[t], expanded[t]) < 1e-12);
        QCOMPARE(counts.keptParts, 6 * 3 * 2); // layers, tasks, transforms

        const UnfoldedNetwork unfolded = unfoldedOf(folded);
        const CollapsedNetwork wide = fold(unfolded, {.spec = tinySpec()}, torch::kFloat64);
        QCOMPARE(borderLayers(folded.design()), 6);
        for (std::size_t i = 0; i < wide.program.tensors.size(); ++i)
            if (wide.program.tensors[i].starts_with("enc1.1/kernel/"))
                QCOMPARE(wide.tensors[i].sizes().vec(), (std::vector<std::int64_t>{6, 3, 5, 5}));
        LayerComparison layers(unfolded, wide);
        layers.add(unfolded.tensors, wide.tensors, m_images.narrow(0, 0, 1));
        for (const LayerDifference& layer : layers.finish())
            QVERIFY(layer.maxAbs64.value() < 1e-10);
        // Over all, the borders do differ.
        const auto out = outputsOf(folded, m_images), in = wide.forward(m_images, {});
        QVERIFY(relativeDifference(in[0], out[0]) > 1e-6);
    }

    void kmStyleScalesEachInputOfEachOutput() {
        const auto method = methodNamed("km-style", shape, {{"rank", 2}});
        auto factors = method->initialize(randomKernel(shape, 1), {2});
        for (torch::Tensor& factor : factors)
            factor = factor.to(torch::kFloat64);
        factors[1] = randomLike(factors[1], 3);
        const torch::Tensor kernel = method->compose(factors);
        for (int o = 0; o < shape.out; ++o)
            for (int i = 0; i < shape.in; ++i) {
                double scale = 1;
                for (int r = 0; r < 2; ++r)
                    scale += factors[1][o][r].item<double>() * factors[2][r][i].item<double>();
                QVERIFY(relativeDifference(kernel[o][i], factors[0][o][i] * scale) < 1e-12);
            }
    }

    void polytroponMixesSkillsByTheTasksRow() {
        const auto method = methodNamed("polytropon", shape, {{"skills", 3}, {"rank", 2}});
        auto factors = method->initialize(randomKernel(shape, 1), {2});
        for (const std::size_t k : {1U, 2U, 3U})
            factors[k] = randomLike(factors[k], 10 + k);
        const torch::Tensor shares = factors[3].sigmoid() / factors[3].sigmoid().sum();
        torch::Tensor a = torch::zeros({2, 36}), b = torch::zeros({6, 2});
        for (int s = 0; s < 3; ++s) {
            a += shares[s] * factors[1][s];
            b += shares[s] * factors[2][s];
        }
        const torch::Tensor expected = factors[0] + b.mm(a).reshape({6, 4, 3, 3});
        QVERIFY(relativeDifference(method->compose(factors), expected) < 1e-6);
    }

    void polytroponSamplesInTrainingAlone() {
        const auto method = methodNamed("polytropon", shape, {{"sampling", "relaxed_bernoulli"}});
        auto factors = method->initialize(randomKernel(shape, 1), {2});
        factors[2] = randomLike(factors[2], 4);
        const auto at = [&](std::int64_t step, std::uint64_t tasks) {
            return method->compose(factors,
                                   {.training = true, .step = step, .seed = 7, .tasks = tasks});
        };
        QVERIFY(torch::equal(at(3, 1), at(3, 1)));
        QVERIFY(!torch::equal(at(3, 1), at(4, 1)) && !torch::equal(at(3, 1), at(3, 2)));
        QVERIFY(torch::equal(method->compose(factors), method->compose(factors, {.step = 9})));
    }

    void polytroponHasOneRowATaskForTheWholeNetwork() {
        ExperimentSpec spec = tinySpec("polytropon", "*: factors shared");
        Learner learner = learnerFor(spec, torch::kFloat64);
        const auto isRow = [](const Parameter& parameter) {
            return parameter.name.find("/Z/") != std::string::npos;
        };
        std::vector<std::string> names;
        for (const Parameter& parameter : learner.network().parameters())
            if (isRow(parameter)) {
                names.push_back(parameter.name);
                QCOMPARE(parameter.rate, 100.0);
            }
        QCOMPARE(names, (std::vector<std::string>{"network/Z/segmentation", "network/Z/depth",
                                                  "network/Z/normal"}));
        // Its gradient is the sum over the layers: against finite differences of the sum of losses.
        Network& network = learner.network();
        scrambleFactors(network, 9);
        const auto loss = [&](const ComposedNetwork& composed) {
            return network.forward(composed, m_images, {})[1].sin().mean();
        };
        const ComposedNetwork composed = network.compose(true);
        backward(network, composed, std::vector{torch::Tensor(), loss(composed), torch::Tensor()},
                 {});
        Parameter& row = parameterNamed(network, "network/Z/depth");
        const torch::Tensor gradient = row.grad.clone();
        const torch::NoGradGuard noGrad;
        for (int s = 0; s < row.value.size(0); ++s) {
            constexpr double h = 1e-5;
            row.value[s] += h;
            const double above = loss(network.compose(false)).item<double>();
            row.value[s] -= 2 * h;
            const double below = loss(network.compose(false)).item<double>();
            row.value[s] += h;
            const double expected = (above - below) / (2 * h);
            QVERIFY(std::abs(gradient[s].item<double>() - expected)
                    < 1e-8 + 1e-5 * std::abs(expected));
        }
    }

    void layersWithOtherSizesOfTheNetworksFactorAreAProblem() {
        ExperimentSpec spec = tinySpec("polytropon", "*: factors shared");
        spec.network.kernels.push_back(spec.network.kernels.front());
        spec.network.kernels.back().layers = "dec*";
        spec.network.kernels.back().method.options["skills"] = 7;
        const Problems problems = validate(spec, catalogue());
        QCOMPARE(problems.size(), 1U);
        QCOMPARE(problems.front().code, std::string("kernels.network_factor"));
        QCOMPARE(problems.front().path, std::string("network.kernels.1"));
    }
};

QTEST_APPLESS_MAIN(AdaptedKernelsTest)

#include "tst_adapted_kernels.moc"
