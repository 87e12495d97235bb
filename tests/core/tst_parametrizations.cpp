// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"
#include "tests/core/parametrization_testing.h"

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

/// Values of an option that a kernel may be expanded with: every choice; of a number the default,
/// the least, and one beyond the default.
std::vector<Json> valuesOf(const FieldInfo& field) {
    if (field.type == FieldType::Methods) {
        std::vector<Json> lists{field.defaultValue};
        for (const char* list :
             {R"({"id": "expand", "options": {"expansion": 2}}, do-conv,
                 {"id": "factored", "options": {"core": "diagonal"}})",
              R"({"id": "do-conv", "options": {"multiplier": 2}},
                 {"id": "expand", "options": {"expansion": 4}}, plain)",
              R"(expand, {"id": "factored", "options": {"rank": 0.5}})",
              R"({"id": "factored", "options": {"split": "core", "regularizer": 0.1}})"})
            lists.push_back(parseValue(field, list).value());
        return lists;
    }
    if (field.type == FieldType::Choice)
        return {field.choices.begin(), field.choices.end()};
    if (field.type == FieldType::Boolean)
        return {false, true};
    if (field.path == "regularizer" || field.path == "images"
        || field.path == "z_rate") // no part of the kernel
        return {field.defaultValue};
    if (field.type == FieldType::Real)
        return {field.defaultValue, 0.6, 1.5};
    return {field.defaultValue, static_cast<int>(field.minimum), field.defaultValue.get<int>() + 1};
}

