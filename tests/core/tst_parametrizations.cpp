// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// Every parametrization, with every choice of its options, on kernels of every kind.
struct Case {
    const ParametrizationEntry* entry;
    Json options;
    KernelShape shape;
    QByteArray name;
};

std::vector<Json> optionSets(const ParametrizationInfo& info) {
    std::vector<Json> sets{Json::object()};
    for (const FieldInfo& field : info.options) {
        std::vector<Json> next;
        for (const Json& set : sets) {
            if (field.type != FieldType::Choice)
                next.push_back(set);
            for (const std::string& choice : field.choices) {
                Json with = set;
                with[field.path] = choice;
                next.push_back(with);
            }
        }
        sets = next;
    }
    for (Json& set : sets)
        set = completeOptions(info, set);
    return sets;
}

std::vector<Case> cases() {
    const std::vector<std::pair<const char*, KernelShape>> shapes{
        {"wide", {.out = 5, .in = 4, .height = 3, .width = 3}},      // Co < Ci·k²
        {"tall", {.out = 30, .in = 3, .height = 3, .width = 3}},     // Co > Ci·k²
        {"pointwise", {.out = 6, .in = 4}},                          // 1 × 1
        {"grouped", {.out = 6, .in = 4, .height = 3, .width = 3, .groups = 2}},
        {"depthwise", {.out = 4, .in = 4, .height = 3, .width = 3, .groups = 4}},
        {"flat", {.out = 3, .in = 2, .height = 1, .width = 5}}};
    std::vector<Case> all;
    for (const ParametrizationEntry* entry : parametrizations())
        for (const Json& options : optionSets(entry->info))
            for (const auto& [name, shape] : shapes)
                all.push_back({entry, options, shape,
                               QByteArray::fromStdString(entry->info.id + " "
                                                         + jsonText(options) + " " + name)});
    return all;
}

torch::Tensor randomKernel(const KernelShape& shape, std::uint64_t seed) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return torch::empty({shape.out, shape.in / shape.groups, shape.height, shape.width})
        .normal_(0, 0.2, generator);
}

} // namespace

class ParametrizationsTest : public QObject {
    Q_OBJECT

    std::vector<Case> m_cases = cases();

    void addRows() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i].name.constData()) << static_cast<int>(i);
    }

    const Case& fetched() const {
        QFETCH(int, index);
        return m_cases[static_cast<std::size_t>(index)];
    }

