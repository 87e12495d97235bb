// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/collapse/collapse.h"
#include "core/model/validate.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/checkpoint_file.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"
#include "tests/printing.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <limits>
#include <numeric>

using namespace concertina;
using namespace concertina::testing;

namespace {

Parameter& parameterNamed(Network& network, const std::string& name) {
    return *std::ranges::find(network.parameters(), name, &Parameter::name);
}

void writeCheckpoint(const std::filesystem::path& file, const ExperimentSpec& spec,
                     const Network& network) {
    const auto saved = saveCheckpoint(file, {.spec = spec,
                                             .plan = network.design().plan,
                                             .targets = openRunData(spec)->targets,
                                             .step = 7,
                                             .tensors = network.namedTensors()});
    if (!saved)
        qFatal("%s", toText(saved.error()).c_str());
}

/// Of a checkpoint of the network at step 7, as the window and the command line read it.
Expected<FactorReadings> readingsFrom(const ExperimentSpec& spec, const Network& network) {
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("checkpoint").toStdString();
    writeCheckpoint(file, spec, network);
    return checkpointReadings(file);
}

} // namespace

/// What the small factors of a network say: gates and mixtures.
class FactorReadingsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyMeaningCanBeRead_data() {
        QTest::addColumn<QString>("id");
        for (const ParametrizationEntry* entry : parametrizations())
            QTest::newRow(entry->info.id.c_str()) << QString::fromStdString(entry->info.id);
    }
    void everyMeaningCanBeRead() {
        QFETCH(QString, id);
        const Network network = networkFor(tinySpec(id.toStdString(), "*: separate"));
        std::size_t speaking = 0;
        for (const LayerDesign& layer : network.design().layers)
            for (const FactorInfo& factor : layer.factors.factors)
                speaking += factor.meaning != FactorMeaning::None ? 1 : 0;
        const auto readings = network.readings();
        QCOMPARE(readings.empty(), speaking == 0);
        QCOMPARE(network.design().hasReadings(), speaking > 0);
        for (const FactorReading& reading : readings) {
            QVERIFY(!reading.values.empty() && !reading.tasks.empty() && !reading.factor.empty());
            if (reading.meaning == FactorMeaning::Gate) {
                QCOMPARE(reading.values.size(), 1U);
                continue;
            }
            QVERIFY(!reading.part.empty());
            QVERIFY(std::abs(std::accumulate(reading.values.begin(), reading.values.end(), 0.0) - 1)
                    < 1e-9);
        }
    }

    void theGatesOfACheckpointAreItsScoresAgainstTheThreshold() {
        ExperimentSpec spec = tinySpec("taps", "*: factors shared");
        spec.network.sharing.push_back("dec2.2: {segmentation, depth} | {normal} factors shared");
        spec.network.kernels[0].method.options["threshold"] = 0.3;
        spec = withCompleteOptions(std::move(spec), catalogue());
        Network network = networkFor(spec);
        const torch::NoGradGuard noGrad;
        for (Parameter& parameter : network.parameters())
            if (parameter.name.find("/s/") != std::string::npos)
                parameter.value.fill_(0.29);
        const auto set = [&](const char* name, double score) {
            parameterNamed(network, name).value.fill_(score);
        };
        set("dec1.1/s/depth", 0.31);
        set("enc1.1/s/depth", -2);
        set("enc1.1/s/normal", std::numeric_limits<double>::quiet_NaN());
        set("dec2.2/s/segmentation+depth", 4);
        const auto readings = readingsFrom(spec, network);
        QVERIFY2(readings, readings ? "" : toText(readings.error()).c_str());
        QCOMPARE(readings->step, std::int64_t{7});
        std::map<std::string, std::vector<std::string>> claimed;
        for (const LayerClaims& own : layerClaims(*readings)) {
            QCOMPARE(own.gated, 6);
            claimed[own.task] = own.layers;
        }
        using Names = std::vector<std::string>;
        QCOMPARE(claimed["segmentation"], Names{"dec2.2"});
        QCOMPARE(claimed["depth"], (Names{"dec2.2", "dec1.1"}));
        QCOMPARE(claimed["normal"], Names{});
        const FactorReading* gate = readings->gate("enc1.1", "depth");
        QVERIFY(gate != nullptr && !gate->open);
        QCOMPARE(gate->values, std::vector<double>{-2});
        QCOMPARE(gate->threshold, 0.3);
        QVERIFY(!readings->gate("enc1.1", "normal")->open); // of no number
        QCOMPARE(readings->gate("dec2.2", "segmentation"), readings->gate("dec2.2", "depth"));
    }

    void theMixtureOfACheckpointIsTheSigmoidOverItsSum() {
        ExperimentSpec spec = tinySpec("polytropon", "*: factors shared");
        spec.network.kernels[0].method.options["skills"] = 2;
        spec = withCompleteOptions(std::move(spec), catalogue());
        Network network = networkFor(spec);
        const torch::NoGradGuard noGrad;
        // σ(0) = 1/2, σ(ln 3) = 3/4; σ(ln 9) = 9/10, σ(−ln 9) = 1/10.
        parameterNamed(network, "network/Z/depth").value.copy_(torch::tensor({0.0, std::log(3.0)}));
        parameterNamed(network, "network/Z/normal")
            .value.copy_(torch::tensor({std::log(9.0), -std::log(9.0)}));
        const auto readings = readingsFrom(spec, network);
        QVERIFY(readings);
        QCOMPARE(readings->copies.size(), 3U); // one a task, not one a layer
        QVERIFY(layerClaims(*readings).empty());
        const auto share = [&](const char* task, std::size_t skill) {
            return readings->mixture("", task)->values[skill];
        };
        QVERIFY(std::abs(share("depth", 0) - 0.4) < 1e-6);
        QVERIFY(std::abs(share("depth", 1) - 0.6) < 1e-6);
        QVERIFY(std::abs(share("normal", 0) - 0.9) < 1e-6);
        QVERIFY(std::abs(share("normal", 1) - 0.1) < 1e-6);
    }

    void collapsingReportsWhatEachTaskClaims() {
        ExperimentSpec spec = tinySpec("taps", "*: factors shared");
        Network network = networkFor(spec);
        const torch::NoGradGuard noGrad;
        for (Parameter& parameter : network.parameters())
            if (parameter.name.find("/s/normal") != std::string::npos)
                parameter.value.fill_(0.02);
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("checkpoint").toStdString();
        writeCheckpoint(file, spec, network);
        const auto report =
            collapse({.checkpoint = file, .spec = spec}, [](double, const std::string&) {}, {});
        QVERIFY(report);
        QVERIFY2(QString::fromStdString(toText(*report))
                     .contains("Claimed: segmentation 6 of 6 layers, depth 6, normal 0\n"),
                 toText(*report).c_str());
        const Json json = toJson(*report);
        QCOMPARE(json["claimed_layers"]["depth"].size(), 6U);
        QCOMPARE(json["claimed_layers"]["normal"].size(), 0U);
    }

    void aDamagedCheckpointIsAProblem() {
        const ExperimentSpec spec = tinySpec("taps", "*: factors shared");
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("checkpoint").toStdString();
        QCOMPARE(checkpointReadings(file).error().code, std::string("file.read"));
        writeCheckpoint(file, spec, networkFor(spec));
        QFile bytes(QString::fromStdString(file.string()));
        QVERIFY(bytes.resize(bytes.size() / 2));
        QVERIFY(!checkpointReadings(file));
    }

    /// Kernels of 1, 2 and 6: the mean is 3, and they are 2/3, 1/3 and 1 of its length away.
    void distancesAreThoseOfTheKernelsFromTheirMean() {
        const ExperimentSpec spec = tinySpec("plain", "dec1.1: separate");
        Network network = networkFor(spec);
        const torch::NoGradGuard noGrad;
        std::size_t found = 0;
        for (const auto& [task, value] :
             {std::pair("segmentation", 1.0), {"depth", 2.0}, {"normal", 6.0}})
            for (Parameter& parameter : network.parameters())
                if (parameter.name.starts_with("dec1.1/W")
                    && parameter.name.ends_with(std::string("/") + task)) {
                    parameter.value.fill_(value);
                    ++found;
                }
        QCOMPARE(found, 3U);
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("checkpoint").toStdString();
        writeCheckpoint(file, spec, network);
        const auto distances = checkpointDistances(file);
        QVERIFY2(distances, distances ? "" : toText(distances.error()).c_str());
        QCOMPARE(distances->step, std::int64_t{7});
        QCOMPARE(distances->layers, network.design().plan.layerNames());
        QCOMPARE(distances->tasks, network.design().plan.tasks);
        for (std::size_t layer = 0; layer < distances->layers.size(); ++layer) {
            if (distances->layers[layer] != "dec1.1") {
                QVERIFY(std::isnan(distances->values[layer][0])); // one kernel
                continue;
            }
            const std::vector<double>& apart = distances->values[layer];
            QVERIFY(std::abs(apart[0] - 2.0 / 3) < 1e-12);
            QVERIFY(std::abs(apart[1] - 1.0 / 3) < 1e-12);
            QVERIFY(std::abs(apart[2] - 1) < 1e-12);
        }
    }

    /// Of every kernel that there is: equal at the start, and apart once one factor is.
    void everyKernelHasDistances_data() { everyMeaningCanBeRead_data(); }
    void everyKernelHasDistances() {
        QFETCH(QString, id);
        const Network network = networkFor(tinySpec(id.toStdString(), "*: separate"));
        const auto distances = network.kernelDistances();
        QCOMPARE(distances.size(), network.design().plan.layers.size());
        for (const auto& layer : distances)
            for (const double value : layer)
                QVERIFY2(value < 1e-6, qPrintable(QString::number(value)));
    }
};

QTEST_APPLESS_MAIN(FactorReadingsTest)

#include "tst_factor_readings.moc"
