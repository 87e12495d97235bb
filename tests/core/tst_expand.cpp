// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/core_testing.h"
#include "tests/core/parametrization_testing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class ExpandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void expandIsItsThreeConvolutionsInSequence() {
        for (const int groups : {1, 2}) {
            const KernelShape shape{.out = 6, .in = 4, .height = 3, .width = 3, .groups = groups};
            const auto method = methodNamed("expand", shape, {{"start", "random"}});
            std::vector<torch::Tensor> factors;
            for (const torch::Tensor& factor : method->initialize(randomKernel(shape, 10), {1}))
                factors.push_back(factor.to(torch::kFloat64));
            const auto pointwise = [](const torch::Tensor& w) {
                return w.unsqueeze(2).unsqueeze(3);
            };
            // Padded once, before the first: the published form pads before the second, which
            // is the same, as the first is 1 × 1 and has no bias.
            const torch::Tensor x = torch::randn({2, 4, 7, 8}, torch::kFloat64);
            const auto run = [&](const torch::Tensor& in, const torch::Tensor& w,
                                 const std::vector<std::int64_t>& padding) {
                return torch::conv2d(in, w, {}, {1, 1}, padding, {1, 1}, groups);
            };
            torch::Tensor y = run(x, pointwise(factors[2]), {0, 0});
            y = run(run(y, factors[1], {1, 1}), pointwise(factors[0]), {0, 0});
            QVERIFY(relativeDifference(run(x, method->compose(factors), {1, 1}), y) < 1e-12);
        }
    }

    void expandsLargerKernelsAreTheir3x3InSequence() {
        for (const int k : {5, 7, 9})
            for (const int groups : {1, 2}) {
                const KernelShape shape{
                    .out = 4, .in = 2, .height = k, .width = k, .groups = groups};
                const auto method = methodNamed("expand", shape, {{"start", "random"}});
                std::vector<torch::Tensor> factors;
                for (const torch::Tensor& factor : method->initialize(randomKernel(shape, 10), {1}))
                    factors.push_back(factor.to(torch::kFloat64));
                QCOMPARE(factors.size(), static_cast<std::size_t>(k / 2));
                // As published: the first link pads for all of them.
                const torch::Tensor x = torch::randn({2, 2, 7, 8}, torch::kFloat64);
                torch::Tensor y = x;
                for (std::size_t link = factors.size(); link-- > 0;) {
                    const std::int64_t padding = link + 1 == factors.size() ? k / 2 : 0;
                    y = torch::conv2d(y, factors[link], {}, 1, padding, 1, groups);
                }
                const torch::Tensor kernel = method->compose(factors);
                QVERIFY(relativeDifference(torch::conv2d(x, kernel, {}, 1, k / 2, 1, groups), y)
                        < 1e-12);
            }
    }

    void expandsChainsHaveThePublishedWidths() {
        // Its repository's SmallNet, 7 × 7 from 8 to 16 channels: 3 × 3 to 32, to 64, to 16.
        const KernelShape shape{.out = 16, .in = 8, .height = 7, .width = 7};
        const ParametrizationInfo& info = entryNamed("expand").info;
        auto factors = info.factors(shape, completeOptions(info, Json::object()));
        QCOMPARE(factors[1].kernel,
                 std::optional(KernelShape{.out = 64, .in = 32, .height = 3, .width = 3}));
        factors[1].kernel.reset();
        const std::vector<FactorInfo> expected{{"W3", {16, 64, 3, 3}},
                                               {"W2", {64, 32, 3, 3}, true},
                                               {"W1", {32, 8, 3, 3}}};
        QVERIFY(factors == expected);
        // W3 with W2: 9 products for each of 3 · 3 weights; with W1: for each of 5 · 5.
        QCOMPARE(info.composeCost(shape, completeOptions(info, Json::object())),
                 16.0 * 64 * 32 * 81 + 16.0 * 32 * 8 * 225);
        // What a chain can't hold stays whole: too few channels, or a kernel too large.
        const auto whole = [&](const KernelShape& of, const Json& options) {
            return info.factors(of, completeOptions(info, options))[1].shape[2] == of.height;
        };
        QVERIFY(whole(shape, {{"expansion", 3}}));
        QVERIFY(whole(shape, {{"larger", "whole"}}));
        QVERIFY(whole({.out = 2, .in = 2, .height = 11, .width = 11}, Json::object()));
        QVERIFY(whole({.out = 2, .in = 2, .height = 5, .width = 7}, Json::object()));
    }
};

QTEST_GUILESS_MAIN(ExpandTest)
#include "tst_expand.moc"
