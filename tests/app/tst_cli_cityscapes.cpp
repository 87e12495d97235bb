// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"
#include "tests/core/reference_script.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace concertina::testing;

// Cityscapes from its folders to what ships, from the command line: a small one that another
// program wrote, 64 × 128.

class CliCityscapesTest : public QObject {
    Q_OBJECT

    cli::Workplace m_place;
    QString m_data;

    /// The preset's network and tasks, small enough for a test.
    QStringList small(const QString& preset, const QString& data) const {
        QStringList words{"train", preset, "--data", data, "--json"};
        for (const char* setting :
             {"data.height=32", "data.width=64", "network.backbone.options.channels=[4,8]",
              "network.backbone.options.convolutions=[1,1]", "train.epochs=0", "train.steps=12",
              "train.batch=2", "train.lr=0.01", "train.schedule=constant", "train.threads=1"})
            words << "--set" << setting;
        return words;
    }

private Q_SLOTS:
    void initTestCase() {
        if (const QString lacking = lackingPython("numpy, PIL"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        m_data = m_place.path("city");
        const QString wrong =
            runReference("write_cityscapes.py",
                         {m_data, m_place.path("expected"), "64", "128", m_place.path("mtan")});
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    }

    void aCheckCountsWhatThereIs() {
        const cli::Outcome checked = cli::run({"data", "check", m_data, "--json"});
        QVERIFY2(checked.code == 0, qPrintable(checked.text()));
        const auto splits = checked.events("split");
        QCOMPARE(splits.size(), 3);
        const QJsonObject targets = splits[0]["targets"].toObject();
        QCOMPARE(targets["segmentation"].toObject()["samples"].toInt(), 4);
        QCOMPARE(targets["depth"].toObject()["samples"].toInt(), 2);
        QCOMPARE(targets["inverse-depth"].toObject()["samples"].toInt(), 3);
        QCOMPARE(targets["inverse-depth"].toObject()["known"].toInt(), 3 * (64 * 128 - 1));
        QCOMPARE(checked.last()["problems"].toInt(), 0);
    }

    void aCheckNamesACameraThatIsBroken() {
        const QString camera = m_data + "/camera/val/frankfurt/frankfurt_000000_000294_camera.json";
        const QByteArray whole = cli::fileBytes(camera);
        m_place.write("city/camera/val/frankfurt/frankfurt_000000_000294_camera.json",
                      QByteArray(R"({"extrinsic": {"baseline": 0}})"));
        const cli::Outcome checked = cli::run({"data", "check", m_data, "--json"});
        m_place.write("city/camera/val/frankfurt/frankfurt_000000_000294_camera.json", whole);
        QCOMPARE(checked.code, 1);
        QCOMPARE(checked.events("problem").size(), 1);
        QCOMPARE(checked.events("problem")[0]["path"].toString(), camera + ": extrinsic.baseline");
    }

    void classesAreCountedByTheirNames() {
        const cli::Outcome counted =
            cli::run({"data", "classes", m_data, "--split", "train", "--json"});
        QVERIFY2(counted.code == 0, qPrintable(counted.text()));
        const QJsonArray targets = counted.last()["targets"].toArray();
        QCOMPARE(targets[0].toObject()["classes"].toArray().size(), 19);
        QCOMPARE(targets[0].toObject()["classes"].toArray()[18].toObject()["name"].toString(),
                 QString("bicycle"));
        const auto of = [&](const QString& name) {
            for (const auto& target : targets)
                if (target.toObject()["name"].toString() == name)
                    return target.toObject()["classes"].toArray();
            return QJsonArray();
        };
        QCOMPARE(of("segmentation7").size(), 7);
        // Both are shares of the same pixels: road and sidewalk are what is flat.
        const auto share = [&](const QString& target, int index) {
            return of(target)[index].toObject()["share"].toDouble();
        };
        QVERIFY(std::abs(share("segmentation7", 0)
                         - (share("segmentation", 0) + share("segmentation", 1)))
                < 1e-12);
    }

    void thePresetTrainsAndItsCollapsedFormIsVerified_data() {
        QTest::addColumn<QString>("data");
        QTest::addColumn<QString>("preset");
        QTest::newRow("as it is downloaded") << "city"
                                             << "cityscapes-mtan";
        QTest::newRow("as MTAN has it") << "mtan"
                                        << "cityscapes-mtan";
        QTest::newRow("a network of its own") << "city"
                                              << "cityscapes-mtan-depth";
    }

    void thePresetTrainsAndItsCollapsedFormIsVerified() {
        QFETCH(QString, data);
        QFETCH(QString, preset);
        const cli::Outcome trained = m_place.run(small(preset, m_place.path(data)));
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
        const QString run = trained.events("created").first()["run"].toString();
        const cli::Outcome made =
            m_place.run({"collapse", run, "--out", m_place.path("c"), "--json"});
        QVERIFY2(made.code == 0, qPrintable(made.text()));
        const cli::Outcome verified = m_place.run({"verify", run, "--json"});
        QVERIFY2(verified.code == 0, qPrintable(verified.text()));
        QVERIFY(verified.last()["max_abs_diff_float64"].toDouble() <= 1e-10);
    }

    void depthInMetresIsLearntWhereThereIsOne() {
        QStringList words = small("cityscapes-mtan", m_data);
        words << "--set"
              << "tasks=segmentation,depth";
        const cli::Outcome trained = m_place.run(words);
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
        const cli::Outcome predicted =
            m_place.run({"predict", trained.events("created").first()["run"].toString(),
                         m_data + "/leftImg8bit/test/berlin/berlin_000000_000019_leftImg8bit.png",
                         "--out", m_place.path("out")});
        QVERIFY2(predicted.code == 0, qPrintable(predicted.text()));
        QVERIFY(QFile::exists(m_place.path("out/berlin_000000_000019_leftImg8bit.depth-mm.png")));
    }
};

QTEST_GUILESS_MAIN(CliCityscapesTest)
#include "tst_cli_cityscapes.moc"
