// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QJsonArray>
#include <QProcess>
#include <QTest>

#include <sys/stat.h>

#include <cmath>

using cli::with;

// What ships, made of several checkpoints and reported layer by layer, from the command line.

class CliCollapseTest : public QObject {
    Q_OBJECT

    cli::Workplace m_place;
    QString m_run; ///< with checkpoints at steps 2, 4, … 12

    static QJsonObject spec() { return with(cli::tinySpec(), "train.keep_checkpoints", 6); }

    QString file(const char* name) const { return m_place.path(name); }

private Q_SLOTS:
    void initTestCase() { m_run = m_place.train(spec()); }

    void theLastCheckpointsAreAveragedAndTheFileSaysSo() {
        const cli::Outcome made =
            m_place.run({"collapse", m_run, "--out", file("mean.safetensors"), "--average", "3",
                         "--norm-batches", "2", "--json"});
        QVERIFY2(made.code == 0, qPrintable(made.text()));
        const QJsonObject origin = made.last()["made_from"].toObject();
        QCOMPARE(origin["checkpoint_steps"].toArray(), (QJsonArray{8, 10, 12}));
        QCOMPARE(origin["norm_batches"].toInt(), 2);
        // Compared with what it says that it is, not with the last checkpoint.
        const cli::Outcome verified =
            m_place.run({"verify", m_run, "--collapsed", file("mean.safetensors"), "--json"});
        QVERIFY2(verified.code == 0, qPrintable(verified.text()));
        const cli::Outcome now = m_place.run(
            {"verify", m_run, "--average", "3", "--norm-batches", "2", "--json"});
        QVERIFY2(now.code == 0, qPrintable(now.text()));
        QVERIFY(now.last()["max_abs_diff_float64"].toDouble() <= 1e-10);
    }

    void aLinkIsWrittenThrough() {
        const QString real = m_place.write("real.safetensors", QByteArray("before"));
        QVERIFY(QFile::link(real, file("link.safetensors")));
        const cli::Outcome made =
            m_place.run({"collapse", m_run, "--out", file("link.safetensors")});
        QVERIFY2(made.code == 0, qPrintable(made.text()));
        QVERIFY(QFileInfo(file("link.safetensors")).isSymLink());
        QVERIFY(QFileInfo(real).size() > 1000);
    }

    void exportWritesWhatCollapseWrites() {
        QVERIFY(cli::run({"list", "exports"}).out.contains("safetensors: "));
        const cli::Outcome written =
            m_place.run({"export", m_run, "--format", "safetensors", "--out",
                         file("export.safetensors"), "--average", "2", "--json"});
        QVERIFY2(written.code == 0, qPrintable(written.text()));
        const QJsonObject event = written.events("exported").first();
        QCOMPARE(event["format"].toString(), QString("safetensors"));
        QCOMPARE(event["files"].toArray(), QJsonArray{file("export.safetensors")});
        QCOMPARE(event["bytes"].toInteger(), QFileInfo(file("export.safetensors")).size());
        QCOMPARE(event["made_from"].toObject()["checkpoint_steps"].toArray(), (QJsonArray{10, 12}));
        const cli::Outcome collapsed = m_place.run(
            {"collapse", m_run, "--out", file("collapse.safetensors"), "--average", "2", "--json"});
        QCOMPARE(collapsed.last()["sha256"], event["sha256"]);
        QVERIFY(cli::fileBytes(file("collapse.safetensors"))
                == cli::fileBytes(file("export.safetensors")));
        // For people, and in the usual format: what was written, a line each, and who tried it.
        const QByteArray said = m_place.run({"export", m_run, "--out", file("usual.safetensors")}).out;
        QVERIFY2(said.startsWith(file("usual.safetensors").toUtf8() + '\n'), said.constData());
        QVERIFY2(said.contains("erified"), said.constData());
    }

    void whatCannotBeExportedIsRefusedBeforeTheWork() {
        const auto tried = [this](const QStringList& words) {
            return m_place.run(QStringList{"export", m_run, "--json"} + words);
        };
        const cli::Outcome option = tried({"--out", file("no.safetensors"), "--option", "level=3"});
        QCOMPARE(option.code, 1);
        QCOMPARE(option.last()["code"].toString(), QString("method.unknown_option"));
        QCOMPARE(option.last()["path"].toString(), QString("export.options.level"));
        QCOMPARE(tried({"--out", m_place.path()}).last()["code"].toString(),
                 QString("file.folder"));
        QCOMPARE(tried({"--out", file("no.safetensors"), "--option", "level"}).code, 2);
        QCOMPARE(tried({"--out", file("no.safetensors"), "--format", "gif"}).code, 2);
        QCOMPARE(tried({}).code, 2);
        QVERIFY(!QFileInfo::exists(file("no.safetensors")));
    }

