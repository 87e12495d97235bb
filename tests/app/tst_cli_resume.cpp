// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <SQLiteCpp/Database.h>

#include <QDir>
#include <QImage>
#include <QJsonArray>
#include <QTest>

#include <csignal>
#include <filesystem>

using cli::tinySpec;
using cli::with;

namespace {

/// A folder with a dataset of pictures in flat colours, one target.
void makeDataset(const QString& root) {
    const auto save = [](const QImage& picture, const QString& file) {
        if (!QDir().mkpath(QFileInfo(file).path()) || !picture.save(file))
            qFatal("%s cannot be written", qPrintable(file));
    };
    for (const QString split : {"train", "val"})
        for (int i = 0; i < 6; ++i) {
            QImage image(32, 32, QImage::Format_RGB888);
            image.fill(QColor(40 * i, 90, 200 - 30 * i));
            QImage label(32, 32, QImage::Format_Grayscale8);
            label.fill(i % 3);
            const QString id = QString("/%1.png").arg(i);
            save(image, root + "/" + split + "/image" + id);
            save(label, root + "/" + split + "/label" + id);
        }
    QFile json(root + "/dataset.json");
    if (!json.open(QIODevice::WriteOnly))
        qFatal("%s", qPrintable(json.errorString()));
    json.write(R"({"format": "concertina-dataset", "version": 1, "name": "flat",
        "splits": {"train": "train", "val": "val"}, "image": {"path": "image/{id}.png"},
        "targets": {"segmentation": {"path": "label/{id}.png", "encoding": "index8", "classes": [
            {"name": "a", "color": [9, 2, 3]}, {"name": "b", "color": [4, 9, 6]},
            {"name": "c", "color": [7, 8, 9]}]}}})");
}

/// A small experiment on such a folder.
QJsonObject folderSpec(const QString& path, int steps = 12) {
    QJsonObject spec = with(tinySpec(), "data.dataset",
                            QJsonObject{{"id", "folder"}, {"options", QJsonObject{{"path", path}}}});
    spec = with(spec, "tasks", QJsonArray{QJsonObject{{"id", "segmentation"}}});
    return with(spec, "train.steps", steps);
}

QString folderOf(const QJsonObject& shown) {
    return shown["spec"]["data"]["dataset"]["options"]["path"].toString();
}

/// In another folder than the test's.
QStringList in(const QString& folder) {
    return {"env", "-C", folder};
}

} // namespace

// Runs that go on: from where they were, with what they need, as far as they are to go.

class CliResumeTest : public QObject {
    Q_OBJECT

    /// Trains until Ctrl-C behind some steps; the run's id.
    static QString paused(const cli::Workplace& place, const QStringList& words,
                          const QStringList& wrapper = {}) {
        cli::Training training(place.inStore(words), wrapper);
        const QString run = training.waitForEvent("created")["run"].toString();
        training.waitForStep(4);
        training.signal(SIGINT);
        if (training.wait().code != 130)
            qFatal("the training was not interrupted");
        return run;
    }

private Q_SLOTS:
    void foldersAreKeptAbsolute() {
        cli::Workplace place;
        const QString data = place.path("specs/ds");
        makeDataset(data);
        QVERIFY(QDir().mkpath(place.path("elsewhere")));
        const auto trained = [&](const QStringList& words, const QStringList& wrapper) {
            const auto outcome =
                cli::run(place.inStore(QStringList{"train"} + words + QStringList{"--json"}), wrapper);
            if (outcome.code != 0)
                qFatal("%s", qPrintable(outcome.text()));
            return folderOf(place.shown(outcome.last()["run"].toString()));
        };
        // In a file: from the file, wherever the program is started.
        const QString beside = place.write("specs/beside.json", folderSpec("ds/"));
        QCOMPARE(trained({beside}, in(place.path("elsewhere"))), data);
        QCOMPARE(trained({"../specs/beside.json"}, in(place.path("elsewhere"))), data);
        // On the command line: from where that is given.
        const QString other = place.write("other.json", folderSpec("nowhere"));
        QCOMPARE(trained({other, "--data", "specs/ds"}, in(place.path())), data);
        QCOMPARE(trained({other, "--set", "data.dataset.options.path=./ds"},
                         in(place.path("specs"))),
                 data);
        // At home.
        const QString home = place.write("home.json", folderSpec("~/specs/ds"));
        const QStringList atHome{"env", "HOME=" + place.path()};
        QCOMPARE(trained({home}, atHome), data);
        QCOMPARE(trained({other, "--data", "~/specs/ds"}, atHome), data);
        // A link stays one.
        QVERIFY(QFile::link(data, place.path("link")));
        QCOMPARE(trained({other, "--data", "link"}, in(place.path())), place.path("link"));
    }

    void aRunGoesOnFromAnotherFolder() {
        cli::Workplace place;
        makeDataset(place.path("ds"));
        const QString spec = place.write("spec.json", folderSpec("nowhere", 60));
        const QString run = paused(place, {"train", spec, "--data", "ds"}, in(place.path()));
        const cli::Outcome resumed =
            cli::run(place.inStore({"resume", run, "--json"}), in(QDir::rootPath()));
        QVERIFY2(resumed.code == 0, qPrintable(resumed.text()));
        QCOMPARE(place.state(), QString("finished"));
    }

