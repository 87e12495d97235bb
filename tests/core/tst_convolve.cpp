// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/depthwise.h"
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
    }

    /// Of the shapes that networks have, with borders, and of any other. The longest sums, of a
    /// kernel's gradient, have 4 · 40² products: 1e-5 is far above their rounding, and a border
    /// that is wrong is a thousandth at least.
    void depthwiseIsRight() {
        const auto check = [](const Shape& shape) {
            const torch::Tensor x = torch::empty({1, shape.in, shape.height, shape.width});
            const torch::Tensor kernel = torch::empty({shape.in, 1, shape.kernel, shape.kernel});
            QVERIFY(canConvolveDepthwise(x, kernel, torch::empty({shape.in}), shape.stride,
                                         shape.padding, shape.dilation, shape.groups));
            const double wrong = error(shape);
            QVERIFY2(wrong < 1e-5,
                     qPrintable(QString("%1 channels, %2 × %3, kernel %4, stride %5, padding %6, "
                                        "dilation %7: %8")
                                    .arg(shape.in)
                                    .arg(shape.height)
                                    .arg(shape.width)
                                    .arg(shape.kernel)
                                    .arg(shape.stride)
                                    .arg(shape.padding)
                                    .arg(shape.dilation)
                                    .arg(wrong)));
        };
        for (const std::int64_t size : {7, 14, 28, 40})
            for (const std::int64_t stride : {1, 2})
                for (const std::int64_t dilation : {1, 2, 4})
                    check({2, 5, 5, size, size + 1, 3, stride, dilation, dilation, 5});
        for (int i = 0; i < 150; ++i) {
            const std::int64_t channels = from(2, 9), side = from(0, 3) * 2 + 1,
                               dilation = from(1, 3), least = dilation * (side - 1) + 1;
            check({from(1, 4), channels, channels, from(least, 40), from(least, 40), side,
                   from(1, 3), from(0, 4), dilation, channels});
        }
        check({1, 2, 2, 1, 1, 3, 1, 1, 1, 2}); // a border alone around one pixel
        check({1, 2, 2, 1, 200, 3, 2, 1, 1, 2});
        check({1, 2, 2, 150, 3, 3, 1, 1, 1, 2});
    }

    /// They are computed in pieces of 16 sums each: which thread does so changes nothing.
    void threadsChangeNoBitOfDepthwise() {
        const Shape shape{3, 7, 7, 30, 41, 3, 1, 1, 1, 7};
        const int before = at::get_num_threads();
        at::set_num_threads(1);
        const auto one = results(shape, torch::kFloat32, true);
        at::set_num_threads(2);
        const auto two = results(shape, torch::kFloat32, true);
        at::set_num_threads(before);
        for (std::size_t i = 0; i < one.size(); ++i)
            QVERIFY(torch::equal(one[i], two[i]));
    }

    /// The layout and the type say who computes; the numbers are the same. bfloat16 as above.
    void depthwiseIsRightInAnyLayoutAndType() {
        torch::manual_seed(7);
        const auto x = torch::randn({2, 24, 20, 21}), kernel = torch::randn({24, 1, 3, 3}),
                   bias = torch::randn({24});
        const auto wide = [](const torch::Tensor& of) { return of.to(torch::kFloat64); };
        for (const std::int64_t stride : {1, 2}) {
            const auto right = torch::conv2d(wide(x), wide(kernel), wide(bias), stride, 1, 1, 24);
            const auto wrong = [&](const torch::Tensor& y) {
                return ((wide(y) - right).abs().max() / right.abs().max()).item<double>();
            };
            const auto innermost = x.contiguous(at::MemoryFormat::ChannelsLast);
            QVERIFY(!canConvolveDepthwise(innermost, kernel, bias, stride, 1, 1, 24));
            QVERIFY(wrong(convolve(innermost, kernel, bias, stride, 1, 1, 24)) < 1e-5);
            QVERIFY(wrong(convolve(x.to(torch::kBFloat16), kernel.to(torch::kBFloat16),
                                   bias.to(torch::kBFloat16), stride, 1, 1, 24))
                    < 0.03);
        }
    }

    void depthwiseHasGradientsWhereTheyAreNeeded() {
        const auto x = torch::randn({2, 3, 8, 8}), kernel = torch::randn({3, 1, 3, 3}),
                   bias = torch::randn({3});
        for (int needed = 1; needed < 8; ++needed) {
            std::array<torch::Tensor, 3> leaves{x.clone(), kernel.clone(), bias.clone()};
            for (std::size_t i = 0; i < 3; ++i)
                leaves[i].requires_grad_(((needed >> i) & 1) != 0);
            convolve(leaves[0], leaves[1], leaves[2], 1, 1, 1, 3).sum().backward();
            for (std::size_t i = 0; i < 3; ++i)
                QCOMPARE(leaves[i].grad().defined(), ((needed >> i) & 1) != 0);
        }
    }

    void otherConvolutionsAreLibTorchs() {
        const auto can = [](std::vector<std::int64_t> x, std::vector<std::int64_t> kernel,
                            std::int64_t padding, std::int64_t groups,
                            torch::ScalarType type = torch::kFloat32) {
            return canConvolveDepthwise(torch::ones(x).to(type), torch::ones(kernel).to(type),
                                        torch::ones({kernel[0]}).to(type), 1, padding, 1, groups);
        };
        QVERIFY(can({2, 4, 8, 8}, {4, 1, 3, 3}, 1, 4));
        QVERIFY(!can({2, 4, 8, 8}, {4, 1, 3, 3}, 1, 4, torch::kFloat64));
        QVERIFY(!can({2, 4, 8, 8}, {4, 2, 3, 3}, 1, 2)); // groups of two channels
        QVERIFY(!can({2, 4, 8, 8}, {8, 1, 3, 3}, 1, 4)); // two kernels a channel
        QVERIFY(!can({2, 1, 8, 8}, {1, 1, 3, 3}, 1, 1));
        QVERIFY(!can({2, 4, 8, 8}, {4, 1, 3, 1}, 1, 4));
        QVERIFY(!can({2, 4, 9, 9}, {4, 1, 9, 9}, 0, 4));
        QVERIFY(!can({2, 4, 2, 8}, {4, 1, 3, 3}, 0, 4)); // does not fit
        QVERIFY(!can({0, 4, 8, 8}, {4, 1, 3, 3}, 1, 4));
    }
};

QTEST_MAIN(ConvolveTest)
#include "tst_convolve.moc"