    void whatIsNoFileStaysAndIsReported() {
        QVERIFY(::mkfifo(file("pipe").toUtf8().constData(), 0600) == 0);
        for (const QString& out : {file("pipe"), m_place.path(), QString("/dev/null")}) {
            const cli::Outcome made = m_place.run({"collapse", m_run, "--out", out, "--json"});
            QVERIFY2(made.code == 1, qPrintable(made.text()));
            QVERIFY2(made.events("problem").first()["code"].toString().startsWith("file."),
                     qPrintable(made.text()));
        }
        struct stat status{};
        QVERIFY(::stat(file("pipe").toUtf8().constData(), &status) == 0 && S_ISFIFO(status.st_mode));
        QVERIFY(::stat("/dev/null", &status) == 0 && S_ISCHR(status.st_mode));
    }

    void anExportedFilePredictsForAFolderInPlaceOfTheRun() {
        QCOMPARE(
            m_place
                .run({"export", m_run, "--format", "safetensors", "--out", file("own.safetensors")})
                .code,
            0);
        QVERIFY(QDir().mkpath(file("album")));
        QVERIFY(QFile::copy(CONCERTINA_SOURCE_DIR "/resources/examples/room.jpg",
                            file("album/room.jpg")));
        m_place.write("album/broken.png", QByteArray("no picture"));
        m_place.write("album/notes.txt", QByteArray("neither"));
        const cli::Outcome ours = m_place.run({"predict", file("own.safetensors"), file("album"),
                                               "--out", file("by-file"), "--json"});
        QVERIFY2(ours.code == 1, qPrintable(ours.text())); // one could not be read
        const QJsonObject predicted = ours.events("predicted").first();
        QCOMPARE(predicted["network"].toString(), file("own.safetensors"));
        QCOMPARE(predicted["passed_over"].toArray(), (QJsonArray{file("album/notes.txt")}));
        QCOMPARE(ours.events("problem").size(), 1);
        QCOMPARE(ours.events("problem").first()["path"].toString(), file("album/broken.png"));
        const QString picture = file("album/room.jpg");
        QCOMPARE(
            m_place.run({"predict", m_run, picture, "--out", file("by-run"), "--collapsed"}).code,
            0);
        const QStringList files = QDir(file("by-run")).entryList(QDir::Files);
        QVERIFY(!files.isEmpty());
        QCOMPARE(QDir(file("by-file")).entryList(QDir::Files), files);
        for (const QString& name : files)
            QVERIFY2(cli::fileBytes(file("by-file") + "/" + name)
                         == cli::fileBytes(file("by-run") + "/" + name),
                     qPrintable(name));
    }

    void aFolderThatCantBeMadeIsReportedBeforeTheWork() {
        const QString taken = m_place.write("taken", QByteArray("a file"));
        const QString picture = m_place.write("picture.png", QByteArray("no picture"));
        const cli::Outcome predicted =
            m_place.run({"predict", m_run, picture, "--out", taken, "--json"});
        QCOMPARE(predicted.code, 1);
        QCOMPARE(predicted.last()["code"].toString(), QString("folder.file"));
        cli::Workplace other;
        const cli::Outcome trained = other.run(
            {"train", other.write("spec.json", spec()), "--report", taken + "/below", "--json"});
        QCOMPARE(trained.code, 1);
        QCOMPARE(trained.last()["code"].toString(), QString("folder.write"));
        QVERIFY(trained.events("created").isEmpty());
        QCOMPARE(cli::fileBytes(taken), QByteArray("a file"));
    }

    void theTextSaysWhatWasAveraged() {
        const QByteArray text = m_place.run({"collapse", m_run, "--out", file("two.safetensors"),
                                             "--average", "2", "--norm-batches", "1"})
                                    .out;
        QVERIFY2(text.contains("The mean of 2 checkpoints, of steps 10 and 12"), text);
        QVERIFY2(text.contains("over 1 training batch"), text);
    }

    void layersAreReported() {
        const cli::Outcome outcome = m_place.run({"verify", m_run, "--layers"});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QVERIFY2(outcome.out.contains("They differ most in "), outcome.out);
        const QJsonObject json = m_place.run({"verify", m_run, "--layers", "--json"}).last();
        const QJsonArray layers = json["layers"].toArray();
        QCOMPARE(layers.size(), 4 + 6);
        QCOMPARE(layers[0].toObject()["layer"].toString(), QString("enc1.1"));
        QVERIFY(layers.contains(json["worst_layer"]));
    }

