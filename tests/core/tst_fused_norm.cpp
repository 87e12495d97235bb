// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/fused_norm.h"
#include "core/tensor/torch.h"

#include <QTest>

#include <vector>

using namespace concertina;

namespace {

constexpr double momentum = 0.3;
constexpr double epsilon = 1e-5;

/// The output, the gradients of x, weight and bias, and the running mean and variance.
using Results = std::vector<torch::Tensor>;

struct Case {
    std::vector<std::int64_t> size;
    double mean = 0;
    NormEnd end = NormEnd::Relu;
};

Results results(const Case& of, torch::ScalarType type, bool ours) {
    torch::manual_seed(5);
    const std::int64_t channels = of.size[1];
    const auto random = [&](const std::vector<std::int64_t>& size) { return torch::randn(size); };
    const auto x = (random(of.size) + of.mean).to(type).requires_grad_();
    const auto weight = random({channels}).to(type).requires_grad_();
    const auto bias = random({channels}).to(type).requires_grad_();
    NormTensors norm{weight, bias, random({channels}).to(type), torch::rand({channels}).to(type)};
    const auto arriving = random(of.size).to(type);
    torch::Tensor y;
    if (ours) {
        y = fusedNorm(x, norm, momentum, epsilon, of.end);
    } else {
        y = torch::batch_norm(x, weight, bias, norm.runningMean, norm.runningVariance, true,
                              momentum, epsilon, false);
        if (of.end != NormEnd::Plain)
            y = of.end == NormEnd::Relu ? torch::relu(y) : torch::hardtanh(y, 0, 6);
    }
    y.backward(arriving);
    return {y.detach(),  x.grad(),         weight.grad(),
            bias.grad(), norm.runningMean, norm.runningVariance};
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    return ((a - b).abs().max() / b.abs().max()).item<double>();
}

} // namespace

class FusedNormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void itIsBatchNormAndRelu_data() {
        QTest::addColumn<std::vector<std::int64_t>>("size");
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("tolerance");
        // Sums of thousands of values in float32: 1e-5 is far above their rounding.
        const auto row = [](const char* name, std::vector<std::int64_t> size, double mean = 0,
                            double tolerance = 1e-5) {
            QTest::newRow(name) << std::move(size) << mean << tolerance;
        };
        row("lanes full", {2, 3, 16, 16});
        row("planes that end within lanes", {3, 5, 7, 9});
        row("planes smaller than lanes", {4, 3, 1, 5});
        row("one value a plane", {6, 4, 1, 1});
        row("one channel", {2, 1, 30, 31});
        row("sums in several pieces", {2, 2, 96, 131});
        // float32 itself holds 1000 ± 1 to 6e-5.
        row("far from zero", {2, 3, 40, 40}, 1000, 1e-3);
    }

    void itIsBatchNormAndRelu() {
        QFETCH(const std::vector<std::int64_t>, size);
        QFETCH(const double, mean);
        QFETCH(const double, tolerance);
        for (const NormEnd end : {NormEnd::Relu, NormEnd::Relu6, NormEnd::Plain}) {
            const Case of{size, mean, end};
            const Results ours = results(of, torch::kFloat32, true);
            const Results wide = results(of, torch::kFloat64, false);
            for (std::size_t i = 0; i < ours.size(); ++i) {
                const double error = difference(ours[i], wide[i]);
                QVERIFY2(error < tolerance,
                         qPrintable(
                             QString("%1 of %2: %3").arg(i).arg(static_cast<int>(end)).arg(error)));
            }
        }
    }

    void threadsChangeNoBit() {
        const Case of{{2, 7, 50, 60}};
        const int before = at::get_num_threads();
        at::set_num_threads(1);
        const Results one = results(of, torch::kFloat32, true);
        at::set_num_threads(2);
        const Results two = results(of, torch::kFloat32, true);
        at::set_num_threads(before);
        for (std::size_t i = 0; i < one.size(); ++i)
            QVERIFY(torch::equal(one[i], two[i]));
    }

    void whatIsNotANumberStaysSo() {
        torch::Tensor x = torch::ones({1, 2, 4, 4});
        x[0][1][2][3] = NAN;
        const NormTensors norm{torch::ones({2}), torch::zeros({2}), {}, {}};
        const torch::Tensor y = fusedNorm(x, norm, momentum, epsilon, NormEnd::Relu);
        QVERIFY(torch::equal(y[0][0], torch::zeros({4, 4}))); // a constant has no spread
        QVERIFY(y[0][1].isnan().all().item<bool>());
    }

    /// With a variance of 0 an error of the mean is multiplied by 1 / √ε = 316; float32 holds
    /// values to 6e-8 of themselves.
    void aConstantChannelBecomesItsBias() {
        for (const double value : {0.1, 10.1, 1000.1}) {
            const torch::Tensor x = torch::full({2, 2, 96, 131}, value);
            const NormTensors norm{torch::ones({2}), torch::full({2}, 3.0), {}, {}};
            const torch::Tensor y = fusedNorm(x, norm, momentum, epsilon, NormEnd::Plain);
            QVERIFY2((y - 3).abs().max().item<double>() < 1e-6 * value,
                     qPrintable(QString::number(value)));
        }
    }

    void noGradientWhereNoneIsNeeded() {
        torch::manual_seed(5);
        const auto x = torch::randn({2, 3, 8, 8});
        const NormTensors norm{
            torch::ones({3}).requires_grad_(), torch::zeros({3}).requires_grad_(), {}, {}};
        fusedNorm(x, norm, momentum, epsilon, NormEnd::Relu).sum().backward();
        QVERIFY(norm.weight.grad().defined() && !x.grad().defined());
    }

    void itIsNotForOtherTypesAndLayouts() {
        const torch::Tensor x = torch::ones({2, 3, 4, 5});
        const NormTensors norm{torch::ones({3}), torch::ones({3}), {}, {}};
        QVERIFY(canFuseNorm(x, norm));
        QVERIFY(!canFuseNorm(x.to(torch::kFloat64), norm));
        QVERIFY(!canFuseNorm(x.to(torch::kBFloat16), norm));
        QVERIFY(!canFuseNorm(x.contiguous(at::MemoryFormat::ChannelsLast), norm));
        QVERIFY(!canFuseNorm(x.transpose(2, 3), norm));
        QVERIFY(!canFuseNorm(x.narrow(0, 0, 0), norm));
        QVERIFY(!canFuseNorm(x, {torch::ones({3, 2}).select(1, 0), norm.bias, {}, {}}));
    }
};

QTEST_GUILESS_MAIN(FusedNormTest)
#include "tst_fused_norm.moc"
