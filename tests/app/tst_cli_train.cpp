// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QDir>
#include <QJsonArray>
#include <QTest>

using cli::tinySpec;
using cli::with;

// A training from its first word to its last, and what the store says of it afterwards.
class CliTrainTest : public QObject {
    Q_OBJECT

    cli::Workplace m_place; ///< with one finished run, which the tests only read
    cli::Outcome m_trained;
    QString m_run;

    /// The folder of real frames beside the checkout; empty where there is none.
    static QString realFrames() {
        const QString data = qEnvironmentVariable("CONCERTINA_DATA",
                                                  QString(CONCERTINA_SOURCE_DIR) + "/../shared/data");
        const QString folder = data + "/nyuv2";
        return QFile::exists(folder + "/dataset.json") ? folder : QString();
    }

private Q_SLOTS:
    void initTestCase() {
        const QString spec = m_place.write("spec.json", tinySpec());
        m_trained = m_place.run({"train", spec, "--json", "--report", m_place.path("report")});
        QVERIFY2(m_trained.code == 0, qPrintable(m_trained.text()));
        m_run = m_trained.last()["run"].toString();
    }

    void everyLineIsOneObjectWithItsEvent() {
        QVERIFY(m_trained.out.endsWith('\n'));
        for (const QJsonObject& object : m_trained.objects()) {
            QVERIFY2(!object.contains("not JSON"), qPrintable(m_trained.text()));
            QVERIFY(!object["event"].toString().isEmpty());
        }
        QVERIFY2(m_trained.err.isEmpty(), qPrintable(m_trained.text()));
    }

    void eventsComeInTheOrderOfTheirHappening() {
        QStringList order;
        for (const QJsonObject& object : m_trained.objects())
            if (order.isEmpty() || order.last() != object["event"].toString())
                order << object["event"].toString();
        QCOMPARE(order.first(), QString("created"));
        QCOMPARE(order.last(), QString("finished"));
        QVERIFY(order.indexOf("started") < order.indexOf("step"));
        // 12 steps of 4 of 8 samples: 6 epochs, a validation and a checkpoint after each.
        QCOMPARE(m_trained.events("step").size(), 12);
        QCOMPARE(m_trained.events("validation").size(), 6);
        QCOMPARE(m_trained.events("checkpoint").size(), 6);
        int number = 0;
        for (const QJsonObject& step : m_trained.events("step"))
            QCOMPARE(step["step"].toInt(), ++number);
        const QJsonObject started = m_trained.events("started").first();
        QCOMPARE(started["steps"].toInt(), 12);
        QCOMPARE(started["steps_per_epoch"].toInt(), 2);
        const auto parameters = started["parameters"].toObject();
        QVERIFY(parameters["expanded"].toDouble() > parameters["collapsed"].toDouble());
    }

    void lastLineIsAsPromised() {
        const QJsonObject last = m_trained.last();
        QCOMPARE(last["event"].toString(), QString("finished"));
        QCOMPARE(last["state"].toString(), QString("finished"));
        QCOMPARE(last["step"].toInt(), 12);
        const QJsonObject metrics = last["metrics"].toObject();
        for (const char* key : {"segmentation/miou", "segmentation/pixel_accuracy", "depth/abs_err",
                                "depth/rel_err", "normal/mean_angle", "normal/median_angle"})
            QVERIFY2(metrics[key].isDouble(), key);
        // They are those of the last validation, and the best are the best of all validations.
        const auto validations = m_trained.events("validation");
        QCOMPARE(metrics, validations.last()["values"].toObject());
        const QJsonObject best = last["best"].toObject();
        QCOMPARE(best.keys(), metrics.keys());
        for (const QString& key : metrics.keys()) {
            double lowest = 1e9;
            double highest = -1e9;
            for (const QJsonObject& validation : validations) {
                const double value = validation["values"].toObject()[key].toDouble();
                lowest = std::min(lowest, value);
                highest = std::max(highest, value);
            }
            const bool larger = key.endsWith("miou") || key.contains("accuracy")
                                || key.contains("within");
            QVERIFY2(best[key].toDouble() == (larger ? highest : lowest), qPrintable(key));
        }
    }

    void reportIsWrittenAndReported() {
        const QJsonObject collapsed = m_trained.events("collapsed").first();
        QCOMPARE(collapsed["file"].toString(), m_place.path("report/collapsed.safetensors"));
        QVERIFY(m_trained.events("verified").first()["passed"].toBool());
        const auto sheet = m_trained.events("sheet").first()["files"].toArray();
        QCOMPARE(sheet, QJsonArray{m_place.path("report/predictions.png")});
        QVERIFY(cli::fileBytes(m_place.path("report/predictions.png")).startsWith("\x89PNG"));
    }

