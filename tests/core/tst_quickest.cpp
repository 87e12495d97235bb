// SPDX-License-Identifier: GPL-3.0-or-later
// Which program runs a collapsed network, and what is kept of that.
#include "core/exports/agreement.h"
#include "core/prediction/predictor.h"
#include "core/runners/kept_choice.h"
#include "core/runners/quickest.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"
#include "tests/core/exports_testing.h"
#include "tests/expected.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>

using namespace concertina;
using namespace concertina::testing;

namespace {

const Progress quiet = [](double, const std::string&) {};

CollapsedNetwork networkOf(std::uint64_t seed = 21, int size = 32) {
    const ExperimentSpec spec = exportSpec("resnet18", "factored", {"*: merged"}, size, size);
    const auto targets = openRunData(spec)->targets;
    return fold(scrambledNetwork(spec, targets, seed), {.spec = spec, .targets = targets});
}

/// Gives what the executor gives and a share of the greatest value, after a while.
RunnerEntry madeRunner(const std::string& id, int milliseconds, double added, int& opened) {
    return {
        .id = id,
        .label = "made " + id,
        .precisions = {Precision::Float32},
        .open = [=, &opened](const CollapsedNetwork& network, Precision) -> Expected<NetworkRun> {
            ++opened;
            return [=](const torch::Tensor& images) -> Expected<std::vector<torch::Tensor>> {
                std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
                auto outputs = network.forward(images, {});
                for (torch::Tensor& output : outputs)
                    output = output + added * output.abs().max();
                return outputs;
            };
        }};
}

} // namespace

class QuickestTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path folder(const char* name) const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    static QuickestRunner choose(const CollapsedNetwork& network,
                                 const std::filesystem::path& place,
                                 std::span<const RunnerEntry* const> among,
                                 IfNotKept otherwise = IfNotKept::Measure) {
        return valueOf(quickestRunner(network, place, among, otherwise, quiet, {}));
    }

    static const std::string& executor() { return runners().front()->id; }