    void classesHaveTheirOwnFigures() {
        const cli::Outcome outcome = m_place.run({"classes", m_run});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QVERIFY2(outcome.out.contains("IoU"), outcome.out);
        const QJsonObject json = m_place.run({"classes", m_run, "--json"}).last();
        QCOMPARE(json["task"].toString(), QString("segmentation"));
        // The run's own mIoU is their mean over those with pixels, but for rounding of collapsing.
        double sum = 0, count = 0;
        for (const QJsonValue& item : json["classes"].toArray())
            if (!item["iou"].isNull()) {
                sum += item["iou"].toDouble();
                ++count;
            }
        QVERIFY(count > 1);
        const QJsonObject run = m_place.run({"runs", "--json"}).last();
        QCOMPARE(run["run"].toString(), m_run);
        const double miou = run["metrics"]["segmentation/miou"].toDouble();
        QVERIFY2(std::abs(sum / count - miou) < 2e-3,
                 qPrintable(QString("%1 %2").arg(sum / count).arg(miou)));
    }

    void anExportedFileStandsForItsRun() {
        const QString picture = QString(CONCERTINA_SOURCE_DIR) + "/resources/examples/room.jpg";
        const QString network = file("small.safetensors");
        QCOMPARE(
            m_place.run({"export", m_run, "--option", "weights=bfloat16", "--out", network}).code,
            0);
        const cli::Outcome predicted =
            m_place.run({"predict", network, picture, "--out", file("by file"), "--json"});
        QVERIFY2(predicted.code == 0, qPrintable(predicted.text()));
        QCOMPARE(predicted.last()["network"].toString(), network);
        QVERIFY(QFile::exists(file("by file/room.depth-mm.png")));
        const cli::Outcome timed =
            m_place.run({"time", network, "--batch", "1", "--repeats", "2", "--json"});
        QVERIFY2(timed.code == 0, qPrintable(timed.text()));
        const QJsonArray rows = timed.last()["rows"].toArray();
        QVERIFY(rows.size() >= 4);
        QVERIFY(rows.first()["median_ms"].toDouble() > 0);
        // A picture among others that can't be read is said at the end.
        const cli::Outcome some = m_place.run(
            {"predict", network, picture, file("missing.png"), "--out", file("some"), "--json"});
        QCOMPARE(some.code, 1);
        QVERIFY(QFile::exists(file("some/room.depth-mm.png")));
        QVERIFY(some.text().contains("missing.png"));
    }

    void weightsOfEachTypeAreMeasured() {
        const cli::Outcome outcome = m_place.run({"precisions", m_run, "--layers", "--option",
                                                  "images=4", "--option", "float_layers=1"});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QVERIFY2(outcome.out.contains("bfloat16") && outcome.out.contains("enc1.1"), outcome.out);
        const QJsonObject json =
            m_place.run({"precisions", m_run, "--option", "images=4", "--json"}).last();
        QCOMPARE(json["event"].toString(), QString("precisions"));
        const QJsonArray types = json["precisions"].toArray();
        QVERIFY(types.size() == 4 || types.size() == 5);
        QCOMPARE(types[3]["weights"].toString(), QString("int8"));
        if (types.size() == 5) { // a build with ONNX Runtime, which rounds to the same levels
            QVERIFY(types[4]["weights"].toString().startsWith(QString("int8, ONNX Runtime ")));
            const auto depthOf = [&](int i) {
                return types[i]["metrics"]["depth/abs_err"].toDouble();
            };
            QVERIFY(std::abs(depthOf(4) / depthOf(3) - 1) < 0.02);
        }
        QVERIFY(types[3]["bytes"].toDouble() < types[0]["bytes"].toDouble() / 2);
        QCOMPARE(json["layers"].toArray().size(), 0);
        // float32 is what training measured, but for rounding of collapsing.
        const QJsonObject run = m_place.run({"runs", "--json"}).last();
        const double miou = run["metrics"]["segmentation/miou"].toDouble();
        QVERIFY(std::abs(types[0]["metrics"]["segmentation/miou"].toDouble() - miou) < 2e-3);

        const cli::Outcome wrong = m_place.run({"precisions", m_run, "--option", "images=0"});
        QCOMPARE(wrong.code, 1);
        QVERIFY2(wrong.err.contains("images"), wrong.err);
        const cli::Outcome unknown = m_place.run({"precisions", m_run, "--option", "image=4"});
        QCOMPARE(unknown.code, 1);
    }

