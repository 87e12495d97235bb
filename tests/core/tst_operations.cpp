// SPDX-License-Identifier: GPL-3.0-or-later
// Each operation by itself: its values, its gradient, its layouts.
#include "core/catalogue.h"
#include "core/model/graph_builder.h"
#include "core/model/receptive_field.h"
#include "core/network/run_program.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// One operation on one image, or on two of the same shape.
struct OneOperation {
    Op op = Op::Relu;
    Attributes attributes{};
    std::vector<std::vector<std::int64_t>> tensors{};
    int inputs = 1;
};

Program programOf(const OneOperation& one) {
    Program program;
    program.instructions = {{.op = Op::Input, .name = "image"},
                            // So that a second input is another tensor.
                            {.op = Op::Sigmoid, .name = "second", .inputs = {0}},
                            {.op = one.op,
                             .name = "out",
                             .inputs = one.inputs == 1 ? std::vector{0} : std::vector{0, 1},
                             .attributes = one.attributes}};
    for (std::size_t i = 0; i < one.tensors.size(); ++i) {
        program.tensors.push_back("t" + std::to_string(i));
        program.instructions.back().tensors.push_back(static_cast<int>(i));
    }
    program.outputs = {2};
    return program;
}

torch::Tensor random(std::vector<std::int64_t> sizes, std::uint64_t seed, double scale = 1) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return torch::empty(at::IntArrayRef(sizes), torch::kFloat64).normal_(0, scale, generator);
}

std::vector<torch::Tensor> randomTensors(const OneOperation& one) {
    std::vector<torch::Tensor> tensors;
    for (std::size_t i = 0; i < one.tensors.size(); ++i)
        tensors.push_back(random(one.tensors[i], 70 + i));
    return tensors;
}

torch::Tensor run(const OneOperation& one, const std::vector<torch::Tensor>& tensors,
                  const torch::Tensor& image, const RunSettings& settings = {.training = true}) {
    return runProgram(programOf(one), tensors, image, settings).front();
}

torch::Tensor values(std::initializer_list<double> of) {
    return torch::tensor(std::vector<double>(of), torch::kFloat64).view({1, 1, 1, -1});
}

const std::vector<std::pair<const char*, OneOperation>>& operations() {
    static const std::vector<std::pair<const char*, OneOperation>> all{
        {"strided", {Op::Conv, Convolving{.stride = 2, .padding = 1}, {{5, 4, 3, 3}, {5}}}},
        {"dilated", {Op::Conv, Convolving{.padding = 2, .dilation = 2}, {{5, 4, 3, 3}, {5}}}},
        {"grouped", {Op::Conv, Convolving{.padding = 1, .groups = 2}, {{6, 2, 3, 3}, {6}}}},
        {"depthwise",
         {Op::Conv, Convolving{.stride = 2, .padding = 1, .groups = 4}, {{4, 1, 3, 3}}}},
        {"no bias", {Op::Conv, Convolving{.stride = 2, .padding = 3}, {{3, 4, 7, 7}}}},
        {"relu6", {Op::Relu6}},
        {"hard-swish", {Op::HardSwish}},
        {"sigmoid", {Op::Sigmoid}},
        {"max-pool 3/2/1", {Op::MaxPool, Pooling{.size = 3, .stride = 2, .padding = 1}}},
        {"max-pool 2/1/0", {Op::MaxPool, Pooling{.size = 2, .stride = 1}}},
        {"average-pool 3/2/1", {Op::AveragePool, Pooling{.size = 3, .stride = 2, .padding = 1}}},
        {"average-pool 5/5/0", {Op::AveragePool, Pooling{.size = 5, .stride = 5}}},
        {"global pool", {Op::GlobalPool}},
        {"nearest", {Op::Upsample, Interpolation::Nearest, {}, 2}},
        {"bilinear", {Op::Upsample, Interpolation::Bilinear, {}, 2}},
        {"concat", {Op::Concat, {}, {}, 2}},
        {"add", {Op::Add, {}, {}, 2}}};
    return all;
}