private Q_SLOTS:
    void initTestCase() {
        // What is kept is not the user's.
        qputenv("XDG_CACHE_HOME", m_folder.filePath(QStringLiteral("cache")).toUtf8());
    }

    void aRunnerThatIsWrongIsNotTaken_data() {
        QTest::addColumn<double>("added");
        QTest::newRow("a thousandth") << 1e-3; // ten times what float32 may be off
        QTest::newRow("no numbers") << std::nan("");
    }

    void aRunnerThatIsWrongIsNotTaken() {
        QFETCH(double, added);
        int opened = 0;
        const RunnerEntry slow = madeRunner("slow", 20, 0, opened),
                          wrong = madeRunner("wrong", 0, added, opened);
        const CollapsedNetwork network = networkOf();
        const std::array<const RunnerEntry*, 2> both{&wrong, &slow};
        const auto place = folder(QTest::currentDataTag());
        QCOMPARE(choose(network, place / "both", both).id, std::string("slow"));
        const std::array<const RunnerEntry*, 1> one{&wrong};
        QCOMPARE(choose(network, place / "one", one).id, executor());
    }

    void theQuickestIsKeptAndReadAgain() {
        int opened = 0;
        const RunnerEntry slow = madeRunner("slow", 20, 0, opened),
                          quick = madeRunner("quick", 0, 0, opened);
        const std::array<const RunnerEntry*, 2> both{&slow, &quick};
        const CollapsedNetwork network = networkOf();
        const auto place = folder("kept");
        const QuickestRunner first = choose(network, place, both);
        QCOMPARE(first.id, std::string("quick"));
        QVERIFY(!first.wasKept);
        opened = 0;
        const QuickestRunner second = choose(network, place, both);
        QCOMPARE(second.id, std::string("quick"));
        QVERIFY(second.wasKept);
        QCOMPARE(opened, 1);                                      // the other was not tried
        QVERIFY(!choose(networkOf(77), place, both).wasKept);     // other weights
        QVERIFY(!choose(networkOf(21, 64), place, both).wasKept); // another size
        // One that is gone is not taken.
        const std::array<const RunnerEntry*, 1> one{&slow};
        QCOMPARE(choose(network, place, one).id, std::string("slow"));
    }

    void whatIsKeptOfAnotherNetworkIsIgnored() {
        const CollapsedNetwork network = networkOf(), other = networkOf(77);
        const KeptChoice own(network, folder("of")), others(other, folder("of"));
        others.keep("opencv", 1);
        QCOMPARE(others.runner(), std::string("opencv"));
        std::filesystem::copy_file(others.file(), own.file());
        QCOMPARE(own.runner(), std::string());
    }

    void aDamagedFileIsMeasuredAgain_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no JSON") << QByteArray("\0\xff{", 3);
        QTest::newRow("other JSON") << QByteArray("[1, 2]");
        QTest::newRow("other types") << QByteArray(R"({"of": 3, "runner": {}})");
        QTest::newRow("deep") << QByteArray(50000, '[');
        QTest::newRow("huge") << QByteArray(3 << 20, ' ');
    }

    void aDamagedFileIsMeasuredAgain() {
        QFETCH(QByteArray, bytes);
        int opened = 0;
        const RunnerEntry quick = madeRunner("quick", 0, 0, opened);
        const std::array<const RunnerEntry*, 1> one{&quick};
        const CollapsedNetwork network = networkOf();
        const auto place = folder(QTest::currentDataTag());
        const KeptChoice kept(network, place);
        kept.keep("quick", 1);
        std::ofstream(kept.file(), std::ios::binary).write(bytes.constData(), bytes.size());
        QCOMPARE(kept.runner(), std::string());
        const QuickestRunner again = choose(network, place, one);
        QVERIFY(!again.wasKept);
        QCOMPARE(again.id, std::string("quick"));
        QVERIFY(choose(network, place, one).wasKept);
    }

    void aPlaceThatCantBeWrittenIsNoFailure() {
        int opened = 0;
        const RunnerEntry quick = madeRunner("quick", 0, 0, opened);
        const std::array<const RunnerEntry*, 1> one{&quick};
        // A file stands where the folder would be: root may not write there, either.
        const auto file = folder("file");
        std::ofstream(file) << "something";
        QCOMPARE(choose(networkOf(), file / "runners", one).id, std::string("quick"));
    }

    void ofManyNetworksTheOldestGo() {
        const auto place = folder("many");
        std::filesystem::create_directories(place);
        const auto now = std::filesystem::file_time_type::clock::now();
        for (int i = 0; i < MostKeptTimes; ++i) {
            const auto file = place / (std::to_string(i) + ".json");
            std::ofstream(file) << "{}";
            std::filesystem::last_write_time(file, now - std::chrono::hours(i + 1));
        }
        const CollapsedNetwork network = networkOf();
        const KeptChoice kept(network, place);
        kept.keep("opencv", 1);
        QCOMPARE(kept.runner(), std::string("opencv"));
        QVERIFY(!std::filesystem::exists(place / (std::to_string(MostKeptTimes - 1) + ".json")));
        QVERIFY(std::filesystem::exists(place / "0.json"));
    }

    void nothingIsMeasuredWhereItDoesNotPay() {
        int opened = 0;
        const RunnerEntry quick = madeRunner("quick", 0, 0, opened);
        const std::array<const RunnerEntry*, 1> one{&quick};
        QCOMPARE(choose(networkOf(), folder("not kept"), one, IfNotKept::TakeExecutor).id,
                 executor());
        QCOMPARE(opened, 0);
        QVERIFY(!std::filesystem::exists(folder("not kept")));
    }

    void measuringStops() {
        std::stop_source source;
        source.request_stop();
        const auto chosen = quickestRunner(networkOf(), folder("stopped"), runners(),
                                           IfNotKept::Measure, quiet, source.get_token());
        QVERIFY(!chosen);
        QCOMPARE(chosen.error().code, std::string("stopped"));
    }

    /// Whichever is the quickest here: its predictions are the executor's.
    void predictionsByTheQuickestAreTheExecutors() {
        const ExperimentSpec spec = exportSpec("segnet", "factored", {"*: merged"}, 64, 96);
        const auto targets = openRunData(spec)->targets;
        const Checkpoint about{.spec = spec, .targets = targets};
        const Network network = scrambledNetwork(spec, targets);
        const CollapsedNetwork collapsed = fold(network, about);
        const Predictor usual(about, network, true);
        const Predictor quickest = valueOf(usual.byQuickest(IfNotKept::Measure, quiet, {}));
        const torch::NoGradGuard noGrad;
        for (const int batch : {1, 3, 1}) {
            const torch::Tensor images = randomImages(batch, 64, 96, 5);
            const ReaderReport report = agreement(collapsed, usual.outputs(images),
                                                  quickest.outputs(images), quickest.runner());
            QVERIFY2(report.agrees, report.why.c_str());
        }
        QVERIFY(std::filesystem::exists(runnerTimesFolder()));
        QCOMPARE(usual.runner(), runners().front()->label);
        // The expanded network is the executor's alone.
        const Predictor expanded(about, network, false);
        QCOMPARE(valueOf(expanded.byQuickest(IfNotKept::Measure, quiet, {})).runner(),
                 runners().front()->label);
    }
};

QTEST_GUILESS_MAIN(QuickestTest)
#include "tst_quickest.moc"