    void runsListsTheRun() {
        const QJsonObject listed = m_place.run({"runs", "--json"}).last();
        QCOMPARE(listed["run"].toString(), m_run);
        QCOMPARE(listed["name"].toString(), QString("tiny"));
        QCOMPARE(listed["state"].toString(), QString("finished"));
        QCOMPARE(listed["seed"].toInt(), 3);
        QCOMPARE(listed["step"].toInt(), 12);
        QCOMPARE(listed["metrics"].toObject()["segmentation/miou"],
                 m_trained.last()["metrics"].toObject()["segmentation/miou"]);
        QVERIFY(QDateTime::fromString(listed["created"].toString(), Qt::ISODate).isValid());
        const QByteArray table = m_place.run({"runs"}).out;
        for (const QString& text : {m_run, QString("tiny"), QString("finished"), QString("12/12")})
            QVERIFY2(table.contains(text.toUtf8()), table);
    }

    void showPrintsEverything() {
        const QJsonObject shown = m_place.shown(m_run);
        // What was asked for, with every field, and what came of the rules.
        QCOMPARE(shown["spec"].toObject()["train"].toObject()["steps"].toInt(), 12);
        QVERIFY(shown["spec"].toObject()["train"].toObject().contains("warmup"));
        QVERIFY(!shown["plan"].toObject().isEmpty());
        QVERIFY(!shown["environment"].toObject()["libtorch"].toString().isEmpty());
        QVERIFY(!shown["dataset"].toObject()["fingerprint"].toString().isEmpty());
        int validations = 0;
        for (const QJsonValue& value : shown["series"].toArray()) {
            const QJsonObject series = value.toObject();
            if (series["split"] == "val" && series["name"] == "miou")
                validations = series["rows"].toInt();
        }
        QCOMPARE(validations, 6);
        // Two checkpoints are kept, as the spec says, and no others are on the disk.
        QStringList files;
        for (const QJsonValue& checkpoint : shown["checkpoints"].toArray())
            files << QFileInfo(checkpoint.toObject()["file"].toString()).fileName();
        QCOMPARE(files, QStringList({"step-10.safetensors", "step-12.safetensors"}));
        QCOMPARE(QDir(m_place.store() + "/runs/" + m_run + "/checkpoints").entryList(QDir::Files),
                 files.toList());
        const QByteArray text = m_place.run({"show", m_run}).out;
        QVERIFY2(text.contains("segmentation/miou") && text.contains("* factored"), text);
    }

    void runIsFoundByItsNameAndByItsBeginning() {
        QCOMPARE(m_place.shown("tiny")["run"].toString(), m_run);
        QCOMPARE(m_place.shown(m_run.left(4))["run"].toString(), m_run);
        const cli::Outcome outcome = m_place.run({"show", "tinny"});
        QVERIFY2(outcome.code == 1 && outcome.err.contains("Did you mean \"tiny\"?"),
                 qPrintable(outcome.text()));
    }