/// The most pixels of a row of the image from the first to the last that change one pixel of what
/// the graph ends in: measured, with weights that hide no change.
double measuredField(GraphBuilder& builder) {
    builder.startHead(0);
    builder.output(static_cast<int>(builder.graph().nodes.size()) - 1);
    NetworkSpec spec;
    spec.kernels = {};
    spec.sharing = {"*: tied"};
    DesignResult design = designLayers(builder.take(), {"x"}, spec, catalogue());
    if (!design.problems.empty())
        qFatal("%s", toText(design.problems).c_str());
    const Node image = design.design.graph.node(0);
    const torch::NoGradGuard noGrad;
    const Network network = Network(std::move(design.design), 5).convertedTo(torch::kFloat64);
    for (auto& [name, tensor] : network.namedTensors())
        tensor.abs_();
    torch::Tensor images = randomImages(1, image.height, image.width, 3, torch::kFloat64)
                               .abs()
                               .repeat({image.width + 1, 1, 1, 1});
    for (int x = 0; x < image.width; ++x)
        images[x].slice(1, image.height / 2, image.height / 2 + 1).slice(2, x, x + 1) += 1e4;
    const torch::Tensor out = network.forward(network.compose(false), images, {}).front();
    // [changed pixel, pixel of the output's row], whatever the channel and the row.
    const torch::Tensor changed =
        (out.slice(0, 0, image.width) - out.slice(0, image.width)).ne(0).any(1).any(1);
    double most = 0;
    for (std::int64_t x = 0; x < changed.size(1); ++x) {
        const torch::Tensor at = changed.select(1, x).nonzero();
        if (at.numel() > 0)
            most = std::max(most, (at.max() - at.min()).item<double>() + 1);
    }
    return most;
}

} // namespace

class OperationsTest : public QObject {
    Q_OBJECT

    static void addOperations() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < operations().size(); ++i)
            QTest::newRow(operations()[i].first) << static_cast<int>(i);
    }

