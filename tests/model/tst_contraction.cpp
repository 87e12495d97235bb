// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/contraction.h"
#include "core/model/graph_builder.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <limits>
#include <random>
#include <set>

using namespace concertina;

namespace {

/// U, M and V of a full-rank 3 × 3 kernel of `channels`.
std::vector<KernelShape> factorsOf(int channels) {
    return {{.out = channels, .in = channels},
            {.out = channels, .in = channels},
            {.out = channels, .in = channels, .height = 3, .width = 3, .padding = 1}};
}

Cuttable layerOf(const std::vector<KernelShape>& factors, double pixels) {
    return {.layer = "enc1.1",
            .factors = {{"U"}, {"M"}, {"V"}},
            .convolutions = factors,
            .composeCost = composeCostOf(factors),
            .pixels = {pixels, pixels}};
}

std::vector<KernelStretch> cheapest(const std::vector<KernelShape>& factors, double pixels,
                                    int batch) {
    return chooseStretches(layerOf(factors, pixels), {Contraction::Cheapest, batch});
}

/// "1+2": the sizes of the stretches.
QString sizesOf(const std::vector<KernelStretch>& stretches) {
    QStringList sizes;
    for (const KernelStretch& stretch : stretches)
        sizes << QString::number(stretch.count);
    return sizes.join(QLatin1Char('+'));
}

/// Of multiplying the matrices of 1 × 1 and 3 × 3 kernels in a row, counted one product after the
/// other.
double multipliedOut(const std::vector<KernelShape>& factors) {
    double cost = 0;
    int area = factors.front().height * factors.front().width;
    for (std::size_t i = 1; i < factors.size(); ++i) {
        area = std::max(area, factors[i].height * factors[i].width);
        cost += double(factors.front().out) * factors[i].out * factors[i].in * area;
    }
    return cost;
}

} // namespace

class ContractionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatWasMeasuredToBeCheaperIsChosen_data() {
        // A training step ÷ that of the plain convolution, composed against run as factors.
        QTest::addColumn<int>("channels");
        QTest::addColumn<double>("pixels");
        QTest::addColumn<int>("batch");
        QTest::addColumn<bool>("composed");
        QTest::newRow("1.02 : 1.28") << 64 << 288.0 * 384 << 2 << true;
        QTest::newRow("1.04 : 1.13") << 256 << 72.0 * 96 << 2 << true;
        QTest::newRow("1.20 : 1.15") << 512 << 36.0 * 48 << 2 << false;
        QTest::newRow("1.71 : 1.16") << 512 << 18.0 * 24 << 2 << false;
        QTest::newRow("1.06 : 1.15") << 64 << 24.0 * 32 << 8 << true;
    }

    void whatWasMeasuredToBeCheaperIsChosen() {
        QFETCH(int, channels);
        QFETCH(double, pixels);
        QFETCH(int, batch);
        QFETCH(bool, composed);
        QCOMPARE(cheapest(factorsOf(channels), pixels, batch).empty(), composed);
    }

    void theSmallMatricesAreMultipliedTogether() {
        // 864 pixels of 512 channels: U·M is 0.13 G multiply–adds, running M 0.23 G.
        const auto stretches = cheapest(factorsOf(512), 18.0 * 24, 2);
        QCOMPARE(sizesOf(stretches), "2+1");
        QCOMPARE(stretches[0].kernel, (KernelShape{.out = 512, .in = 512}));
        QCOMPARE(stretches[0].composeCost, 512.0 * 512 * 512);
        QCOMPARE(stretches[1].kernel, factorsOf(512)[2]);
        QCOMPARE(stretches[1].composeCost, 0.0);
    }

    void aLowRankIsRun() {
        // To 32 of 256 channels and back: an eighth of the convolution and a little.
        auto factors = factorsOf(256);
        factors[0].in = factors[1].in = factors[1].out = factors[2].out = 32;
        QVERIFY(!cheapest(factors, 72.0 * 96, 2).empty());
    }

    void aDiagonalIsNeverAConvolution() {
        auto factors = factorsOf(512);
        factors[1].groups = 512;
        const auto stretches = cheapest(factors, 18.0 * 24, 2);
        QCOMPARE(sizesOf(stretches), "2+1");
        QCOMPARE(stretches[0].composeCost, 512.0 * 512);
    }

    void aWideExpansionIsNeverRun() {
        const std::vector<KernelShape> factors{
            {.out = 64, .in = 256},
            {.out = 256, .in = 256, .height = 3, .width = 3, .padding = 1},
            {.out = 256, .in = 64}};
        QVERIFY(cheapest(factors, 288.0 * 384, 2).empty());
    }

    void noOtherWayToCutIsCheaper() {
        std::mt19937 random(3);
        const auto any = [&](int low, int high) {
            return std::uniform_int_distribution<int>(low, high)(random);
        };
        std::set<std::size_t> seen;
        for (int round = 0; round < 300; ++round) {
            std::vector<KernelShape> factors;
            int out = any(8, 600);
            for (int i = 0; i < 5; ++i) {
                factors.push_back({.out = out, .in = any(8, 600)});
                out = factors.back().in;
            }
            KernelShape& moving = factors[static_cast<std::size_t>(any(0, 4))];
            moving.height = moving.width = 3;
            moving.padding = 1;
            const LayerPixels pixels{double(any(10, 9000)), double(any(10, 9000))};
            const double whole = multipliedOut(factors);
            const auto chosen =
                chooseStretches({"l.1", {}, factors, whole, pixels}, {Contraction::Cheapest, 1});
            seen.insert(chosen.size());
            double least = std::numeric_limits<double>::infinity();
            for (unsigned cuts = 0; cuts < 16; ++cuts) { // a bit between each two factors
                std::vector<KernelStretch> stretches;
                for (std::size_t first = 0, end = 1; end <= 5; ++end) {
                    if (end < 5 && (cuts >> (end - 1)) % 2 == 0)
                        continue;
                    const auto stretch = std::span(factors).subspan(first, end - first);
                    stretches.push_back(
                        {first, end - first, kernelOf(stretch), composeCostOf(stretch)});
                    first = end;
                }
                least = std::min(least, contractionCost(factors, stretches, pixels, 1));
            }
            if (chosen.empty()) {
                const KernelStretch all{0, 5, kernelOf(factors), whole};
                QCOMPARE(contractionCost(factors, {&all, 1}, pixels, 1), least);
            } else {
                QCOMPARE(contractionCost(factors, chosen, pixels, 1), least);
            }
        }
        QVERIFY(seen.size() > 3); // not one and the same way every time
    }

    void composingCostsWhatItMultiplies() {
        for (const int channels : {7, 64, 512}) {
            const auto factors = factorsOf(channels);
            QCOMPARE(composeCostOf(factors), multipliedOut(factors));
        }
    }

    void runCutsEverywhereAndComposeNowhere() {
        const Cuttable layer = layerOf(factorsOf(64), 9);
        QCOMPARE(sizesOf(chooseStretches(layer, {Contraction::Run, 1})), "1+1+1");
        QVERIFY(chooseStretches(layer, {Contraction::Compose, 1}).empty());
        QVERIFY(chooseStretches({"enc1.1"}, {Contraction::Run, 1}).empty()); // no convolutions
    }

    void aRulesLayersRunAsItSays() {
        const Cuttable layer = layerOf(factorsOf(64), 9);
        const auto with = [&](const std::vector<std::string>& texts) {
            ContractionSettings settings{Contraction::Run, 1};
            for (const std::string& text : texts)
                settings.rules.push_back(parseContractionRule(text).value());
            return sizesOf(chooseStretches(layer, settings));
        };
        QCOMPARE(with({"enc2.* enc1.*: U·M | V"}), "2+1");
        QCOMPARE(with({"enc1.1: U | M*V"}), "1+2");
        QCOMPARE(with({"enc1.1: U | M·V", "*: U·M·V"}), ""); // the later wins
        QCOMPARE(with({"enc1.1: W3·W2 | W1"}), "1+1+1");     // of another kernel
        QCOMPARE(with({"enc1.1: U·V | M"}), "1+1+1");        // not the order
        QCOMPARE(with({"dec1.1: U·M | V"}), "1+1+1");
    }

    void rulesReadBackAsTheyAreWritten() {
        for (const char* text : {"enc5.1: U·M | V", "enc5.1 dec*: U·M·V", "*: W3 | W2 | W1"})
            QCOMPARE(toText(parseContractionRule(text).value()), text);
        for (const char* text : {"", "enc1.1", "enc1.1:", ": U | V", "enc1.1: U || V",
                                 "enc1.1: U··V", "enc1.1: U V", "enc1.1: {a} | {b}", "a: b: c"})
            QCOMPARE(parseContractionRule(text).error().code, "contraction.syntax");
    }

    void sizesChangeWhereTheKernelMoves() {
        // Stride 2: W1 still sees the input's size, W2 and W3 the output's.
        GraphBuilder builder(3, 8, 12);
        LayerGraph graph = builder.take();
        const KernelShape kernel{
            .out = 5, .in = 3, .height = 3, .width = 3, .stride = 2, .padding = 1};
        graph.layers = {{.name = "l.1", .kernel = kernel, .norm = false}};
        graph.nodes.push_back({.op = Op::Conv,
                               .name = "l.1.conv",
                               .inputs = {0},
                               .layer = 0,
                               .channels = 5,
                               .height = 4,
                               .width = 6});
        KernelShape middle = kernel;
        middle.out = 20;
        middle.in = 12;
        const KernelShape last{.out = 5, .in = 20}, first{.out = 12, .in = 3};
        const std::vector<KernelStretch> stretches{
            {0, 1, last, 0}, {1, 1, middle, 0}, {2, 1, first, 0}};
        Fragment fragment = oneConvolution(kernel, 3, {last, middle, first});
        fragment.parts.pop_back(); // a layer without a norm
        fragment = withStretches(std::move(fragment), stretches);
        const LayerGraph linked = withFragments(graph, {&fragment, 1});
        QCOMPARE(linked.nodes.size(), std::size_t(4));
        const auto sizeOf = [&](int node) {
            const Node& n = linked.node(node);
            return QStringLiteral("%1 × %2 × %3 of %4")
                .arg(n.channels)
                .arg(n.height)
                .arg(n.width)
                .arg(n.firstFactor);
        };
        QCOMPARE(sizeOf(1), "12 × 8 × 12 of 2");
        QCOMPARE(sizeOf(2), "20 × 4 × 6 of 1");
        QCOMPARE(sizeOf(3), "5 × 4 × 6 of 0");
        QCOMPARE(linked.node(3).inputs, std::vector<int>{2});
        QCOMPARE(linked.node(3).name, "l.1.conv.link0");
    }
};

QTEST_APPLESS_MAIN(ContractionTest)

#include "tst_contraction.moc"
