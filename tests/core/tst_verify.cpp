// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapse.h"
#include "core/collapse/collapsed_network.h"
#include "core/collapse/layer_comparison.h"
#include "core/exports/export.h"
#include "core/model/costs.h"
#include "core/tensor/torch.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

#include <limits>

using namespace concertina;
using namespace concertina::testing;

namespace {

const Progress quiet = [](double, const std::string&) {};

ExperimentSpec mergedSpec(int seed) {
    ExperimentSpec spec = tinySpec("factored", "*: merged");
    spec.seed = seed;
    return spec;
}

} // namespace

class VerifyTest : public QObject {
    Q_OBJECT

    Training m_training{mergedSpec(7)};
    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const {
        return m_folder.filePath(QString::fromLatin1(name)).toStdString();
    }

    VerifyRequest request() const {
        return {.checkpoint = m_training.lastCheckpoint(), .spec = m_training.request.spec};
    }

    /// The collapsed network of the trained one, with one change to its weights.
    std::filesystem::path fileWith(const std::function<void(torch::Tensor&)>& change) const {
        const auto file = path("changed.safetensors");
        [&] {
            QVERIFY(collapse({m_training.lastCheckpoint(), networkWriter(file).value()}, quiet, {})
                        .has_value());
        }();
        CollapsedNetwork network = *loadCollapsed(file);
        change(network.tensors.front());
        [&] { QVERIFY(saveCollapsed(file, network).has_value()); }();
        return file;
    }

private Q_SLOTS:
    void initTestCase() {
        const auto result = m_training.run();
        QVERIFY2(result.has_value(), result ? "" : toText(result.error()).c_str());
    }

    void aTrainedNetworkCollapsesExactly() {
        const auto report = verify(request(), quiet, {});
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        QVERIFY2(report->passed, report->failure.c_str());
        QCOMPARE(report->images, 3); // all of the validation split
        QCOMPARE(report->tasks.size(), 3U);
        // Outputs are of order 1; methods.md asks for 1e-10, rounding gives some 1e-15.
        QVERIFY(*report->maxAbs64() <= 1e-10);
        QVERIFY(*report->maxAbs64() > 0); // two ways to compute are never the same to the bit
        QVERIFY(report->maxRel32() <= 1e-4);
        QVERIFY(report->argmaxAgreement() >= 0.999);
        // Two pooling layers on 16 × 24: 8·12·6 + 4·6·8 windows an image.
        QCOMPARE(report->windows, 3 * (8 * 12 * 6 + 4 * 6 * 8));
    }

    void aFileIsComparedInFloat32Alone() {
        VerifyRequest wanted = request();
        wanted.collapsed = fileWith([](torch::Tensor&) {});
        const auto report = verify(wanted, quiet, {});
        QVERIFY(report.has_value());
        QVERIFY(report->passed);
        QVERIFY(!report->maxAbs64());
        QVERIFY(toJson(*report)["max_abs_diff_float64"].is_null());
    }

    void anotherTrainingsFileIsRecognized() {
        Training other(mergedSpec(8));
        QVERIFY(other.run().has_value());
        const auto file = path("other.safetensors");
        QVERIFY(
            collapse({other.lastCheckpoint(), networkWriter(file).value()}, quiet, {}).has_value());
        VerifyRequest wanted = request();
        wanted.collapsed = file;
        const auto report = verify(wanted, quiet, {});
        QVERIFY(report.has_value());
        QVERIFY(!report->passed);
        QVERIFY(!report->failure.empty());
    }

    void weightsThatAreNotFiniteDontPass() {
        VerifyRequest wanted = request();
        wanted.collapsed = fileWith(
            [](torch::Tensor& kernel) { kernel.fill_(std::numeric_limits<float>::quiet_NaN()); });
        const auto report = verify(wanted, quiet, {});
        QVERIFY(report.has_value());
        QVERIFY(!report->passed);
    }

    void oneWeightThatIsOffByAThousandthIsFound() {
        VerifyRequest wanted = request();
        wanted.collapsed = fileWith([](torch::Tensor& kernel) { kernel.mul_(1.001); });
        const auto report = verify(wanted, quiet, {});
        QVERIFY(report.has_value());
        QVERIFY(!report->passed);
    }

    void everyLayerIsReportedInItsOrder() {
        VerifyRequest wanted = request();
        wanted.layers = true;
        const auto report = verify(wanted, quiet, {});
        QVERIFY(report.has_value());
        QVERIFY2(report->passed, report->failure.c_str());
        std::vector<std::string> layers;
        for (const LayerDifference& layer : report->layers) {
            layers.push_back(layer.layer);
            // A layer's own rounding, on outputs of order 1.
            QVERIFY(*layer.maxAbs64 <= 1e-12);
            QVERIFY(layer.maxRel32 <= 1e-5);
        }
        QVERIFY(std::ranges::equal(
            std::vector<std::string>(layers.begin(), layers.begin() + 6),
            std::vector<std::string>{"enc1.1", "enc2.1", "enc2.2", "dec2.1", "dec2.2", "dec1.1"}));
        QCOMPARE(layers.size(), 12U); // and two convolutions of each head
        QCOMPARE(report->layers[0].what, std::string("kernel and norm"));
        QCOMPARE(report->layers[0].tasks, std::string("segmentation+depth+normal"));
        QVERIFY(verify(request(), quiet, {})->layers.empty());
    }

