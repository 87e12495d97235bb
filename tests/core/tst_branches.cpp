// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/model/costs.h"
#include "core/model/validate.h"
#include "core/network/backward.h"
#include "tests/core/core_testing.h"
#include "tests/core/parametrization_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr const char* everyone = "segmentation+depth+normal";

torch::Tensor lossOf(const Network& network, const ComposedNetwork& composed,
                     const torch::Tensor& images) {
    torch::Tensor sum;
    for (const torch::Tensor& output : network.forward(composed, images, {.training = true})) {
        const torch::Tensor loss = (output * 0.7).sin().square().mean();
        sum = sum.defined() ? sum + loss : loss;
    }
    return sum;
}

/// Outputs of all instructions by name.
std::map<std::string, torch::Tensor> valuesOf(const Network& network, const torch::Tensor& images,
                                              bool training) {
    const torch::NoGradGuard noGrad;
    std::map<std::string, torch::Tensor> values{{"image", images}};
    network.forward(network.compose(false), images,
                    {.training = training, .look = [&](int at, const torch::Tensor& output) {
                         const auto i = static_cast<std::size_t>(at);
                         values[network.program().instructions[i].name] = output.clone();
                     }});
    return values;
}

} // namespace

class BranchesTest : public QObject {
    Q_OBJECT

    torch::Tensor m_images = randomImages(2, 16, 24, 1, torch::kFloat64);

    static Network scrambled(const std::string& rule) {
        Network network = networkFor(tinySpec("repvgg", rule)).convertedTo(torch::kFloat64);
        scrambleFactors(network, 5);
        scrambleNorms(network, 6);
        return network;
    }

private Q_SLOTS:
    void aLayerIsTheSumOfItsBranchesWithTheirNorms_data() {
        QTest::addColumn<bool>("training");
        QTest::newRow("training") << true;
        QTest::newRow("evaluation") << false;
    }

    void aLayerIsTheSumOfItsBranchesWithTheirNorms() {
        // The paper's block: BN(W * x) + BN(P * x) + BN(x); the last only where sizes allow.
        QFETCH(bool, training);
        const Network network = scrambled("*: tied");
        const auto before = copyOf(network.namedTensors());
        const auto values = valuesOf(network, m_images, training);
        const torch::NoGradGuard noGrad;
        const auto check = [&](const std::string& layer, const std::string& input, bool identity) {
            const auto at = [&](const std::string& what) {
                return before.at(layer + "/" + what + "/" + everyone);
            };
            const auto norm = [&](const torch::Tensor& of, const std::string& branch) {
                return torch::batch_norm(of, at("norm." + branch + "weight"),
                                         at("norm." + branch + "bias"),
                                         at("norm." + branch + "mean").clone(),
                                         at("norm." + branch + "var").clone(), training, 0.1, 1e-5,
                                         false);
            };
            const torch::Tensor x = values.at(input);
            torch::Tensor sum = norm(torch::conv2d(x, at("W"), at("bias"), 1, 1), "");
            sum = sum + norm(torch::conv2d(x, at("P")), "1x1.");
            if (identity)
                sum = sum + norm(x, "identity.");
            QVERIFY(relativeDifference(values.at(layer + ".add/" + everyone), sum) < 1e-12);
            QCOMPARE(before.contains(layer + "/norm.identity.mean/" + everyone), identity);
        };
        const std::string all = everyone;
        check("enc1.1", "image", false);              // 3 → 6 channels
        check("enc2.2", "enc2.1.relu/" + all, true); // 8 → 8
        check("dec2.2", "dec2.1.relu/" + all, true); // 6 → 6
    }

    void everyBranchKeepsStatisticsOfItsOwn() {
        const Network network = scrambled("*: tied");
        const auto before = copyOf(network.namedTensors());
        const auto values = valuesOf(network, m_images, true);
        const auto after = network.namedTensors();
        const torch::Tensor input = values.at(std::string("enc2.1.relu/") + everyone);
        const std::string name = std::string("enc2.2/norm.identity.mean/") + everyone;
        const torch::Tensor expected = before.at(name) * 0.9 + input.mean({0, 2, 3}) * 0.1;
        QVERIFY(relativeDifference(after.at(name), expected) < 1e-12);
    }

    void gradientsAreThoseOfFiniteDifferences() {
        for (const char* rule :
             {"*: tied", "dec*: separate", "*: norm {segmentation} | {depth, normal}"}) {
            Network network = scrambled(rule);
            {
                const ComposedNetwork composed = network.compose(true);
                std::vector<torch::Tensor> losses;
                for (const torch::Tensor& output :
                     network.forward(composed, m_images, {.training = true}))
                    losses.push_back((output * 0.7).sin().square().mean());
                backward(network, composed, losses, {});
            }
            const torch::NoGradGuard noGrad;
            const auto loss = [&] {
                return lossOf(network, network.compose(false), m_images).item<double>();
            };
            for (Parameter& parameter : network.parameters()) {
                if (!parameter.name.starts_with("enc2.2/")
                    && !parameter.name.starts_with("dec2.1/"))
                    continue;
                QVERIFY2(parameter.grad.defined(), parameter.name.c_str());
                double* value = parameter.value.data_ptr<double>() + parameter.value.numel() / 2;
                // Central differences: truncation h² ~ 1e-10, rounding 1e-16 / h ~ 1e-10; no ReLU
                // or pooling window of these few pixels turns within h.
                constexpr double h = 1e-6;
                const double middle = *value;
                *value = middle + h;
                const double above = loss();
                *value = middle - h;
                const double below = loss();
                *value = middle;
                const double expected = (above - below) / (2 * h);
                const double actual =
                    parameter.grad.flatten()[parameter.value.numel() / 2].item<double>();
                QVERIFY2(std::abs(actual - expected) < 1e-7 + 1e-5 * std::abs(expected),
                         parameter.name.c_str());
            }
        }
    }