private Q_SLOTS:
    void receptiveFieldsAreWhatChangesAnOutput_data() {
        QTest::addColumn<int>("ending");
        for (int i = 0; i < 7; ++i)
            QTest::addRow("%d", i) << i;
    }

    void receptiveFieldsAreWhatChangesAnOutput() {
        QFETCH(int, ending);
        GraphBuilder builder(3, 48, 96);
        const int a = builder.conv("a", 0, {.channels = 4, .kernel = 5, .stride = 2});
        const int pool = builder.maxPool("pool", a);
        const int b = builder.conv("b", pool, {.channels = 4, .kernel = 3, .dilation = 2});
        const int odd = builder.averagePool("odd", b, {.size = 3, .stride = 2, .padding = 1});
        switch (ending) {
        case 0: break;
        case 1: builder.upsample("bilinear", odd, b); break;
        case 2: builder.upsample("nearest", odd, 0, Interpolation::Nearest); break;
        case 3: builder.upsample("whole", odd, 0); break;
        case 4: builder.maxUnpool("unpool", b, pool); break;
        case 5: builder.conv("c", builder.maxUnpool("unpool", b, pool), 4, 3); break;
        case 6: builder.sum("sum", {pool, b}); break;
        }
        const ReceptiveField field = receptiveFields(builder.graph()).back();
        QVERIFY(!field.wholeImage);
        QCOMPARE(field.size, measuredField(builder));
    }

    /// Three pixels of what was upsampled from a jump of 8 to one of 2 lie in two neighbours'
    /// reach, or in three's.
    void behindUpsamplingSomePixelsSeeOneNeighbourMore() {
        GraphBuilder builder(3, 48, 96);
        const int fine = builder.conv("a", 0, {.channels = 4, .kernel = 5, .stride = 2});
        const int coarse = builder.conv("b", fine, {.channels = 4, .kernel = 5, .stride = 4});
        builder.conv("c", builder.upsample("up", coarse, fine), 4, 3);
        const ReceptiveField field = receptiveFields(builder.graph()).back();
        QCOMPARE(field, (ReceptiveField{5 + 4 * 2 + 8 + 2 * 2, 2}));
        QCOMPARE(measuredField(builder), field.size + 8 - 2 * 2);
    }

    void activationsAreTheirFormulas() {
        const torch::Tensor x = values({-4, -3, -1, 0, 1, 3, 6, 8});
        QVERIFY(torch::equal(run({Op::Relu6}, {}, x), values({0, 0, 0, 0, 1, 3, 6, 6})));
        // x · min(max(x + 3, 0), 6) / 6 (Howard 2019)
        QVERIFY(torch::allclose(run({Op::HardSwish}, {}, x),
                                values({0, 0, -1.0 / 3, 0, 2.0 / 3, 3, 6, 8}), 0, 1e-15));
        QVERIFY(torch::allclose(run({Op::Sigmoid}, {}, x), 1 / (1 + torch::exp(-x)), 0, 1e-15));
    }

    void poolingsAreTheirWindows() {
        const torch::Tensor x =
            torch::tensor({1.0, 2.0, 3.0, 4.0, -5.0, 6.0, 7.0, 8.0, 9.0}, torch::kFloat64)
                .view({1, 1, 3, 3});
        const Pooling padded{.size = 3, .stride = 2, .padding = 1};
        const auto square = [](std::initializer_list<double> of) {
            return torch::tensor(std::vector<double>(of), torch::kFloat64).view({1, 1, 2, 2});
        };
        QVERIFY(torch::equal(run({Op::MaxPool, padded}, {}, x), square({4, 6, 8, 9})));
        // What is padded is never the greatest, but counts as zeros in a mean.
        QVERIFY(torch::equal(run({Op::MaxPool, padded}, {}, -x), square({5, 5, 5, 5})));
        QVERIFY(torch::allclose(run({Op::AveragePool, padded}, {}, x),
                                square({2.0 / 9, 6.0 / 9, 14.0 / 9, 18.0 / 9})));
        QVERIFY(torch::allclose(run({Op::GlobalPool}, {}, x),
                                torch::full({1, 1, 1, 1}, 35.0 / 9, torch::kFloat64)));
    }

    void upsamplingTakesTheNearestOrTheMeanOfNeighbours() {
        Program program;
        program.instructions = {{.op = Op::Input, .name = "image"},
                                {.op = Op::MaxPool, .name = "p", .inputs = {0}},
                                {.op = Op::Upsample,
                                 .name = "n",
                                 .inputs = {1, 0},
                                 .attributes = Interpolation::Nearest},
                                {.op = Op::Upsample,
                                 .name = "b",
                                 .inputs = {1, 0},
                                 .attributes = Interpolation::Bilinear}};
        program.outputs = {2, 3};
        torch::Tensor x = torch::zeros({1, 1, 2, 4}, torch::kFloat64);
        x[0][0][0][1] = 4;
        x[0][0][1][2] = 8; // pooled: 4, 8
        const auto outputs = runProgram(program, {}, x, {});
        QVERIFY(torch::equal(outputs[0][0][0][0], values({4, 4, 8, 8}).flatten()));
        // At −¼, ¼, ¾ and 1¼ between the two, edges kept.
        QVERIFY(torch::equal(outputs[1][0][0][0], values({4, 5, 7, 8}).flatten()));
    }

    void gradientsAreFiniteDifferences_data() { addOperations(); }

    void gradientsAreFiniteDifferences() {
        QFETCH(int, index);
        const OneOperation& one = operations()[static_cast<std::size_t>(index)].second;
        // Values of order 3 reach all pieces of relu6 and hard-swish, and none lies at a corner.
        std::vector<torch::Tensor> all{random({2, 4, 6, 7}, 11, 3)};
        for (const torch::Tensor& tensor : randomTensors(one))
            all.push_back(tensor);
        const auto outputOf = [&] { return run(one, {all.begin() + 1, all.end()}, all.front()); };
        const torch::Tensor weights = random(outputOf().sizes().vec(), 13);
        for (torch::Tensor& tensor : all)
            tensor.requires_grad_();
        const auto gradients =
            torch::autograd::grad({(outputOf() * weights).sum()}, {all.begin(), all.end()});
        const torch::NoGradGuard noGrad;
        const auto loss = [&] { return (outputOf() * weights).sum().item<double>(); };
        for (std::size_t i = 0; i < all.size(); ++i) {
            auto* value = all[i].data_ptr<double>();
            const torch::Tensor gradient = gradients[i].contiguous();
            const std::int64_t stride = std::max<std::int64_t>(1, all[i].numel() / 40);
            for (std::int64_t k = 0; k < all[i].numel(); k += stride) {
                constexpr double step = 1e-5;
                const double before = value[k];
                value[k] = before + step;
                const double above = loss();
                value[k] = before - step;
                const double below = loss();
                value[k] = before;
                const double expected = (above - below) / (2 * step);
                const double found = gradient.data_ptr<double>()[k];
                QVERIFY2(std::abs(found - expected) <= 1e-6 * std::max(1.0, std::abs(expected)),
                         qPrintable(QStringLiteral("tensor %1, value %2: %3, by differences %4")
                                        .arg(i)
                                        .arg(k)
                                        .arg(found)
                                        .arg(expected)));
            }
        }
    }

    /// With 16 channels, in float32: the outputs and the gradients of either layout are those of
    /// float64.
    void layoutsGiveTheSame_data() { addOperations(); }

    void layoutsGiveTheSame() {
        QFETCH(int, index);
        OneOperation one = operations()[static_cast<std::size_t>(index)].second;
        if (one.op == Op::Conv) {
            auto how = std::get<Convolving>(one.attributes);
            const std::int64_t groups = how.groups == 4 ? 16 : how.groups;
            how.groups = static_cast<int>(groups);
            one.attributes = how;
            one.tensors.front()[0] = 16;
            one.tensors.front()[1] = 16 / groups;
            if (one.tensors.size() > 1)
                one.tensors[1] = {16};
        }
        const torch::Tensor image = random({2, 16, 17, 23}, 11, 2);
        const auto tensors = randomTensors(one);
        const auto both = [&](torch::ScalarType type, const RunSettings& settings) {
            std::vector<torch::Tensor> typed;
            for (const torch::Tensor& tensor : tensors)
                typed.push_back(tensor.to(type));
            torch::Tensor x = image.to(type);
            if (settings.channelsLast)
                x = x.contiguous(at::MemoryFormat::ChannelsLast);
            x.requires_grad_();
            const torch::Tensor y = run(one, typed, x, settings);
            const torch::Tensor weights = random(y.sizes().vec(), 13).to(type);
            return std::pair(y.detach(), torch::autograd::grad({(y * weights).sum()}, {x}).front());
        };
        const auto [expected, gradient] = both(torch::kFloat64, {});
        for (const bool channelsLast : {false, true}) {
            const auto [y, dx] = both(torch::kFloat32, {.channelsLast = channelsLast});
            QVERIFY(relativeDifference(y.to(torch::kFloat64), expected) <= 1e-5);
            QVERIFY(relativeDifference(dx.to(torch::kFloat64), gradient) <= 1e-5);
            // bfloat16 has 8 bits: 1/256 a value, and sums of up to 784 of them.
            const auto [coarse, coarseGradient] =
                both(torch::kFloat32, {.bfloat16 = true, .channelsLast = channelsLast});
            QVERIFY(relativeDifference(coarse.to(torch::kFloat64), expected) <= 0.05);
        }
    }

    void aSumLeavesWhatOthersRead() {
        Program program;
        program.instructions = {{.op = Op::Input, .name = "image"},
                                {.op = Op::Conv,
                                 .name = "c",
                                 .inputs = {0},
                                 .tensors = {0},
                                 .attributes = Convolving{}},
                                {.op = Op::Conv,
                                 .name = "d",
                                 .inputs = {0},
                                 .tensors = {0},
                                 .attributes = Convolving{}},
                                {.op = Op::Add, .name = "s", .inputs = {1, 2}}, // 2 c
                                {.op = Op::Add, .name = "t", .inputs = {2, 3}}, // 3 c
                                {.op = Op::Relu, .name = "r", .inputs = {2}},
                                {.op = Op::Add, .name = "u", .inputs = {4, 2}}}; // 4 c
        program.tensors = {"k"};
        program.outputs = {6, 2, 5};
        const torch::Tensor kernel = torch::eye(3, torch::kFloat64).view({3, 3, 1, 1});
        const torch::Tensor x = random({1, 3, 2, 2}, 3);
        const auto outputs = runProgram(program, {kernel}, x.clone(), {});
        QVERIFY(torch::allclose(outputs[0], 4 * x));
        QVERIFY(torch::equal(outputs[1], x));
        QVERIFY(torch::equal(outputs[2], torch::relu(x)));
    }

    void overlappingWindowsTakeTheIndicesThatAreHanded() {
        const OneOperation pool{Op::MaxPool, Pooling{.size = 3, .stride = 1, .padding = 1}};
        const torch::Tensor x = random({2, 3, 5, 6}, 3);
        PoolIndices used;
        const torch::Tensor own = run(pool, {}, x, {.usedIndices = &used});
        const torch::Tensor other = random({2, 3, 5, 6}, 4);
        QVERIFY(torch::equal(run(pool, {}, x, {.givenIndices = &used}), own));
        const torch::Tensor given = run(pool, {}, other, {.givenIndices = &used});
        const torch::Tensor by = other.flatten(2).gather(2, used.back().flatten(2));
        QVERIFY(torch::equal(given.flatten(2), by));
        QVERIFY(!torch::equal(given, run(pool, {}, other)));
    }
};

QTEST_GUILESS_MAIN(OperationsTest)
#include "tst_operations.moc"
