// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that run collapsed networks: each gives what the executor gives, or says why not.
#include "core/collapse/collapsed_network.h"
#include "core/exports/agreement.h"
#include "core/runners/runner.h"
#include "core/runners/timing.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "tests/core/core_testing.h"
#include "tests/core/exports_testing.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace concertina;
using namespace concertina::testing;

namespace {

const Progress quiet = [](double, const std::string&) {};

const RunnerEntry& runnerNamed(const QString& id) {
    return **std::ranges::find(runners(), id.toStdString(),
                               [](const RunnerEntry* entry) { return entry->id; });
}

} // namespace

class RunnersTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path file() const {
        return m_folder.filePath("network.safetensors").toStdString();
    }

private Q_SLOTS:
    void theyGiveWhatTheExecutorGives_data() {
        QTest::addColumn<QString>("runner");
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<int>("height");
        for (const RunnerEntry* runner : runners())
            for (const char* backbone : {"segnet", "unet", "resnet18", "mobilenet_v2"})
                for (const int height : {64, 75})
                    QTest::addRow("%s, %s, %d", runner->id.c_str(), backbone, height)
                        << QString::fromStdString(runner->id) << backbone << height;
    }

    void theyGiveWhatTheExecutorGives() {
        QFETCH(QString, runner);
        QFETCH(QString, backbone);
        QFETCH(int, height);
        const CollapsedNetwork network = exportedNetwork(
            exportSpec(backbone.toStdString(), "factored", {"*: factors shared"}, height, 64));
        const torch::NoGradGuard noGrad;
        const torch::Tensor images = randomImages(3, height, 64, 41);
        const auto expected = network.forward(images, {});
        const RunnerEntry& entry = runnerNamed(runner);
        const auto run = entry.open(network, Precision::Float32);
        const auto found = run ? (*run)(images) : failure(run.error());
        if (!found)
            QSKIP(found.error().found.c_str()); // OpenCV 4.6 reads some not, as is known (tst_onnx)
        for (int again = 0; again < 3; ++again) { // TorchScript optimizes what ran twice
            const auto next = valueOf((*run)(images));
            const ReaderReport report = agreement(network, expected, next, entry.label);
            QVERIFY2(report.agrees, report.why.c_str());
            for (std::size_t t = 0; t < next.size(); ++t)
                QVERIFY(next[t].scalar_type() == torch::kFloat32);
        }
    }

    void theTableHasEveryRunner() {
        const CollapsedNetwork network =
            exportedNetwork(exportSpec("resnet18", "factored", {"*: tied"}));
        QVERIFY(saveCollapsed(file(), network).has_value());
        const RunnerTimes times = valueOf(timeNetwork(
            {.network = file(), .isExported = true, .batches = {1, 2}, .repeats = 2}, quiet, {}));
        std::size_t expected = 0;
        for (const RunnerEntry* runner : runners())
            expected += 2 * runner->precisions.size();
        QCOMPARE(times.rows.size(), expected);
        QCOMPARE(times.height, 64);
        QVERIFY(times.threads >= 1);
        const RunnerTime& ours = times.rows.front();
        QCOMPARE(ours.runner, runners().front()->label);
        QVERIFY2(ours.why.empty(), ours.why.c_str());
        for (const RunnerTime& row : times.rows) {
            // Where LibTorch is right all run this network in float32.
            if (row.precision == "float32" && hasRightConvolutions())
                QVERIFY2(row.why.empty(), (row.runner + ": " + row.why).c_str());
            if (row.why.empty())
                QVERIFY(row.median > 0 && row.late >= row.median);
        }
        const std::string text = toText(times);
        for (const RunnerEntry* runner : runners())
            QVERIFY2(text.find(runner->label) != std::string::npos, text.c_str());
        const Json json = toJson(times);
        QCOMPARE(json["rows"].size(), expected);
    }

    void theQuickestIsOfItsBatch() {
        RunnerTimes times;
        times.rows = {{.runner = "a", .precision = "float32", .batch = 1, .median = 4},
                      {.runner = "b", .precision = "float32", .batch = 1, .median = 2},
                      {.runner = "c", .precision = "float32", .batch = 8, .median = 1},
                      {.runner = "d", .precision = "float32", .batch = 1, .why = "not here"}};
        QCOMPARE(quickestTime(times, 1), 2.0);
        QCOMPARE(quickestTime(times, 8), 1.0);
        QVERIFY(std::isinf(quickestTime(times, 2)));
        const std::string text = toText(times);
        QVERIFY(text.find("d, float32, batch 1: not here") != std::string::npos);
        QVERIFY(text.find("2.00") != std::string::npos); // a takes twice b's time
    }

    void itStopsAndSaysWhatItCantRead() {
        std::stop_source source;
        source.request_stop();
        const CollapsedNetwork network =
            exportedNetwork(exportSpec("resnet18", "factored", {"*: tied"}));
        QVERIFY(saveCollapsed(file(), network).has_value());
        const auto stopped =
            timeNetwork({.network = file(), .isExported = true}, quiet, source.get_token());
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, std::string("stopped"));
        const auto missing = timeNetwork(
            {.network = m_folder.filePath("none").toStdString(), .isExported = true}, quiet, {});
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, std::string("file.read"));
    }
};

QTEST_GUILESS_MAIN(RunnersTest)
#include "tst_runners.moc"
