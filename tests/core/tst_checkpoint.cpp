// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/checkpoint_file.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"
#include "tests/printing.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class CheckpointTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const {
        return m_folder.filePath(QString::fromLatin1(name)).toStdString();
    }

    /// A few steps of training, so that there are moments and statistics.
    static Checkpoint trained(const ExperimentSpec& spec, int steps = 2) {
        Learner learner = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        for (int step = 0; step < steps; ++step)
            if (const auto result = learner.step(batch, step); !result)
                qFatal("%s", toText(result.error()).c_str());
        return {.spec = spec,
                .plan = learner.network().design().plan,
                .targets = openRunData(spec)->targets,
                .step = steps,
                .tensors = copyOf(trainingState(learner.network()))};
    }

    static QByteArray bytesOf(const std::filesystem::path& path) {
        QFile file(QString::fromStdString(path.string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static void write(const std::filesystem::path& path, const QByteArray& bytes) {
        QFile file(QString::fromStdString(path.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

    /// Writes a checkpoint whose header was changed, with a right checksum.
    static void writeWithHeader(const std::filesystem::path& path, const Checkpoint& checkpoint,
                                const std::function<void(Json&)>& change) {
        QVERIFY(saveCheckpoint(path, checkpoint));
        auto file = readTensorFile(path);
        QVERIFY(file);
        change(file->header);
        QVERIFY(writeTensorFile(path, *file));
    }

private Q_SLOTS:
    void everythingComesBack_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("optimizer");
        QTest::addColumn<QString>("rule");
        for (const char* optimizer : {"adam", "sgd", "adamw"})
            for (const char* rule : {"*: tied", "*: merged", "*: factors shared"})
                QTest::addRow("%s, %s", optimizer, rule) << "factored" << optimizer << rule;
        for (const MethodInfo* method : catalogue().methods(Family::Parametrization))
            QTest::addRow("%s", method->id.c_str())
                << QString::fromStdString(method->id) << "adam" << "dec*: separate";
    }

    void everythingComesBack() {
        QFETCH(QString, parametrization);
        QFETCH(QString, optimizer);
        QFETCH(QString, rule);
        ExperimentSpec spec = tinySpec(parametrization.toStdString(), rule.toStdString());
        spec.name = "ünïcode";
        spec.train.optimizer = {optimizer.toStdString()};
        spec = withCompleteOptions(spec, catalogue());
        const Checkpoint checkpoint = trained(spec);
        const auto written = saveCheckpoint(path("a"), checkpoint);
        QVERIFY(written);
        QCOMPARE(written->bytes, bytesOf(path("a")).size());
        const auto read = loadCheckpoint(path("a"));
        QVERIFY2(read, read ? "" : toText(read.error()).c_str());
        QVERIFY(read->spec == spec);
        QVERIFY(read->plan == checkpoint.plan);
        QCOMPARE(read->step, std::int64_t{2});
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(toJson(read->targets[t]) == toJson(checkpoint.targets[t]));
        QCOMPARE(read->tensors.size(), checkpoint.tensors.size());
        for (const auto& [name, tensor] : checkpoint.tensors)
            QVERIFY2(sameBits(read->tensors.at(name), tensor), name.c_str());

        auto network = networkOf(*read);
        QVERIFY(network);
        restoreOptimizerState(*network, read->tensors);
        const auto restored = trainingState(*network);
        QCOMPARE(restored.size(), checkpoint.tensors.size());
        for (const auto& [name, tensor] : checkpoint.tensors)
            QVERIFY2(sameBits(restored.at(name), tensor), name.c_str());
        QVERIFY(!checkCheckpointFile(path("a")));
    }

    void namesAreThoseOfTheFormat() { // frozen: design.md, checkpoints
        const Checkpoint checkpoint = trained(tinySpec("factored", "*: factors shared"));
        for (const char* name :
             {"dec2.1/U/segmentation+depth+normal", "dec2.1/U/segmentation+depth+normal/adam.m",
              "dec2.1/M/depth/adam.v", "dec2.1/M/depth/adam.t", "dec2.1/norm.mean/normal",
              "dec2.1/norm.weight/normal/adam.m", "head.depth.2/bias/depth"})
            QVERIFY2(checkpoint.tensors.contains(name), name);
        QVERIFY(saveCheckpoint(path("names"), checkpoint));
        const QByteArray bytes = bytesOf(path("names"));
        QVERIFY(bytes.mid(8, 200).contains("__metadata__"));
    }

    void equalStatesAreEqualBytesAndOthersAreNot() {
        const ExperimentSpec spec = tinySpec("factored", "*: merged");
        QVERIFY(saveCheckpoint(path("one"), trained(spec)));
        QTest::qWait(5); // no time stands in it
        QVERIFY(saveCheckpoint(path("elsewhere"), trained(spec)));
        QCOMPARE(bytesOf(path("one")), bytesOf(path("elsewhere")));
        QVERIFY(saveCheckpoint(path("later"), trained(spec, 3)));
        QVERIFY(bytesOf(path("later")) != bytesOf(path("one")));
    }

    void damagedFilesAreRefused() {
        QVERIFY(saveCheckpoint(path("whole"), trained(tinySpec())));
        const QByteArray whole = bytesOf(path("whole"));
        for (int i = 1; i < 40; ++i) { // places all over the file
            const qsizetype at = whole.size() * i / 40;
            write(path("cut"), whole.left(at));
            QVERIFY(!loadCheckpoint(path("cut")));
            QByteArray flipped = whole;
            flipped[at] = static_cast<char>(flipped[at] ^ (1 << (i % 8)));
            write(path("flipped"), flipped);
            const auto refused = loadCheckpoint(path("flipped"));
            QVERIFY(!refused);
            QCOMPARE(refused.error().path, path("flipped").string());
            QVERIFY(checkCheckpointFile(path("flipped")) == refused.error());
        }
        write(path("text"), "not a checkpoint");
        QCOMPARE(loadCheckpoint(path("text")).error().code, std::string("safetensors.truncated"));
        QCOMPARE(loadCheckpoint(path("nothing")).error().code, std::string("file.read"));
    }

    void filesOfAnotherKindOrANewerVersionAreRefused_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("code");
        const auto row = [](const char* key, const char* value, const char* code) {
            QTest::addRow("%s = %s", key, value) << QByteArray(key) << QByteArray(value)
                                                 << QByteArray(code);
        };
        row("format", "\"concertina-network\"", "checkpoint.format");
        row("version", "2", "checkpoint.version");
        row("version", "\"1\"", "checkpoint.version");
        row("version", "0", "checkpoint.version");
        row("step", "\"5\"", "checkpoint.header");
        row("step", "-1", "checkpoint.header");
        row("spec", "{}", "checkpoint.header");
        row("plan", "{}", "checkpoint.header");
        row("targets", "[]", "checkpoint.header");
        row("targets", "[1, 2, 3]", "target.json");
    }

    void filesOfAnotherKindOrANewerVersionAreRefused() {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, code);
        writeWithHeader(path("changed"), trained(tinySpec()), [&](Json& header) {
            header[key.toStdString()] = Json::parse(value.toStdString());
        });
        const auto read = loadCheckpoint(path("changed"));
        QVERIFY(!read);
        QCOMPARE(read.error().code, code.toStdString());
        QVERIFY(code != "checkpoint.version" || read.error().hint.find("newer") != std::string::npos);
    }

    void aForeignTensorFileIsRefused() {
        QVERIFY(writeTensorFile(path("foreign"), {{{"name", "x"}}, {{"w", torch::zeros({3})}}}));
        QCOMPARE(loadCheckpoint(path("foreign")).error().code, std::string("checkpoint.format"));
        QVERIFY(writeTensorFile(path("bare"), {Json(), {}}));
        QCOMPARE(loadCheckpoint(path("bare")).error().code, std::string("checkpoint.format"));
    }

    void weightsOfAnotherNetworkAreRefused() {
        Checkpoint checkpoint = trained(tinySpec("factored", "*: merged"));
        Checkpoint other = checkpoint;
        other.spec.network.backbone.options["channels"] = {5, 8};
        QCOMPARE(networkOf(other).error().code, std::string("network.tensor"));
        other = checkpoint;
        other.tensors.erase("dec1.1/M/depth");
        QCOMPARE(networkOf(other).error().path, std::string("dec1.1/M/depth"));
        other = checkpoint;
        other.plan.layers.pop_back();
        QCOMPARE(networkOf(other).error().code, std::string("plan.layers"));
        other = checkpoint;
        other.targets[0].classes.pop_back();
        QVERIFY(!networkOf(other));
        QVERIFY(networkOf(checkpoint));
    }

    void theStoredPlanCountsNotTheRules() {
        // A plan that was changed while the run went on is not what its spec's rules say.
        Checkpoint merged = trained(tinySpec("factored", "*: merged"));
        merged.spec.network.sharing = {"*: tied"};
        QVERIFY(saveCheckpoint(path("plan"), merged));
        const auto read = loadCheckpoint(path("plan"));
        QVERIFY(read);
        const auto network = networkOf(*read);
        QVERIFY(network);
        QVERIFY(network->namedTensors().contains("dec1.1/M/depth"));
    }
};

QTEST_GUILESS_MAIN(CheckpointTest)
#include "tst_checkpoint.moc"