private Q_SLOTS:
    void theStartIsTheKernel_data() { addRows(); }
    void theStartIsTheKernel() {
        const Case& now = fetched();
        const auto method = now.entry->make(now.shape, now.options);
        const torch::Tensor kernel = randomKernel(now.shape, 1);
        const auto factors = method->start(kernel);
        // Rounding of an SVD in float64, stored in float32: a few ulps of 6e-8.
        QVERIFY(relativeDifference(method->materialize(factors), kernel) < 2e-6);
    }

    void factorsHaveTheDescriptorsShapes_data() { addRows(); }
    void factorsHaveTheDescriptorsShapes() {
        const Case& now = fetched();
        const auto infos = now.entry->info.factors(now.shape, now.options);
        const auto factors = now.entry->make(now.shape, now.options)->start(randomKernel(now.shape, 2));
        QCOMPARE(factors.size(), infos.size());
        for (std::size_t i = 0; i < infos.size(); ++i)
            QCOMPARE(factors[i].sizes().vec(), infos[i].shape);
    }

    void gradientsAreThoseOfFiniteDifferences_data() { addRows(); }
    void gradientsAreThoseOfFiniteDifferences() {
        const Case& now = fetched();
        const auto method = now.entry->make(now.shape, now.options);
        std::vector<torch::Tensor> factors;
        for (const torch::Tensor& factor : method->start(randomKernel(now.shape, 3)))
            factors.push_back((factor.to(torch::kFloat64) + 0.1).detach().requires_grad_());
        const torch::Tensor weights = randomKernel(now.shape, 4).to(torch::kFloat64);
        const auto loss = [&] { return (method->materialize(factors).sin() * weights).sum(); };
        const auto gradients = torch::autograd::grad({loss()}, factors);
        const torch::NoGradGuard noGrad;
        // Central differences in float64: truncation h² ~ 1e-10, rounding 1e-16 / h ~ 1e-11.
        constexpr double h = 1e-5;
        for (std::size_t f = 0; f < factors.size(); ++f) {
            double* values = factors[f].data_ptr<double>();
            const torch::Tensor gradient = gradients[f].contiguous();
            const std::int64_t stride = std::max<std::int64_t>(1, factors[f].numel() / 7);
            for (std::int64_t i = 0; i < factors[f].numel(); i += stride) {
                const double before = values[i];
                values[i] = before + h;
                const double above = loss().item<double>();
                values[i] = before - h;
                const double below = loss().item<double>();
                values[i] = before;
                const double expected = (above - below) / (2 * h);
                QVERIFY(std::abs(gradient.data_ptr<double>()[i] - expected)
                        < 1e-7 * std::max(1.0, std::abs(expected)));
            }
        }
    }

    void theKernelIsLinearInEachFactor_data() { addRows(); }
    void theKernelIsLinearInEachFactor() {
        const Case& now = fetched();
        const auto method = now.entry->make(now.shape, now.options);
        std::vector<torch::Tensor> factors;
        for (const torch::Tensor& factor : method->start(randomKernel(now.shape, 5)))
            factors.push_back(factor.to(torch::kFloat64));
        const torch::Tensor kernel = method->materialize(factors);
        for (std::size_t f = 0; f < factors.size(); ++f) {
            auto scaled = factors;
            scaled[f] = factors[f] * 1.7;
            QVERIFY(relativeDifference(method->materialize(scaled), kernel * 1.7) < 1e-13);
        }
    }

    void factoredIsTheChannelMatricization() {
        // By hand: U = [1; 2], M = [3], V = a row of the 4 entries of one 2 × 2 kernel.
        const KernelShape shape{.out = 2, .in = 1, .height = 2, .width = 2};
        const auto& entry = **std::ranges::find_if(parametrizations(), [](const auto* candidate) {
            return candidate->info.id == "factored";
        });
        const auto method = entry.make(shape, completeOptions(entry.info, Json::object()));
        const std::vector<torch::Tensor> factors{torch::tensor({{1.0, 0.0}, {0.0, 2.0}}),
                                                 torch::tensor({{3.0, 1.0}, {0.0, 1.0}}),
                                                 torch::tensor({{1.0, 2.0, 3.0, 4.0},
                                                                {10.0, 20.0, 30.0, 40.0}})};
        const torch::Tensor expected =
            torch::tensor({13.0, 26.0, 39.0, 52.0, 20.0, 40.0, 60.0, 80.0}).reshape({2, 1, 2, 2});
        QVERIFY(torch::equal(method->materialize(factors), expected));
    }

    void composingCostsAreCounted() {
        // (64, 64, 3): U·M is 64³, (U·M)·V is 64 · 64 · 576 (methods.md, section 1).
        const auto& entry = **std::ranges::find_if(parametrizations(), [](const auto* candidate) {
            return candidate->info.id == "factored";
        });
        const KernelShape shape{.out = 64, .in = 64, .height = 3, .width = 3};
        QCOMPARE(entry.info.composeCost(shape, completeOptions(entry.info, {{"core", "full"}})),
                 64.0 * 64 * 64 + 64.0 * 64 * 576);
        QCOMPARE(entry.info.composeCost(shape, completeOptions(entry.info, {{"core", "diagonal"}})),
                 64.0 * 64 + 64.0 * 64 * 576);
    }
};

QTEST_GUILESS_MAIN(ParametrizationsTest)
#include "tst_parametrizations.moc"