std::vector<Json> optionSets(const ParametrizationInfo& info) {
    std::vector<Json> sets{Json::object()};
    for (const FieldInfo& field : info.options) {
        std::vector<Json> next;
        for (const Json& set : sets)
            for (const Json& value : valuesOf(field)) {
                Json with = set;
                with[field.path] = value;
                if (std::ranges::find(next, with) == next.end())
                    next.push_back(with);
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
        {"strided", {.out = 4, .in = 3, .height = 3, .width = 3, .stride = 2}},
        {"dilated", {.out = 3, .in = 4, .height = 3, .width = 3, .dilation = 2}},
        {"padded", {.out = 4, .in = 4, .height = 3, .width = 3, .padding = 1}},
        {"large", {.out = 3, .in = 2, .height = 5, .width = 5}},
        {"larger", {.out = 2, .in = 3, .height = 7, .width = 7}},
        {"largest", {.out = 2, .in = 2, .height = 9, .width = 9, .groups = 2}},
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

/// Options under which the start is not the plain network, on purpose; those of listed methods too.
bool startsElsewhere(const Json& options) {
    const auto listed = [](const Json& value) {
        return value.is_array() && std::ranges::any_of(value, [](const Json& method) {
                   return method.is_object()
                          && startsElsewhere(method.value("options", Json::object()));
               });
    };
    bool inList = false;
    for (const auto& option : options.items())
        inList = inList || listed(option.value());
    return inList || options.value("rank", 1.0) < 1 || options.value("start", "plain") == "random";
}

torch::Tensor kernelOf(const Case& now, std::span<const torch::Tensor> factors) {
    return mainKernel(*now.entry, now.shape, now.options, factors);
}

/// Whether the kernel that is composed depends on a factor: others are kernels themselves.
bool isOfMainKernel(const Case& now, std::size_t factor) {
    if (!now.entry->info.fragment)
        return true;
    const Fragment fragment = now.entry->info.fragment(now.shape, now.options);
    const FragmentPart& part = fragment.mainConvolution();
    return factor >= part.firstFactor && factor < part.firstFactor + part.kernelFactors();
}

} // namespace

class ParametrizationsTest : public QObject {
    Q_OBJECT

    std::vector<Case> m_cases = cases();

    void addRows(bool affineAlone = false) {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            if (!affineAlone || m_cases[i].entry->info.isAffine(m_cases[i].options))
                QTest::newRow(m_cases[i].name.constData()) << static_cast<int>(i);
    }

    const Case& fetched() const {
        QFETCH(int, index);
        return m_cases[static_cast<std::size_t>(index)];
    }

private Q_SLOTS:
    /// The sum as the paper writes it, one number after the other: each input channel has its own
    /// D, also where kernels of several groups read it (DO-DConv, DO-GConv).
    void doConvMixesEachInputChannelByItsOwnD_data() {
        QTest::addColumn<int>("out");
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("groups");
        QTest::newRow("all channels") << 5 << 4 << 1;
        QTest::newRow("grouped") << 6 << 4 << 2;
        QTest::newRow("depthwise") << 4 << 4 << 4;
    }

    void doConvMixesEachInputChannelByItsOwnD() {
        QFETCH(int, out);
        QFETCH(int, in);
        QFETCH(int, groups);
        const KernelShape shape{.out = out, .in = in, .height = 3, .width = 3, .groups = groups};
        const auto& entry = entryNamed("do-conv");
        const Json options = completeOptions(entry.info, Json::object());
        torch::manual_seed(3);
        std::vector<torch::Tensor> factors;
        for (const FactorInfo& factor : entry.info.factors(shape, options))
            factors.push_back(torch::randn(factor.shape, torch::kFloat64));
        QCOMPARE(factors[1].size(0), std::int64_t{in});
        const torch::Tensor made = entry.make(shape, options)->compose(factors).flatten(2);
        const auto w = factors[0].accessor<double, 3>();
        const auto d = factors[1].accessor<double, 3>();
        const auto kernel = made.accessor<double, 3>();
        for (int o = 0; o < out; ++o)
            for (int i = 0; i < in / groups; ++i)
                for (int p = 0; p < 9; ++p) {
                    const int channel = o / (out / groups) * (in / groups) + i;
                    double sum = 0;
                    for (int m = 0; m < 9; ++m)
                        sum += (d[channel][p][m] + (p == m ? 1 : 0)) * w[o][i][m];
                    QVERIFY(std::abs(kernel[o][i][p] - sum) < 1e-12);
                }
    }

    void theStartIsTheKernel_data() { addRows(); }
    void theStartIsTheKernel() {
        const Case& now = fetched();
        const auto method = now.entry->make(now.shape, now.options);
        const torch::Tensor kernel = randomKernel(now.shape, 1);
        const torch::Tensor start = kernelOf(now, method->initialize(kernel, {11}));
        QCOMPARE(start.sizes().vec(), kernel.sizes().vec());
        QVERIFY(start.is_contiguous());
        if (startsElsewhere(now.options))
            return;
        // Rounding of factors of order 1, made in float64 and stored in float32, in sums of up to
        // a few dozen products: a few ulps of 6e-8.
        QVERIFY(relativeDifference(start, kernel) < 4e-6);
    }

    void factorsHaveTheDescriptorsShapes_data() { addRows(); }
    void factorsHaveTheDescriptorsShapes() {
        const Case& now = fetched();
        const auto infos = now.entry->info.factors(now.shape, now.options);
        const auto factors =
            now.entry->make(now.shape, now.options)->initialize(randomKernel(now.shape, 2), {12});
        QCOMPARE(factors.size(), infos.size());
        for (std::size_t i = 0; i < infos.size(); ++i)
            QCOMPARE(factors[i].sizes().vec(), infos[i].shape);
    }

    void gradientsAreThoseOfFiniteDifferences_data() { addRows(); }
    void gradientsAreThoseOfFiniteDifferences() {
        const Case& now = fetched();
        const auto method = now.entry->make(now.shape, now.options);
        std::vector<torch::Tensor> factors;
        for (const torch::Tensor& factor : method->initialize(randomKernel(now.shape, 3), {13}))
            factors.push_back((factor.to(torch::kFloat64) + 0.1).detach().requires_grad_());
        const torch::Tensor weights = randomKernel(now.shape, 4).to(torch::kFloat64);
        // Of order 1, or the third derivative would spoil the differences below.
        const double size = std::max(1.0, kernelOf(now, factors).abs().max().item<double>());
        const auto loss = [&] { return ((kernelOf(now, factors) / size).sin() * weights).sum(); };
        const auto gradients = torch::autograd::grad({loss()}, factors, {}, {}, false, true);
        const torch::NoGradGuard noGrad;
        // Central differences in float64: truncation h² ~ 1e-10, rounding 1e-16 / h ~ 1e-11.
        constexpr double h = 1e-5;
        const auto infos = now.entry->info.factors(now.shape, now.options);
        for (std::size_t f = 0; f < factors.size(); ++f) {
            if (infos[f].straightThrough)
                continue;
            double* values = factors[f].data_ptr<double>();
            // What runs beside the kernel has no part in it.
            const torch::Tensor gradient = gradients[f].defined()
                                               ? gradients[f].contiguous()
                                               : torch::zeros_like(factors[f]);
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

    void theKernelIsLinearInTheFactorsThatScaleIt_data() { addRows(); }
    void theKernelIsLinearInTheFactorsThatScaleIt() {
        const Case& now = fetched();
        const auto method = now.entry->make(now.shape, now.options);
        std::vector<torch::Tensor> factors;
        for (const torch::Tensor& factor : method->initialize(randomKernel(now.shape, 5), {15}))
            factors.push_back(factor.to(torch::kFloat64));
        const torch::Tensor kernel = kernelOf(now, factors);
        const auto infos = now.entry->info.factors(now.shape, now.options);
        for (std::size_t f = 0; f < factors.size(); ++f) {
            if (!infos[f].scales || !isOfMainKernel(now, f))
                continue;
            auto scaled = factors;
            scaled[f] = factors[f] * 1.7;
            QVERIFY(relativeDifference(kernelOf(now, scaled), kernel * 1.7) < 1e-13);
        }
    }

    void theKernelOfAMeanOfCopiesIsTheMeanOfTheirKernels_data() { addRows(true); }
    void theKernelOfAMeanOfCopiesIsTheMeanOfTheirKernels() {
        // What merging a layer with one private factor rests on.
        const Case& now = fetched();
        const auto method = now.entry->make(now.shape, now.options);
        std::vector<torch::Tensor> factors;
        for (const torch::Tensor& factor : method->initialize(randomKernel(now.shape, 6), {16}))
            factors.push_back(factor.to(torch::kFloat64) + 0.1);
        for (std::size_t f = 0; f < factors.size(); ++f) {
            auto other = factors, mean = factors;
            other[f] = factors[f].flip(0) * 1.3 + 0.2;
            mean[f] = factors[f] * 0.25 + other[f] * 0.75;
            const torch::Tensor expected =
                kernelOf(now, factors) * 0.25 + kernelOf(now, other) * 0.75;
            QVERIFY(relativeDifference(kernelOf(now, mean), expected) < 1e-12);
        }
    }

    void theSameSeedGivesTheSameStart_data() { addRows(); }
    void theSameSeedGivesTheSameStart() {
        const Case& now = fetched();
        const auto method = now.entry->make(now.shape, now.options);
        const torch::Tensor kernel = randomKernel(now.shape, 7);
        const auto one = method->initialize(kernel, {3}), again = method->initialize(kernel, {3});
        for (std::size_t f = 0; f < one.size(); ++f)
            QVERIFY(sameBits(one[f], again[f]));
    }

    void aLowRankStartIsTheNearestKernelOfThatRank() {
        // Eckart–Young: what is left is the norm of the singular values that were cut off.
        const KernelShape shape{.out = 6, .in = 4, .height = 3, .width = 3};
        for (const char* matricization : {"channel", "spatial"}) {
            const torch::Tensor kernel = randomKernel(shape, 8).to(torch::kFloat64);
            const auto method = methodNamed("factored", shape,
                                            {{"rank", 0.5}, {"matricization", matricization}});
            const torch::Tensor matrix =
                matricization == std::string("channel")
                    ? kernel.reshape({6, 36})
                    : kernel.permute({0, 2, 1, 3}).reshape({18, 12});
            const torch::Tensor values = torch::linalg_svdvals(matrix);
            const double expected =
                values.slice(0, values.size(0) / 2).square().sum().sqrt().item<double>();
            const double left =
                (method->compose(method->initialize(kernel, {1})) - kernel).norm().item<double>();
            QVERIFY(std::abs(left - expected) < 1e-12);
        }
    }

    void spatialFactorsRunAsAColumnAndARowOfConvolutions() {
        // methods.md: V is a 1 × kw and U a kh × 1 convolution when run factored.
        const KernelShape shape{.out = 5, .in = 4, .height = 3, .width = 3};
        const auto method = methodNamed("factored", shape, {{"matricization", "spatial"}});
        std::vector<torch::Tensor> factors;
        for (const torch::Tensor& factor : method->initialize(randomKernel(shape, 9), {1}))
            factors.push_back(factor.to(torch::kFloat64));
        const std::int64_t r = factors[1].size(0);
        const torch::Tensor x = torch::randn({2, 4, 7, 8}, torch::kFloat64);
        // U's rows are (output, kh), V's columns (input, kw).
        const torch::Tensor row = factors[2].reshape({r, 4, 1, 3});
        const torch::Tensor column = factors[0].reshape({5, 3, r}).permute({0, 2, 1}).unsqueeze(3);
        torch::Tensor y = torch::conv2d(torch::constant_pad_nd(x, {1, 1, 1, 1}), row);
        y = torch::conv2d(y, factors[1].reshape({r, r, 1, 1}));
        y = torch::conv2d(y, column);
        QVERIFY(relativeDifference(torch::conv2d(x, method->compose(factors), {}, 1, 1), y)
                < 1e-12);
    }

    void doConvIsItsPublishedSum() {
        // methods.md, from the paper: W'[o,i,:] = Σ_m (D + I)[i,:,m] W[o,i,m], by loops.
        const KernelShape shape{.out = 3, .in = 2, .height = 2, .width = 2};
        const auto method = methodNamed("do-conv", shape, {});
        const torch::Tensor w = torch::randn({3, 2, 4}, torch::kFloat64);
        const torch::Tensor d = torch::randn({2, 4, 4}, torch::kFloat64);
        const torch::Tensor made = method->compose(std::vector{w, d}).reshape({3, 2, 4});
        for (int o = 0; o < 3; ++o)
            for (int i = 0; i < 2; ++i)
                for (int p = 0; p < 4; ++p) {
                    double sum = 0;
                    for (int m = 0; m < 4; ++m)
                        sum += (d[i][p][m].item<double>() + (p == m ? 1 : 0))
                               * w[o][i][m].item<double>();
                    QVERIFY(std::abs(made[o][i][p].item<double>() - sum) < 1e-12);
                }
    }

    void theRegularizerIsTheDistanceFromOrthonormal() {
        const KernelShape shape{.out = 3, .in = 2, .height = 2, .width = 2};
        const auto method =
            methodNamed("factored", shape, {{"split", "core"}, {"regularizer", 0.9}});
        const auto factors = method->initialize(randomKernel(shape, 12).to(torch::kFloat64), {1});
        for (const std::size_t f : {0U, 2U}) // an SVD's own factors are orthonormal
            QVERIFY(method->regularizer(f, factors[f]).item<double>() < 1e-24);
        QVERIFY(!method->regularizer(1, factors[1]).defined());
        // 2·I: UᵀU − I = 3·I, whose square sums to 27; λ / r² = 0.1.
        const torch::Tensor twice = 2 * torch::eye(3, torch::kFloat64);
        QVERIFY(std::abs(method->regularizer(0, twice).item<double>() - 2.7) < 1e-12);
    }

    void aRegularizerThatCannotHoldIsAProblem() {
        const ParametrizationInfo& info = entryNamed("factored").info;
        const KernelShape shape{.out = 3, .in = 2};
        const auto problemsOf = [&](const Json& options) {
            return info.check(shape, completeOptions(info, options));
        };
        QVERIFY(problemsOf({{"split", "core"}, {"regularizer", 1.0}}).empty());
        QVERIFY(problemsOf({{"regularizer", 0.0}}).empty());
        QCOMPARE(problemsOf({{"regularizer", 1.0}}).size(), 1U);
        QCOMPARE(problemsOf({{"split", "core"}, {"regularizer", 1.0}, {"rank", 1.5}}).front().path,
                 std::string("regularizer"));
    }

    void factoredIsTheChannelMatricization() {
        // By hand: U = [1; 2], M = [3], V = a row of the 4 entries of one 2 × 2 kernel.
        const KernelShape shape{.out = 2, .in = 1, .height = 2, .width = 2};
        const auto method = methodNamed("factored", shape, Json::object());
        const std::vector<torch::Tensor> factors{torch::tensor({{1.0, 0.0}, {0.0, 2.0}}),
                                                 torch::tensor({{3.0, 1.0}, {0.0, 1.0}}),
                                                 torch::tensor({{1.0, 2.0, 3.0, 4.0},
                                                                {10.0, 20.0, 30.0, 40.0}})};
        const torch::Tensor expected =
            torch::tensor({13.0, 26.0, 39.0, 52.0, 20.0, 40.0, 60.0, 80.0}).reshape({2, 1, 2, 2});
        QVERIFY(torch::equal(method->compose(factors), expected));
    }

    void composingCostsAreCounted() {
        // (64, 64, 3): U·M is 64³, (U·M)·V is 64 · 64 · 576 (methods.md, section 1).
        const ParametrizationEntry& entry = entryNamed("factored");
        const KernelShape shape{.out = 64, .in = 64, .height = 3, .width = 3};
        QCOMPARE(entry.info.composeCost(shape, completeOptions(entry.info, {{"core", "full"}})),
                 64.0 * 64 * 64 + 64.0 * 64 * 576);
        QCOMPARE(entry.info.composeCost(shape, completeOptions(entry.info, {{"core", "diagonal"}})),
                 64.0 * 64 + 64.0 * 64 * 576);
    }
};

QTEST_GUILESS_MAIN(ParametrizationsTest)
#include "tst_parametrizations.moc"
