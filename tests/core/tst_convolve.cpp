// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"

#include <QTest>

#include <array>
#include <random>

using namespace concertina;

namespace {

struct Shape {
    std::int64_t images, in, out, height, width, kernel, stride, padding, dilation, groups;
};

/// The output and the gradients of image, kernel and bias.
std::array<torch::Tensor, 4> results(const Shape& shape, torch::ScalarType type, bool ours) {
    torch::manual_seed(7);
    const auto random = [&](std::vector<std::int64_t> size) {
        return torch::randn(size).to(type).requires_grad_();
    };
    const auto x = random({shape.images, shape.in, shape.height, shape.width});
    const auto kernel =
        random({shape.out, shape.in / shape.groups, shape.kernel, shape.kernel});
    const auto bias = random({shape.out});
    const auto y = ours ? convolve(x, kernel, bias, shape.stride, shape.padding, shape.dilation,
                                   shape.groups)
                        : torch::conv2d(x, kernel, bias, shape.stride, shape.padding,
                                        shape.dilation, shape.groups);
    y.backward(torch::randn(y.sizes()).to(type));
    return {y.detach(), x.grad(), kernel.grad(), bias.grad()};
}

/// The largest difference of a type's results from those of float64, ÷ the largest value.
double error(const Shape& shape, torch::ScalarType type = torch::kFloat32) {
    const auto single = results(shape, type, true);
    const auto wide = results(shape, torch::kFloat64, false); // LibTorch's own loops
    double worst = 0;
    for (std::size_t i = 0; i < single.size(); ++i)
        worst = std::max(worst, ((single[i] - wide[i]).abs().max() / wide[i].abs().max())
                                    .item<double>());
    return worst;
}

} // namespace

class ConvolveTest : public QObject {
    Q_OBJECT

    std::mt19937 m_random{3};

    std::int64_t from(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(m_random);
    }

private Q_SLOTS:
    /// Sums of at most some thousand products in float32: 1e-4 is far above their rounding and far
    /// below the tenths by which a library was wrong.
    void anyShapeIsRight() {
        setComputeThreads(2);
        for (int i = 0; i < 120; ++i) {
            const std::int64_t size = from(1, 4) * 2 - 1;
            const Shape shape{from(1, 5),  from(1, 70), from(1, 70),         from(size, 40),
                              from(size, 40), size,     1, from(0, size - 1), 1, 1};
            QVERIFY2(error(shape) < 1e-4, qPrintable(QString("%1 to %2 channels, kernel %3")
                                                         .arg(shape.in).arg(shape.out).arg(size)));
        }
    }

    /// Numbers of 8 bits: 3 % is above their rounding, which grows with the sums, and below the
    /// tenths by which a library was wrong.
    void bfloat16IsRight() {
        for (int i = 0; i < 60; ++i) {
            const std::int64_t size = from(1, 2) * 2 - 1;
            const Shape shape{from(1, 5),     from(1, 70), from(1, 70),          from(size, 40),
                              from(size, 40), size,        from(1, 2), from(0, size - 1), 1, 1};
            const double wrong = error(shape, torch::kBFloat16);
            QVERIFY2(wrong < 0.03, qPrintable(QString("%1 to %2 channels, kernel %3, stride %4: %5")
                                                  .arg(shape.in).arg(shape.out).arg(size)
                                                  .arg(shape.stride).arg(wrong)));
        }
    }

    void strideDilationAndGroupsAreRight() {
        for (int i = 0; i < 60; ++i) {
            const std::int64_t groups = std::array{1, 1, 2, 4}[static_cast<std::size_t>(from(0, 3))];
            const Shape shape{from(1, 4), groups * from(1, 12), groups * from(1, 12), from(14, 40),
                              from(14, 40), 3, from(1, 2), from(0, 2), from(1, 2), groups};
            QVERIFY2(error(shape) < 1e-4,
                     qPrintable(QString("%1 to %2 channels, stride %3, dilation %4, %5 groups")
                                    .arg(shape.in).arg(shape.out).arg(shape.stride)
                                    .arg(shape.dilation).arg(groups)));
        }
        // Depthwise.
        QVERIFY(error({2, 24, 24, 20, 20, 3, 1, 1, 1, 24}) < 1e-4);
    }
};

QTEST_MAIN(ConvolveTest)
#include "tst_convolve.moc"
