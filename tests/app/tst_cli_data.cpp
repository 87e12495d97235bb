// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_folder.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <array>
#include <csignal>

using cli::Folder;
using cli::side;

// Datasets of files, as one has them who trains from the command line.

namespace {

/// Trains until Ctrl-C; the run's id.
QString paused(const cli::Workplace& place, const Folder& folder) {
    const QString spec = place.write("spec.json", folder.spec(400));
    cli::Training training(place.inStore({"train", spec}));
    const QString run = training.waitForEvent("created")["run"].toString();
    training.waitForStep(3);
    training.signal(SIGINT);
    if (const cli::Outcome ended = training.wait(); ended.code != 130)
        qFatal("%s", qPrintable(ended.text()));
    return run;
}

/// What a resume reports of other contents.
QStringList resumed(const cli::Workplace& place, const QString& run, const QStringList& more = {}) {
    cli::Training training(place.inStore(QStringList{"resume", run} + more));
    training.waitForEvent("step");
    training.signal(SIGINT);
    const cli::Outcome ended = training.wait();
    if (ended.code != 130)
        qFatal("%s", qPrintable(ended.text()));
    QStringList texts;
    for (const QJsonObject& notice : ended.notices("resume.dataset"))
        texts << notice["text"].toString();
    return texts;
}

/// An hour later, so that nothing hangs on how finely a disk keeps times.
void touch(const QString& file) {
    QFile changed(file);
    if (!changed.open(QIODevice::ReadWrite)
        || !changed.setFileTime(QDateTime::currentDateTime().addSecs(3600),
                                QFileDevice::FileModificationTime))
        qFatal("%s: %s", qPrintable(file), qPrintable(changed.errorString()));
}

} // namespace

class CliDataTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFolderWithoutItsFileGetsOneThatIsRight() {
        const cli::Workplace place;
        const Folder folder(place);
        const QString known = folder.path("dataset.json");
        const cli::Outcome there = cli::run({"data", "guess", folder.path(), "--json"});
        QCOMPARE(there.code, 1);
        QCOMPARE(there.last()["code"].toString(), QString("guess.known"));
        QVERIFY(QFile::remove(known));
        // What is no dataset says what could make one of it.
        const cli::Outcome unknown = cli::run({"data", "check", folder.path()});
        QVERIFY2(unknown.err.contains("data guess"), unknown.err);
        const cli::Outcome proposed = cli::run({"data", "guess", folder.path()});
        QVERIFY2(proposed.code == 0, qPrintable(proposed.text()));
        QVERIFY(!QFile::exists(known));
        const cli::Outcome written =
            cli::run({"data", "guess", folder.path(), "--write", "--json"});
        QVERIFY2(written.code == 0, qPrintable(written.text()));
        // For people it is the file, to the letter.
        QCOMPARE(cli::fileBytes(known), proposed.out);
        const QJsonObject layout = written.events("guess").first()["layout"].toObject();
        QCOMPARE(
            layout["targets"].toObject()["segmentation"].toObject()["classes"].toArray().size(), 3);
        const cli::Outcome checked = cli::run({"data", "check", folder.path(), "--json"});
        QVERIFY2(checked.code == 0, qPrintable(checked.text()));
        QCOMPARE(checked.last()["problems"].toInt(), 0);
    }

    void aCheckOfWhatIsRightSaysSo() {
        const cli::Workplace place;
        const Folder folder(place);
        const cli::Outcome checked = cli::run({"data", "check", folder.path(), "--json"});
        QVERIFY2(checked.code == 0, qPrintable(checked.text()));
        const auto splits = checked.events("split");
        QCOMPARE(splits.size(), 2);
        QCOMPARE(splits[0]["samples"].toInt(), 4);
        const QJsonObject target = splits[0]["targets"].toObject()["segmentation"].toObject();
        QCOMPARE(target["samples"].toInt(), 4);
        QCOMPARE(target["known"].toInt(), 4 * side * side);
        QCOMPARE(checked.last()["problems"].toInt(), 0);
        const cli::Outcome printed = cli::run({"data", "check", folder.path()});
        QVERIFY2(printed.code == 0 && printed.out.contains("0 problems"),
                 qPrintable(printed.text()));
    }

    void aCheckNamesEachFileThatIsWrongOrUnused() {
        const cli::Workplace place;
        const Folder folder(place);
        folder.write("train/image/1.png", "no picture");
        folder.write("val/label/0.png", Folder::label(0).left(300));
        folder.write("train/image/cat.jpeg", "x");
        folder.write("train/image/.DS_Store", "x");
        QVERIFY(QFile::rename(folder.path("train/label/2.png"), folder.path("train/label/2.PNG")));
        const cli::Outcome checked = cli::run({"data", "check", folder.path(), "--json"});
        QVERIFY2(checked.code == 1, qPrintable(checked.text()));
        QStringList wrong;
        for (const QJsonObject& problem : checked.events("problem"))
            wrong << problem["path"].toString();
        QCOMPARE(wrong, (QStringList{folder.path("train/image/1.png"),
                                     folder.path("val/label/0.png")}));
        const auto unused = checked.events("unused");
        QCOMPARE(unused.size(), 1);
        QCOMPARE(unused[0]["file"].toString(), QString("train/image/cat.jpeg"));
        const QJsonObject labels = checked.events("split")[0]["targets"].toObject()["segmentation"].toObject();
        QCOMPARE(labels["samples"].toInt(), 4);
        const cli::Outcome printed = cli::run({"data", "check", folder.path()});
        QVERIFY2(printed.code == 1 && printed.out.contains("train/image/cat.jpeg")
                     && printed.err.contains("train/image/1.png"),
                 qPrintable(printed.text()));
    }

    void aCheckReportsWhatIsWrongWithTheJsonByItsLine() {
        const cli::Workplace place;
        const Folder folder(place);
        folder.write("dataset.json", "{\n// mine\n}");
        const cli::Outcome checked = cli::run({"data", "check", folder.path(), "--json"});
        QCOMPARE(checked.code, 1);
        QVERIFY(checked.events("problem")[0]["found"].toString().contains("line 2"));
        QCOMPARE(cli::run({"data", "check", folder.path("nowhere")}).code, 1);
        QCOMPARE(cli::run({"data", "check"}).code, 2);
    }

    /// Against the labels that the test wrote.
    void classesAreCounted() {
        const cli::Workplace place;
        const Folder folder(place);
        std::array<int, 3> pixels{}, samples{};
        for (int seed = 0; seed < 4; ++seed) {
            std::array<int, 3> own{};
            for (int i = 0; i < side * side; ++i)
                ++own[static_cast<std::size_t>((i / side + seed) / 9 % 3)];
            for (std::size_t c = 0; c < 3; ++c) {
                pixels[c] += own[c];
                samples[c] += own[c] > 0 ? 1 : 0;
            }
        }
        const cli::Outcome counted =
            cli::run({"data", "classes", folder.path(), "--split", "train", "--json"});
        QVERIFY2(counted.code == 0, qPrintable(counted.text()));
        QCOMPARE(counted.events("classes").size(), 1);
        const QJsonArray classes =
            counted.last()["targets"].toArray()[0].toObject()["classes"].toArray();
        QCOMPARE(classes.size(), 3);
        for (int c = 0; c < 3; ++c) {
            const QJsonObject one = classes[c].toObject();
            const auto at = static_cast<std::size_t>(c);
            QCOMPARE(one["share"].toDouble(), pixels[at] / (4.0 * side * side));
            QCOMPARE(one["samples"].toInt(), samples[at]);
        }
        const cli::Outcome printed = cli::run({"data", "classes", folder.path()});
        QVERIFY2(printed.code == 0 && printed.out.contains("val, segmentation: 2 of 2 samples"),
                 qPrintable(printed.text()));
        const cli::Outcome csv = cli::run({"data", "classes", folder.path(), "--format", "csv"});
        QVERIFY2(
            csv.out.startsWith("split,target,name,share or mean,samples\ntrain,segmentation,a,"),
            qPrintable(csv.text()));
        // Of a spec, the same; and of what can't be read, which.
        const QString spec = place.write("spec.json", folder.spec(2));
        QCOMPARE(cli::run({"data", "classes", spec}).out, printed.out);
        folder.write("train/label/1.png", "no picture");
        const cli::Outcome damaged = cli::run({"data", "classes", folder.path()});
        QVERIFY2(damaged.code == 1 && damaged.err.contains("train/label/1.png")
                     && damaged.out.contains("train, segmentation: 3 of 4 samples"),
                 qPrintable(damaged.text()));
        QCOMPARE(cli::run({"data", "classes", folder.path(), "--split", "tset"}).code, 1);
        QCOMPARE(cli::run({"data", "classes", folder.path("nowhere")}).code, 1);
        QCOMPARE(cli::run({"data", "classes"}).code, 2);
    }

    void trainingSaysWhatItHasAndWhatItLeavesOut() {
        const cli::Workplace place;
        const Folder folder(place);
        QFile::remove(folder.path("train/label/3.png"));
        folder.write("train/label/cat.png", "x");
        const QString spec = place.write("spec.json", folder.spec(2));
        const cli::Outcome trained = place.run({"train", spec});
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
        QVERIFY2(trained.out.contains("train 4 samples (segmentation 3), val 2 samples"),
                 qPrintable(trained.text()));
        QVERIFY2(trained.out.contains("1 file belongs to no sample: train/label/cat.png"),
                 qPrintable(trained.text()));
    }

    void aResumeOnOtherContentsSaysSo_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("reported");
        QTest::newRow("nothing") << "nothing" << "";
        QTest::newRow("times alone") << "touch" << "";
        QTest::newRow("the folder is elsewhere") << "moved" << "";
        QTest::newRow("a picture of the same size") << "picture" << "train/image/1.png";
        QTest::newRow("a label of the same size") << "label" << "train/label/0.png";
        QTest::newRow("a picture more") << "added" << "train/image/9.png";
        QTest::newRow("a class has another name") << "class" << "dataset.json";
    }

    void aResumeOnOtherContentsSaysSo() {
        QFETCH(QString, what);
        QFETCH(QString, reported);
        const cli::Workplace place;
        const Folder folder(place);
        const QString run = paused(place, folder);
        QStringList more;
        const auto replace = [&](const QString& file, const QByteArray& bytes) {
            QCOMPARE(bytes.size(), cli::fileBytes(folder.path(file)).size());
            folder.write(file, bytes);
            touch(folder.path(file));
        };
        if (what == "touch") {
            for (int i = 0; i < 4; ++i)
                touch(folder.path(QString("train/image/%1.png").arg(i)));
        } else if (what == "moved") {
            QVERIFY(QDir().rename(folder.path(), place.path("elsewhere")));
            more = {"--data", place.path("elsewhere")};
        } else if (what == "picture") {
            replace("train/image/1.png", Folder::picture(77));
        } else if (what == "label") {
            replace("train/label/0.png", Folder::label(5));
        } else if (what == "added") {
            folder.write("train/image/9.png", Folder::picture(9));
        } else if (what == "class") {
            QByteArray json = cli::fileBytes(folder.path("dataset.json"));
            replace("dataset.json", json.replace("\"b\"", "\"k\""));
        }
        const QStringList notices = resumed(place, run, more);
        QCOMPARE(notices.size(), reported.isEmpty() ? 0 : 1);
        if (!reported.isEmpty())
            QVERIFY2(notices[0].contains(reported), qPrintable(notices[0]));
        if (what == "picture")
            QCOMPARE(resumed(place, run), QStringList()); // reported once
    }
};

QTEST_GUILESS_MAIN(CliDataTest)
#include "tst_cli_data.moc"