    void anOwnNormGivesATaskAKernelOfItsOwnOnceCollapsed() {
        // One W in training, run once; its norms' statistics make three of it.
        const Network network = scrambled("dec2.1: norm {segmentation} | {depth} | {normal}");
        const auto countOf = [](const Program& program, Op op, const std::string& start) {
            return std::ranges::count_if(program.instructions, [&](const Instruction& now) {
                return now.op == op && now.name.starts_with(start);
            });
        };
        QCOMPARE(countOf(network.program(), Op::Conv, "dec2.1.conv/"), 1);
        QCOMPARE(countOf(network.program(), Op::Norm, "dec2.1.norm/"), 3);
        const CollapsedNetwork compact = fold(network, {.spec = tinySpec()});
        QCOMPARE(countOf(compact.program, Op::Conv, "dec2.1."), 3);
        for (const Op op : {Op::Norm, Op::Add})
            QCOMPARE(countOf(compact.program, op, ""), 0);
    }

    void itStartsWithItsAddedBranchesAtRestOrAsInThePaper() {
        const auto startOf = [](const char* start) {
            ExperimentSpec spec = tinySpec("repvgg", "*: tied");
            spec.network.kernels[0].method.options["start"] = start;
            return networkFor(spec).namedTensors();
        };
        const auto plain = startOf("plain"), paper = startOf("paper");
        for (const std::string branch : {"", "1x1.", "identity."}) {
            const std::string name = "enc2.2/norm." + branch + "weight/" + everyone;
            QCOMPARE(plain.at(name).min().item<double>(), branch.empty() ? 1.0 : 0.0);
            QCOMPARE(plain.at(name).max().item<double>(), branch.empty() ? 1.0 : 0.0);
            QCOMPARE(paper.at(name).min().item<double>(), 1.0);
        }
        QVERIFY(plain.at(std::string("enc2.2/P/") + everyone).abs().min().item<double>() > 0);
    }

    void whatHasNoMiddleOrNoNormStaysPlain() {
        const ParametrizationInfo& info = entryNamed("repvgg").info;
        const Json options = completeOptions(info, Json::object());
        const auto branches = [&](const KernelShape& kernel) {
            const auto norms = std::ranges::count(info.fragment(kernel, options).parts, Op::Norm,
                                                  &FragmentPart::op);
            // A kernel beside the layer's is a factor beside W.
            return info.factors(kernel, options).size() == (norms > 1 ? 2U : 1U) ? norms : 99;
        };
        QCOMPARE(branches({.out = 4, .in = 4}), 1);
        QCOMPARE(branches({.out = 4, .in = 4, .height = 2, .width = 2}), 1);
        QCOMPARE(branches({.out = 4, .in = 4, .height = 3, .width = 3}), 1); // no padding
        QCOMPARE(branches({.out = 4, .in = 4, .height = 3, .width = 3, .padding = 1}), 3);
        QCOMPARE(branches({.out = 4, .in = 4, .height = 3, .width = 3, .stride = 2, .padding = 1}),
                 2);
        QCOMPARE(branches({.out = 4, .in = 2, .height = 3, .width = 3, .padding = 1}), 2);
        const NetworkDesign design = designFor(tinySpec("repvgg", "*: tied"));
        for (std::size_t i = 0; i < design.layers.size(); ++i)
            QCOMPARE(design.fragments[i].becomesOneKernel(), design.graph.layers[i].norm);
    }

    void mergingIsAProblem() {
        const ExperimentSpec spec = tinySpec("repvgg", "*: merged");
        const Problems problems = validate(spec, catalogue());
        QCOMPARE(problems.size(), 1U);
        QCOMPARE(problems.front().code, std::string("sharing.not_linear"));
        QCOMPARE(problems.front().path, std::string("network.sharing.0"));
        QVERIFY(problems.front().hint.find("norms or operations") != std::string::npos);
    }

    void stepsCostTheirBranchesAndCollapsedNetworksNothing() {
        const auto costsOf = [](const char* parametrization) {
            return networkCosts(designFor(tinySpec(parametrization, "*: tied")), {});
        };
        const NetworkCosts plain = costsOf("plain"), branches = costsOf("repvgg");
        QCOMPARE(branches.multiplyAdds, plain.multiplyAdds);
        QCOMPARE(branches.collapsedParameters, plain.collapsedParameters);
        // tinySpec: 3 → 6 at 16 × 24; 6 → 8, 8 → 8, 8 → 6, 6 → 6 at 8 × 12; 6 → 6 at 16 × 24.
        const double pointwise =
            384.0 * (3 * 6 + 6 * 6) + 96.0 * (6 * 8 + 8 * 8 + 8 * 6 + 6 * 6);
        QCOMPARE(branches.stepMultiplyAdds - plain.stepMultiplyAdds, 3 * pointwise);
        const double weights = 3 * 6 + 6 * 8 + 8 * 8 + 8 * 6 + 6 * 6 + 6 * 6;
        const double norms = 2 * (6 + 8 + 8 + 6 + 6 + 6) + 2 * (8 + 6 + 6); // 1 × 1; identity
        QCOMPARE(branches.trainedParameters - plain.trainedParameters, weights + norms);
    }
};

QTEST_GUILESS_MAIN(BranchesTest)
#include "tst_branches.moc"