    void int8IsExportedByWhatTheRunWasTrainedOn() {
        const cli::Outcome written =
            m_place.run({"export", m_run, "--format", "onnx", "--option", "weights=int8",
                         "--option", "images=2", "--out", file("eight.onnx"), "--json"});
        QVERIFY2(written.code == 0, qPrintable(written.text()));
        QVERIFY(QFileInfo(file("eight.onnx")).size() > 1000);
        const cli::Outcome kept =
            m_place.run({"export", m_run, "--format", "onnx", "--option", "weights=int8",
                         "--option", "keep_float=*", "--out", file("nothing.onnx")});
        QCOMPARE(kept.code, 1);
        QVERIFY(!QFileInfo::exists(file("nothing.onnx")));
    }

    void aPictureIsAnsweredWithoutConcertina() {
        const QString python = "/usr/bin/python3", root = CONCERTINA_SOURCE_DIR;
        QProcess probe;
        probe.start(python, {"-c", "import torch, PIL"});
        if (!probe.waitForFinished(60000) || probe.exitCode() != 0)
            QSKIP("Debian's python3-torch or python3-pil is not here.");
        const QString picture = root + "/resources/examples/room.jpg";
        QCOMPARE(m_place.run({"collapse", m_run, "--out", file("ship.safetensors")}).code, 0);
        QCOMPARE(m_place.run({"predict", m_run, picture, "--out", file("ours"), "--collapsed"}).code, 0);
        QProcess script;
        script.start(python, {root + "/resources/exports/run_collapsed.py",
                              file("ship.safetensors"), picture, "--out", file("theirs")});
        QVERIFY(script.waitForFinished(120000));
        QVERIFY2(script.exitCode() == 0, script.readAllStandardError().constData());
        // The same but where rounding chooses: a class, the last digit, a window's greatest.
        const std::vector<std::pair<const char*, int>> kinds{
            {"segmentation-index", 0}, {"depth-mm", 1}, {"normal", 257}}; // one of 8 bits
        for (const auto& [name, step] : kinds) {
            const QString ending = QString("/room.%1.png").arg(name);
            const QImage ours(file("ours") + ending), theirs(file("theirs") + ending);
            QCOMPARE(ours.size(), QSize(32, 32));
            QCOMPARE(theirs.size(), ours.size());
            int apart = 0;
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x) {
                    const QRgba64 a = ours.pixelColor(x, y).rgba64();
                    const QRgba64 b = theirs.pixelColor(x, y).rgba64();
                    apart += std::abs(a.red() - b.red()) > step || std::abs(a.green() - b.green()) > step
                                     || std::abs(a.blue() - b.blue()) > step
                                 ? 1
                                 : 0;
                }
            QVERIFY2(apart <= 32 * 32 / 50, qPrintable(QString("%1: %2").arg(name).arg(apart)));
        }
    }

    void moreThanThereAreIsReported() {
        const cli::Outcome made =
            m_place.run({"collapse", m_run, "--out", file("x.safetensors"), "--average", "7"});
        QCOMPARE(made.code, 1);
        QVERIFY2(made.err.contains("found 6 checkpoints, expected 7 to average"), made.err);
        QVERIFY2(made.err.contains("train.keep_checkpoints (6 here)"), made.err);
        QVERIFY(!QFile::exists(file("x.safetensors")));
    }

    void checkpointsBeforeAChangeOfTheSharingAreReported() {
        cli::Workplace place;
        QJsonObject changed = spec();
        changed = with(changed, "network.plan_changes", QJsonArray{"8: dec1.1: separate"});
        const QString run = place.train(changed);
        const QStringList collapse{"collapse", run, "--out", place.path("x.safetensors")};
        const cli::Outcome many = place.run(collapse + QStringList{"--average", "4"});
        QCOMPARE(many.code, 1);
        // The checkpoint of step 8 is older than the change of that step.
        QVERIFY2(many.err.contains("step 8, in dec1.1"), many.err);
        QVERIFY2(many.err.contains("average at most 2"), many.err);
        const cli::Outcome two = place.run(collapse + QStringList{"--average", "2"});
        QVERIFY2(two.code == 0, qPrintable(two.text()));
    }

    void aFileOfACheckpointThatIsGoneIsReported() {
        cli::Workplace other;
        const QString run = other.train(with(spec(), "train.steps", 7));
        const QString foreign = other.path("x.safetensors");
        QCOMPARE(other.run({"collapse", run, "--out", foreign}).code, 0);
        const cli::Outcome verified = m_place.run({"verify", m_run, "--collapsed", foreign});
        QCOMPARE(verified.code, 1);
        QVERIFY2(verified.err.contains("no checkpoint of step 7"), verified.err);
    }
};

QTEST_GUILESS_MAIN(CliCollapseTest)
#include "tst_cli_collapse.moc"