    void theLayerThatWasDamagedIsFound_data() {
        QTest::addColumn<QString>("tensor");
        QTest::addColumn<QString>("layer");
        for (const char* layer : {"enc1.1", "dec2.1", "dec1.1"})
            QTest::newRow(layer) << layer + QString("/kernel/segmentation+depth+normal") << layer;
        QTest::newRow("a head's bias") << "head.depth.2/bias/depth" << "head.depth.2";
    }

    void theLayerThatWasDamagedIsFound() {
        QFETCH(QString, tensor);
        QFETCH(QString, layer);
        const auto file = fileWith([](torch::Tensor&) {});
        CollapsedNetwork network = *loadCollapsed(file);
        const auto found = std::ranges::find(network.program.tensors, tensor.toStdString());
        QVERIFY(found != network.program.tensors.end());
        // By more than rounding, by less than what verification of outputs must notice.
        network.tensors[static_cast<std::size_t>(found - network.program.tensors.begin())]
            .flatten()[0] += 1e-3;
        QVERIFY(saveCollapsed(file, network).has_value());
        VerifyRequest wanted = request();
        wanted.collapsed = file;
        wanted.layers = true;
        const auto report = verify(wanted, quiet, {});
        QVERIFY(report.has_value());
        QCOMPARE(QString::fromStdString(report->worstLayer()->layer), layer);
        for (const LayerDifference& other : report->layers) {
            QVERIFY(!other.maxAbs64); // a file holds float32
            QCOMPARE(other.maxRel32 > 1e-5, other.layer == layer.toStdString());
        }
    }

    void layersAreReportedForEveryPlan_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("rule");
        QTest::addColumn<int>("units");
        // Six layers and two of each of three heads.
        QTest::newRow("a kernel a task") << "plain" << "*: separate" << 3 * 8;
        QTest::newRow("branches made one") << "repvgg" << "*: tied" << 6 + 6;
        QTest::newRow("norms kept") << "factored" << "dec1.1: norm {segmentation} | {depth, normal}"
                                    << 6 + 6 + 2;
        QTest::newRow("norms kept from the first on") << "plain" << "enc1.1: separate"
                                                      << 3 + 2 * 5 * 3 + 6;
    }

    void layersAreReportedForEveryPlan() {
        QFETCH(QString, parametrization);
        QFETCH(QString, rule);
        QFETCH(int, units);
        const ExperimentSpec spec = tinySpec(parametrization.toStdString(), rule.toStdString());
        Network network = networkFor(spec);
        scrambleFactors(network, 21);
        scrambleNorms(network, 22);
        const torch::NoGradGuard noGrad;
        const UnfoldedNetwork unfolded = unfoldedOf(network);
        const CollapsedNetwork compact = fold(unfolded, {.spec = spec}, torch::kFloat64);
        LayerComparison layers(unfolded, compact);
        layers.add(unfolded.tensors, compact.tensors, randomImages(1, 16, 24, 31, torch::kFloat64));
        const auto found = layers.finish();
        QCOMPARE(static_cast<int>(found.size()), units);
        for (const LayerDifference& layer : found)
            QVERIFY(*layer.maxAbs64 <= 1e-12);
    }

    void theReportCountsWhatTheCostModelCounts() {
        const auto report = collapse(
            {m_training.lastCheckpoint(), networkWriter(path("a.safetensors")).value()}, quiet, {});
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        const NetworkCosts costs = networkCosts(designFor(m_training.request.spec), {});
        QCOMPARE(report->parameters.expanded, costs.trainedParameters);
        QCOMPARE(report->parameters.collapsed, costs.collapsedParameters);
        QCOMPARE(report->multiplyAdds.collapsed, costs.multiplyAdds);
        QVERIFY(report->bytes.collapsed
                == double(std::filesystem::file_size(path("a.safetensors"))));
        QVERIFY(report->bytes.expanded > 4 * costs.trainedParameters); // and norm statistics
        QVERIFY(report->milliseconds.expanded > 0 && report->milliseconds.collapsed > 0);
        QCOMPARE(report->written->place, path("a.safetensors").string());
        QCOMPARE(report->written->files, std::vector{report->written->place});
        QCOMPARE(report->keptNorms, 0);
    }

    void anEndThatIsAskedForIsNoResult() {
        std::stop_source stop;
        stop.request_stop();
        const auto report = verify(request(), quiet, stop.get_token());
        QVERIFY(!report);
        QCOMPARE(report.error().code, std::string("stopped"));
    }
};

QTEST_GUILESS_MAIN(VerifyTest)
#include "tst_verify.moc"
