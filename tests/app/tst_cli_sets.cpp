// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_folder.h"

#include <QTest>

#include <csignal>

// Tasks of one network that learn from different data sets, from the command line.

namespace {

/// Segmentation of a first set, depth of another: both rooms.
QJsonObject twoSets() {
    QJsonObject spec = cli::tinySpec();
    QJsonObject data = spec["data"].toObject();
    data["name"] = "near";
    data["others"] = QJsonArray{
        QJsonObject{{"id", "rooms"},
                    {"name", "far"},
                    {"options", QJsonObject{{"seed", 9}, {"train_size", 4}, {"val_size", 2}}}}};
    spec["data"] = data;
    spec["tasks"] = QJsonArray{QJsonObject{{"id", "segmentation"}},
                               QJsonObject{{"id", "depth"}, {"data", QJsonArray{"far"}}}};
    return spec;
}

QJsonObject valuesOf(const QJsonObject& event) {
    return event["values"].toObject();
}

} // namespace

class CliSetsTest : public QObject {
    Q_OBJECT

    cli::Workplace m_place;

private Q_SLOTS:
    void eachSetsPassesStandInEverySteps() {
        const QString spec = m_place.write("two.json", twoSets());
        const cli::Outcome trained = m_place.run({"train", spec, "--json"});
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
        const auto steps = trained.events("step");
        QCOMPARE(steps.size(), 12); // batches of 4 of 8 and 4 samples: three an epoch
        for (const int epoch : {1, 2, 4}) {
            const QJsonObject values = valuesOf(steps[3 * epoch - 1]);
            QCOMPARE(values["epoch/near"].toDouble(), double(epoch));
            QCOMPARE(values["epoch/far"].toDouble(), double(epoch));
        }
        const QJsonObject last = valuesOf(trained.events("validation").last());
        QVERIFY(last["segmentation/loss"].isDouble() && last["depth/loss"].isDouble());
        // Pictures of a validation are of both.
        QCOMPARE(trained.events("started").first()["dataset"].toString(), QString("Rooms + Rooms"));
    }

    void aRunOfBothMixesResumes() {
        for (const char* mix : {"samples", "batches"}) {
            const QJsonObject spec =
                cli::with(cli::with(twoSets(), "data.mix", mix), "train.steps", 400);
            const cli::Workplace place;
            cli::Training training(place.inStore({"train", place.write("two.json", spec)}));
            const QString run = training.waitForEvent("created")["run"].toString();
            training.waitForStep(4);
            training.signal(SIGINT);
            QCOMPARE(training.wait().code, 130);
            cli::Training resumed(place.inStore({"resume", run}));
            QVERIFY(!resumed.waitForStep(9).isEmpty());
            resumed.signal(SIGINT);
            QCOMPARE(resumed.wait().code, 130);
        }
    }

    void dataOfEachSetIsGivenByItsName() {
        const cli::Folder mine(m_place, "mine"), yours(m_place, "yours");
        QJsonObject spec = twoSets();
        QJsonArray tasks = spec["tasks"].toArray();
        tasks[1] =
            QJsonObject{{"id", "segmentation"}, {"name", "second"}, {"data", QJsonArray{"far"}}};
        spec["tasks"] = tasks;
        const QString file = m_place.write("folders.json", spec);
        const cli::Outcome trained = m_place.run(
            {"train", file, "--data", mine.path(), "--data", "far=" + yours.path(), "--json"});
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
        const QJsonObject shown =
            m_place.shown(trained.events("created").first()["run"].toString());
        const QJsonObject data = shown["spec"].toObject()["data"].toObject();
        QCOMPARE(data["dataset"].toObject()["id"].toString(), QString("folder"));
        const QJsonObject other = data["others"].toArray()[0].toObject();
        QCOMPARE(other["name"].toString(), QString("far"));
        QVERIFY(other["options"].toObject()["path"].toString().endsWith("yours"));
        const cli::Outcome alone =
            cli::run({"spec", "check", file, "--data", "far=" + yours.path()});
        QCOMPARE(alone.code, 0);
    }

    void wrongNamesAndPlacesAreRefused_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("text");
        QTest::newRow("no such set") << QStringList{"--data", "fair=/tmp"} << "dataset.missing"
                                     << "near, far";
        QTest::newRow("no such place") << QStringList{"--data", "far=/no/such"} << "dataset.missing"
                                       << "/no/such";
        QTest::newRow("no data there") << QStringList{"--data", "far=/"} << "dataset.unrecognized"
                                       << "/";
        QTest::newRow("no set of the name")
            << QStringList{"--set", "tasks.1.data=fr"} << "tasks.data"
            << "did you mean";
        QTest::newRow("not used") << QStringList{"--set", "tasks.1.data="} << "data.unused"
                                  << "far";
        QTest::newRow("a name twice")
            << QStringList{"--set", "data.others.0.name=near"} << "data.twice"
            << "near";
        QTest::newRow("one share") << QStringList{"--set", "data.weight=2"} << "data.weight"
                                   << "0";
        QTest::newRow("a negative share") << QStringList{"--set", "data.weight=-1"} << "field.range"
                                          << "0 to 1000000";
        QTest::newRow("no mix") << QStringList{"--set", "data.mix=both"} << "field.choice"
                                << "batches";
        QTest::newRow("no split of the other set")
            << QStringList{"--set", "data.others.0.val_split=none"} << "dataset.split"
            << "none";
        QTest::newRow("a batch larger than a set")
            << QStringList{"--set", "data.mix=batches", "--set", "train.batch=5"} << "train.batch"
            << "far";
        QTest::newRow("a target of another kind")
            << QStringList{"--set", "tasks.1.target=normal"} << "dataset.target"
            << "normal";
    }
    void wrongNamesAndPlacesAreRefused() {
        QFETCH(QStringList, words);
        QFETCH(QString, code);
        QFETCH(QString, text);
        const QString spec = m_place.write("wrong.json", twoSets());
        const cli::Outcome refused = m_place.run(QStringList{"train", spec, "--json"} + words);
        QCOMPARE(refused.code, 1);
        QCOMPARE(refused.last()["code"].toString(), code);
        QVERIFY2(refused.out.contains(text.toUtf8()), qPrintable(refused.text()));
    }

    void setsAreLookedAtOneAfterTheOther() {
        const QString spec = m_place.write("looked.json", twoSets());
        const cli::Outcome counted =
            cli::run({"data", "classes", spec, "--split", "val", "--json"});
        QVERIFY2(counted.code == 0, qPrintable(counted.text()));
        const auto surveys = counted.events("classes");
        QCOMPARE(surveys.size(), 2);
        QCOMPARE(surveys[0]["set"].toString(), QString("near"));
        QCOMPARE(surveys[1]["set"].toString(), QString("far"));
        const cli::Outcome checked = cli::run({"data", "check", spec, "--json"});
        QCOMPARE(checked.events("checked").size(), 2);
        const cli::Outcome layers = cli::run({"layers", spec});
        QVERIFY2(layers.code == 0, qPrintable(layers.text()));
    }

    void everyFieldOfASetIsListed() {
        const cli::Outcome fields = cli::run({"spec", "fields"});
        for (const char* field :
             {"data.others", "data.others.N.id", "data.others.N.name", "data.others.N.weight",
              "data.others.N.train_split", "data.others.N.val_split", "data.mix", "data.weight",
              "tasks.N.data"})
            QVERIFY2(fields.out.contains(QByteArray("  ") + field + "\n"), field);
    }
};

QTEST_GUILESS_MAIN(CliSetsTest)
#include "tst_cli_sets.moc"
