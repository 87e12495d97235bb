// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <csignal>
#include <filesystem>

using cli::with;

// A change of the sharing is tried before it is made.

class CliTryTest : public QObject {
    Q_OBJECT

    static constexpr int Tried = 6;

    /// A run of `steps` steps that stands after 12 of them.
    static QString begun(const cli::Workplace& place, int steps = 40) {
        return place.train(with(with(cli::tinySpec(), "train.steps", steps), "train.stop_after",
                                QStringLiteral("12 steps")));
    }

    /// The same store once more.
    static void copyStore(const cli::Workplace& from, const cli::Workplace& to) {
        std::filesystem::copy(from.store().toStdString(), to.store().toStdString(),
                              std::filesystem::copy_options::recursive);
    }

    /// Every file below the store with its bytes.
    static QMap<QString, QByteArray> filesOf(const cli::Workplace& place) {
        QMap<QString, QByteArray> files;
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(place.store().toStdString()))
            if (entry.is_regular_file())
                files[QString::fromStdString(entry.path().string())] =
                    cli::fileBytes(QString::fromStdString(entry.path().string()));
        return files;
    }

    static QList<QJsonObject> valuesOf(const cli::Outcome& outcome, int count) {
        QList<QJsonObject> values;
        for (const QJsonObject& step : outcome.events("step").mid(0, count))
            values << step["values"].toObject();
        return values;
    }

    static QList<QJsonObject> valuesOf(const QJsonObject& tried) {
        QList<QJsonObject> values;
        for (const QJsonValue& step : tried["steps"].toArray())
            values << step.toObject()["values"].toObject();
        return values;
    }

private Q_SLOTS:
    void bothAreWhatTheRunWouldDo() {
        const cli::Workplace place;
        const QString run = begun(place);
        const cli::Workplace changed;
        copyStore(place, changed);
        const cli::Workplace untried;
        copyStore(place, untried);

        const auto before = filesOf(place);
        const cli::Outcome trial =
            place.run({"try", run, "dec*: separate", "--steps", QString::number(Tried), "--json"});
        QVERIFY2(trial.code == 0, qPrintable(trial.text()));
        const auto tried = trial.events("tried");
        QCOMPARE(tried.size(), 2);
        QCOMPARE(tried[0]["step"].toInt(), 12);
        QVERIFY(tried[0]["rules"].toArray().isEmpty());
        QCOMPARE(tried[1]["rules"].toArray(), QJsonArray{"dec*: separate"});
        for (const QJsonObject& plan : tried) {
            QCOMPARE(plan["steps"].toArray().size(), Tried);
            QVERIFY(!plan["validation"].toObject().isEmpty());
        }
        QCOMPARE(filesOf(place), before);

        // As it is: the steps that the run makes next, and it ends as one that was never tried.
        const cli::Outcome resumed = place.run({"resume", run, "--until", "end", "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.text()));
        QCOMPARE(valuesOf(tried[0]), valuesOf(resumed, Tried));
        const cli::Outcome never = untried.run({"resume", run, "--until", "end", "--json"});
        QCOMPARE(resumed.events("checkpoint").last()["sha256"],
                 never.events("checkpoint").last()["sha256"]);
        // Changed: those that it makes once it is replanned.
        QCOMPARE(changed.run({"replan", run, "dec*: separate"}).code, 0);
        const cli::Outcome replanned = changed.run({"resume", run, "--until", "end", "--json"});
        QCOMPARE(valuesOf(tried[1]), valuesOf(replanned, Tried));
        QVERIFY(valuesOf(tried[1]) != valuesOf(tried[0]));
    }

    void aTrialEndsWithTheRun() {
        const cli::Workplace place;
        const QString run = begun(place, 15);
        const cli::Outcome trial =
            place.run({"try", run, "dec*: separate", "--steps", "50", "--json"});
        QVERIFY2(trial.code == 0, qPrintable(trial.text()));
        for (const QJsonObject& plan : trial.events("tried"))
            QCOMPARE(plan["steps"].toArray().size(), 3);
    }

    void peopleReadATable() {
        const cli::Workplace place;
        const QString run = begun(place);
        const cli::Outcome trial = place.run({"try", run, "dec*: separate", "--steps", "2"});
        QCOMPARE(trial.code, 0);
        for (const char* words : {"From step 12, 2 steps", "as it is", "changed",
                                  "segmentation/loss", "val depth/abs_err", "ms a step"})
            QVERIFY2(trial.out.contains(words), words);
    }

    void whatCannotBeTriedIsReported_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("problem");
        QTest::newRow("a layer that is not there")
            << QStringList{"dec9: separate"} << 1 << "sharing.no_layer";
        QTest::newRow("no rule") << QStringList{"twisted"} << 1 << "sharing.syntax";
        QTest::newRow("what is so already") << QStringList{"*: tied"} << 1 << "plan_change.nothing";
        QTest::newRow("no steps") << QStringList{"dec*: separate", "--steps", "0"} << 2 << "";
    }

    void whatCannotBeTriedIsReported() {
        QFETCH(QStringList, words);
        QFETCH(int, code);
        QFETCH(QString, problem);
        static const cli::Workplace place;
        static const QString run =
            place.train(with(with(with(cli::tinySpec(), "train.steps", 40), "train.stop_after",
                                  QStringLiteral("12 steps")),
                             "network.sharing", QJsonArray{"*: tied"}));
        const cli::Outcome outcome = place.run(QStringList{"try", run, "--json"} + words);
        QVERIFY2(outcome.code == code, qPrintable(outcome.text()));
        if (!problem.isEmpty())
            QCOMPARE(outcome.last()["code"].toString(), problem);
    }

    void aRunAtItsEndHasNothingToTry() {
        const cli::Workplace place;
        const QString run = place.train(cli::tinySpec());
        const cli::Outcome outcome = place.run({"try", run, "dec*: separate", "--json"});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.last()["code"].toString(), QString("trial.no_steps"));
    }

    void withoutACheckpointThereIsNone() {
        const cli::Workplace place;
        const QString run = begun(place);
        for (const auto& [file, bytes] : filesOf(place).toStdMap())
            if (file.endsWith(".safetensors"))
                QVERIFY(QFile::remove(file));
        const cli::Outcome outcome = place.run({"try", run, "dec*: separate", "--json"});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.last()["code"].toString(), QString("trial.no_checkpoint"));
    }
};

QTEST_GUILESS_MAIN(CliTryTest)
#include "tst_cli_try.moc"