    void aRunThatWasCutIsListedSo() {
        cli::Workplace place;
        const QString run = place.train(with(tinySpec(), "train.stop_after", "3 steps"));
        QVERIFY(place.run({"runs"}).out.contains("cut at step 3 of 12"));
        QVERIFY(place.run({"show", run}).out.contains("cut at step 3 of 12"));
        QVERIFY(place.run({"resume", run, "--until", "end"}).out.contains("finished at step 12"));
        QVERIFY(!place.run({"runs"}).out.contains("cut at"));
    }

    void aNameOfSeveralRunsTakesTheNewestAndSaysSo() {
        cli::Workplace place;
        const QString first = place.train(with(tinySpec(), "train.steps", 2));
        const QString second = place.train(with(tinySpec(), "train.steps", 3));
        const QString name = tinySpec()["name"].toString();
        const cli::Outcome shown = place.run({"show", name});
        QVERIFY(shown.out.contains(second.toUtf8()));
        const QString said = "2 runs have this name; the newest, " + second + ", is taken";
        QVERIFY2(shown.text().contains(said), qPrintable(shown.text()));
        QVERIFY(!place.run({"show", first}).err.contains("have this name"));
        QVERIFY(place.run({"table", name}).err.contains(second.toUtf8()));
    }

    /// The run of tests/fixtures/store-old-keys was begun when network.contraction, contraction_order
    /// and the option regularizer had other names; a change of its plan at step 8 has the old one too.
    void aRunWithOldKeysGoesOn() {
        cli::Workplace place;
        const QString fixture = QString(CONCERTINA_SOURCE_DIR) + "/tests/fixtures/store-old-keys";
        std::filesystem::copy(fixture.toStdString(), place.store().toStdString(),
                              std::filesystem::copy_options::recursive);
        const QJsonObject shown = place.shown();
        const QJsonObject network = shown["spec"]["network"].toObject();
        QCOMPARE(network["contraction"].toString(), QString("run"));
        QCOMPARE(network["contraction_order"], QJsonValue(QJsonArray{"enc1.1: U·M | V"}));
        const QJsonObject kernel = network["kernels"].toArray().first().toObject();
        QCOMPARE(kernel["options"].toObject()["regularizer"].toDouble(), 0.01);
        QVERIFY(!network.contains("bracketing") && !network.contains("brackets"));

        const cli::Outcome resumed = place.run({"resume", "before", "--until", "end", "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.text()));
        QCOMPARE(place.state(), QString("finished"));
        QCOMPARE(place.shown()["step"].toInt(), 12);
        QCOMPARE(place.run({"verify", "before"}).code, 0);
    }

    /// The methods of the chain in tests/fixtures/store-chained were texts, also in the kernel of a
    /// change at step 8; it was cut at step 6 of 12.
    void aRunWhoseChainWasWrittenAsTextsGoesOn() {
        cli::Workplace place;
        const QString fixture = QString(CONCERTINA_SOURCE_DIR) + "/tests/fixtures/store-chained";
        std::filesystem::copy(fixture.toStdString(), place.store().toStdString(),
                              std::filesystem::copy_options::recursive);
        const QJsonObject network = place.shown()["spec"].toObject()["network"].toObject();
        const QJsonObject kernel = network["kernels"].toArray().at(0).toObject();
        const QJsonArray links = kernel["options"].toObject()["links"].toArray();
        QCOMPARE(links.size(), 3);
        QCOMPARE(links[0].toObject(),
                 (QJsonObject{{"id", "expand"},
                              {"options", QJsonObject{{"expansion", 2}, {"start", "random"}}}}));
        QCOMPARE(links[2].toObject()["options"].toObject()["regularizer"].toDouble(), 0.01);
        const cli::Outcome resumed = place.run({"resume", "chained", "--until", "end", "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.text()));
        QCOMPARE(place.shown()["step"].toInt(), 12);
        QCOMPARE(place.run({"verify", "chained"}).code, 0);
    }

    void aRunThatLacksSomethingStaysAsItWas_data() {
        QTest::addColumn<QString>("lacking");
        QTest::addColumn<QString>("code");
        QTest::newRow("its data") << "ds" << "dataset.";
        QTest::newRow("a part of its data") << "ds/train/label" << "dataset.";
        QTest::newRow("its checkpoint") << "checkpoints" << "file.";
    }

    void aRunThatLacksSomethingStaysAsItWas() {
        QFETCH(QString, lacking);
        QFETCH(QString, code);
        cli::Workplace place;
        makeDataset(place.path("ds"));
        const QString run = paused(
            place, {"train", place.write("spec.json", folderSpec(place.path("ds"), 60))});
        const QJsonObject before = place.shown(run);
        const QString away = lacking == "checkpoints"
                                 ? place.store() + "/runs/" + run + "/checkpoints"
                                 : place.path(lacking);
        QVERIFY(QFile::rename(away, place.path("away")));
        const cli::Outcome refused = place.run({"resume", run, "--json"});
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.last()["code"].toString().startsWith(code), qPrintable(refused.text()));
        // Nothing of it has changed: state, step, curves, events.
        QCOMPARE(place.shown(run), before);
        QVERIFY(QFile::rename(place.path("away"), away));
        const cli::Outcome resumed = place.run({"resume", run, "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.text()));
    }

    void aRunThatWasCutGoesOnToItsPlanAsIfItHadNotBeen() {
        cli::Workplace place;
        const QString whole = place.train(tinySpec());
        const QString cut = place.train(tinySpec(), {"--set", "train.stop_after=5 steps"});
        QCOMPARE(place.shown(cut)["step"].toInt(), 5);
        // Not by itself, and not to where it is.
        const cli::Outcome plain = place.run({"resume", cut, "--json"});
        QCOMPARE(plain.last()["code"].toString(), QString("run.finished"));
        QVERIFY2(plain.err.contains("step 5 of 12") && plain.err.contains("--until end"),
                 qPrintable(plain.text()));
        for (const char* past : {"5", "3 steps", "0.000001 s"})
            QCOMPARE(place.run({"resume", cut, "--until", past, "--json"}).last()["code"].toString(),
                     QString("resume.until"));
        const cli::Outcome wrong = place.run({"resume", cut, "--until", "soon", "--json"});
        QCOMPARE(wrong.code, 2);
        QCOMPARE(place.shown(cut)["state"].toString(), QString("finished"));
        // Some steps further, then to the end.
        QCOMPARE(place.run({"resume", cut, "--until", "8"}).code, 0);
        QCOMPARE(place.shown(cut)["step"].toInt(), 8);
        const cli::Outcome end = place.run({"resume", cut, "--until", "end", "--json"});
        QVERIFY2(end.code == 0, qPrintable(end.text()));
        const QJsonObject shown = place.shown(cut);
        QCOMPARE(shown["step"].toInt(), 12);
        QCOMPARE(shown["spec"]["train"]["stop_after"].toString(), QString());
        const auto lossOf = [&](const QString& run) {
            for (const QJsonValue& series : place.shown(run)["series"].toArray())
                if (series["name"].toString() == "loss" && series["task"].toString().isEmpty())
                    return series["last"].toDouble();
            return -1.0;
        };
        QVERIFY(lossOf(cut) > 0);
        QCOMPARE(lossOf(cut), lossOf(whole)); // to the bit
        QCOMPARE(place.run({"resume", cut, "--until", "end", "--json"}).last()["code"].toString(),
                 QString("run.finished"));
    }

    void signalsOfOneCauseAreOne() {
        cli::Workplace place;
        // No validation comes between, whose checkpoint would stand for the pause's.
        const QString spec = place.write(
            "spec.json", with(with(tinySpec(), "train.steps", 100000), "train.validate_every", 100000));
        cli::Training training(place.inStore({"train", spec}));
        QVERIFY(!training.waitForStep(3).isEmpty());
        // As `timeout` sends them: to the program, then to its group; a shell may add its own.
        for (const int number : {SIGTERM, SIGTERM, SIGHUP})
            training.signal(number);
        QCOMPARE(training.waitForEvent("checkpoint")["reason"].toString(), QString("pause"));
        QCOMPARE(training.wait().code, 130);
        QCOMPARE(place.state(), QString("paused"));
    }

    void anothersLockIsReportedAtOnceAndAnEndIsTaken() {
        cli::Workplace place;
        const QString spec = place.write(
            "spec.json", with(with(tinySpec(), "train.steps", 100000), "train.validate_every", 2));
        cli::Training training(place.inStore({"train", spec}));
        const QString run = training.waitForEvent("created")["run"].toString();
        QVERIFY(!training.waitForStep(3).isEmpty());
        {
            SQLite::Database other((place.store() + "/experiments.db").toStdString(),
                                   SQLite::OPEN_READWRITE, 5000);
            other.exec("BEGIN IMMEDIATE");
            const QJsonObject notice = training.waitFor([](const QJsonObject& object) {
                return object["event"] == "notice" && object["code"] == "store.locked";
            });
            QVERIFY(!notice.isEmpty());
            QVERIFY2(notice["text"].toString().contains("waits"),
                     qPrintable(notice["text"].toString()));
            training.signal(SIGTERM);
            // The pause's own, or that of a validation which was waiting to be recorded.
            QVERIFY(!training.waitForEvent("checkpoint").isEmpty());
            other.exec("ROLLBACK");
        }
        const cli::Outcome ended = training.wait();
        QVERIFY2(ended.code == 130, qPrintable(ended.text()));
        QCOMPARE(place.state(), QString("paused"));
        // What was trained while nothing could be written is there.
        const int step = place.shown(run)["step"].toInt();
        cli::Training resumed(place.inStore({"resume", run}));
        QCOMPARE(resumed.waitForEvent("started")["step"].toInt(), step);
    }
};

QTEST_GUILESS_MAIN(CliResumeTest)
#include "tst_cli_resume.moc"