    void finishedRunIsNotResumed() {
        const cli::Outcome outcome = m_place.run({"resume", m_run, "--json"});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.last()["code"].toString(), QString("run.finished"));
        QVERIFY2(outcome.err.contains("a finished run"), qPrintable(outcome.text()));
        QCOMPARE(m_place.shown(m_run)["state"].toString(), QString("finished"));
    }

    void forPeopleThereIsATableAndProgress() {
        cli::Workplace place;
        const cli::Outcome outcome = place.run({"train", place.write("spec.json", tinySpec())});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        for (const char* text : {"parameters in training", "Validation", "mIoU", "mean angle",
                                 "finished at step 12", "step 2:"})
            QVERIFY2(outcome.out.contains(text), qPrintable(outcome.text()));
        QVERIFY2(!outcome.out.contains("\"event\""), qPrintable(outcome.text()));
        // No terminal here: whole lines, with the time that is left, and no control characters.
        QVERIFY2(outcome.err.contains("step 1 of 12") && outcome.err.contains(" left\n"),
                 qPrintable(outcome.text()));
        QVERIFY2(!outcome.err.contains('\r'), qPrintable(outcome.text()));
    }

    void twoRunsOfOneSpecAreEqual() {
        cli::Workplace place;
        const cli::Outcome again =
            place.run({"train", place.write("spec.json", tinySpec()), "--json"});
        const auto before = m_trained.events("step");
        const auto after = again.events("step");
        QCOMPARE(after.size(), before.size());
        // JSON has every digit of a double, so that equal text is equal bits.
        for (int i = 0; i < after.size(); ++i)
            QCOMPARE(after[i]["values"].toObject(), before[i]["values"].toObject());
        QCOMPARE(again.last()["metrics"].toObject(), m_trained.last()["metrics"].toObject());
        const auto sums = [](const cli::Outcome& outcome) {
            return outcome.events("checkpoint").last()["sha256"].toString();
        };
        QCOMPARE(sums(again), sums(m_trained));
    }

    void lossThatIsNotFiniteNamesTheStepTheTaskAndTheLastCheckpoint() {
        cli::Workplace place;
        auto spec = with(tinySpec(), "train.lr", 100);
        spec = with(with(spec, "train.optimizer", "sgd"), "train.schedule", "constant");
        spec = with(with(spec, "train.checkpoint_every", 1), "train.steps", 200);
        const cli::Outcome outcome =
            place.run({"train", place.write("spec.json", spec), "--json"});
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.err.contains("at step") && outcome.err.contains("lower learning rate"),
                 qPrintable(outcome.text()));
        QCOMPARE(outcome.last()["event"].toString(), QString("finished"));
        QCOMPARE(outcome.last()["state"].toString(), QString("failed"));
        QCOMPARE(place.state(), QString("failed"));
        // One that validated with finite losses, wherever checkpoints were written.
        bool good = false;
        for (const QJsonObject& event : outcome.events("validation"))
            good = good || !event["values"]["segmentation/loss"].isNull();
        QVERIFY(!outcome.events("checkpoint").isEmpty());
        QVERIFY2(outcome.err.contains("the last good checkpoint is ") == good,
                 qPrintable(outcome.text()));
    }

    void dataThatNothingReadsIsRefused() {
        cli::Workplace place;
        const cli::Outcome outcome = place.run(
            {"train", place.write("spec.json", tinySpec()), "--data", place.path(), "--json"});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.last()["code"].toString(), QString("dataset.unrecognized"));
    }

    void realFramesAreTrainedOn() {
        const QString frames = realFrames();
        if (frames.isEmpty())
            QSKIP("NYUv2 is not here: CONCERTINA_DATA names no folder with nyuv2/dataset.json");
        cli::Workplace place;
        const cli::Outcome outcome =
            place.run({"train", "nyuv2-compact", "--data", frames, "--set", "train.steps=3",
                       "--set", "train.warmup=0",
                       "--set", "train.batch=4", "--json"});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QCOMPARE(outcome.events("step").size(), 3);
        const auto metrics = outcome.last()["metrics"].toObject();
        // Classes are rarely right by chance, and no depth is 10 m off in a room.
        QVERIFY(metrics["segmentation/miou"].toDouble() < 0.5);
        QVERIFY(metrics["depth/abs_err"].toDouble() > 0.1 && metrics["depth/abs_err"].toDouble() < 10);
        QCOMPARE(place.shown()["dataset"].toObject()["name"].toString().contains("NYU"), true);
    }

    void showNamesWhatEachTaskClaimsAndMixes() {
        const cli::Workplace place;
        const auto kernel = [](const char* layers, const char* id, const QJsonObject& options) {
            return QJsonObject{{"layers", layers}, {"id", id}, {"options", options}};
        };
        const auto adapted = [](const QJsonArray& kernels) {
            return with(with(tinySpec(), "network.kernels", kernels), "network.sharing",
                        QJsonArray{"*: unfreeze W"});
        };
        // Scores begin at 0.15, and move by next to nothing in 12 steps.
        const QString gated = place.train(
            adapted({kernel("*", "taps", {}), kernel("enc*", "taps", {{"threshold", 0.9}})}));
        const cli::Outcome text = place.run({"show", gated});
        QVERIFY2(text.out.contains("  segmentation claims 2 of 4 layers: dec*\n"),
                 qPrintable(text.text()));
        QVERIFY(!text.out.contains("Shares of"));
        const QJsonObject readings = place.shown(gated)["readings"].toObject();
        QCOMPARE(readings["step"].toInt(), 12);
        QCOMPARE(readings["gates"].toArray().size(), 4 * 3);
        for (const QJsonValue& value : readings["gates"].toArray()) {
            const QJsonObject gate = value.toObject();
            QCOMPARE(gate["claimed"].toBool(), gate["layer"].toString().startsWith("dec"));
        }

        const QString mixed =
            place.train(adapted({kernel("*", "polytropon", {{"skills", 2}, {"rank", 1}})}));
        const cli::Outcome table = place.run({"show", mixed});
        QVERIFY2(table.out.contains("Shares of skills  skill 1  skill 2"),
                 qPrintable(table.text()));
        const QJsonArray mixtures = place.shown(mixed)["readings"].toObject()["mixtures"].toArray();
        QCOMPARE(mixtures.size(), 3);
        for (const QJsonValue& mixture : mixtures) {
            const QJsonArray shares = mixture.toObject()["shares"].toArray();
            QVERIFY(qAbs(shares.at(0).toDouble() + shares.at(1).toDouble() - 1) < 1e-9);
        }
        QVERIFY(!place.shown(place.train(tinySpec())).contains("readings"));
    }
};

QTEST_GUILESS_MAIN(CliTrainTest)
#include "tst_cli_train.moc"
