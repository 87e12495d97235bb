// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

#include <csignal>

using cli::with;

// The sharing of a run is changed half-way, from the command line.

class CliReplanTest : public QObject {
    Q_OBJECT

    /// Trains until Ctrl-C after `step`; the run's id.
    static QString paused(const cli::Workplace& place, int step) {
        const QString spec = place.write("spec.json", with(cli::tinySpec(), "train.steps", 60));
        cli::Training training(place.inStore({"train", spec}));
        const QString run = training.waitForEvent("created")["run"].toString();
        training.waitForStep(step);
        training.signal(SIGINT);
        if (training.wait().code != 130)
            qFatal("the training was not interrupted");
        return run;
    }

    static QJsonArray changesOf(const QJsonObject& shown) {
        return shown["spec"].toObject()["network"].toObject()["plan_changes"].toArray();
    }

private Q_SLOTS:
    void aPausedRunGoesOnWithItsSharingChanged() {
        cli::Workplace place;
        const QString run = paused(place, 6);
        const QJsonObject before = place.shown(run);
        const int at = before["step"].toInt();
        const cli::Outcome replanned =
            place.run({"replan", run, "dec*: separate", "--json"});
        QVERIFY2(replanned.code == 0, qPrintable(replanned.text()));
        const QString change = QString::number(at) + ": dec*: separate";
        QCOMPARE(replanned.last()["plan_changes"].toArray(), QJsonArray{change});
        QCOMPARE(place.state(), QString("paused"));
        // Not yet in effect.
        QVERIFY(place.shown(run)["plan_changes"].toArray().isEmpty());

        const cli::Outcome resumed = place.run({"resume", run, "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.text()));
        QCOMPARE(resumed.notices("replan").size(), 1);
        QVERIFY(resumed.notices("replan")[0]["text"].toString().contains(
            "{segmentation} | {depth} | {normal}"));
        const QJsonObject shown = place.shown(run);
        QCOMPARE(changesOf(shown), QJsonArray{change});
        QCOMPARE(shown["plan_changes"].toArray().size(), 1);
        // What ships has a kernel a task where they parted.
        for (const QJsonValue& layer : shown["plan"].toObject()["layers"].toArray()) {
            const bool parted = layer.toObject()["layer"].toString().startsWith("dec");
            QCOMPARE(layer.toObject()["bias"].toArray().size(), parted ? 3 : 1);
        }
        QVERIFY(shown["parameters"].toObject()["collapsed"].toDouble()
                > before["parameters"].toObject()["collapsed"].toDouble());
        const cli::Outcome verified = place.run({"verify", run, "--json"});
        QVERIFY2(verified.code == 0, qPrintable(verified.text()));
        QVERIFY(verified.last()["max_abs_diff_float64"].toDouble() <= 1e-10);
    }

    void whatCannotBeDoneIsReported_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("problem");
        QTest::newRow("a layer that is not there")
            << QStringList{"dec9: separate"} << 1 << "sharing.no_layer";
        QTest::newRow("a task that is not there")
            << QStringList{"*: M {flow} | {depth}"} << 1 << "sharing.unknown_task";
        QTest::newRow("no rule") << QStringList{"twisted"} << 1 << "sharing.syntax";
        QTest::newRow("one of two")
            << QStringList{"twisted", "dec*: separate"} << 1 << "sharing.syntax";
        QTest::newRow("in the past")
            << QStringList{"dec*: separate", "--at", "1"} << 1 << "plan_change.past";
        QTest::newRow("a kernel that is not there")
            << QStringList{"dec*: kernel twisted"} << 1 << "method.unknown";
        QTest::newRow("a factor that is not there")
            << QStringList{"dec*: freeze Q"} << 1 << "sharing.unknown_factor";
        QTest::newRow("groups that overlap")
            << QStringList{"*: M {depth, normal} | {depth, segmentation}"} << 1 << "sharing.groups";
        QTest::newRow("nothing at all") << QStringList{} << 2 << "replan.rules";
        QTest::newRow("both") << QStringList{"dec*: separate", "--undo"} << 2 << "replan.rules";
        QTest::newRow("no step")
            << QStringList{"dec*: separate", "--at", "soon"} << 2 << "replan.at";
    }

    void whatCannotBeDoneIsReported() {
        QFETCH(QStringList, words);
        QFETCH(int, code);
        QFETCH(QString, problem);
        static const cli::Workplace place;
        static const QString run = paused(place, 3);
        const cli::Outcome outcome =
            place.run(QStringList{"replan", run, "--json"} + words);
        QVERIFY2(outcome.code == code, qPrintable(outcome.text()));
        QCOMPARE(outcome.last()["code"].toString(), problem);
        QVERIFY(changesOf(place.shown(run)).isEmpty());
        QCOMPARE(place.state(), QString("paused"));
    }

    void aRunThatIsTrainedElsewhereIsLetAlone() {
        cli::Workplace place;
        const QString spec = place.write("spec.json", with(cli::tinySpec(), "train.steps", 4000));
        cli::Training training(place.inStore({"train", spec}));
        const QString run = training.waitForEvent("created")["run"].toString();
        training.waitForStep(2);
        const cli::Outcome outcome = place.run({"replan", run, "dec*: separate", "--json"});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.last()["code"].toString(), QString("run.busy"));
        QVERIFY(training.isRunning());
        training.signal(SIGINT);
        QCOMPARE(training.wait().code, 130);
    }

    void changesOfASpecAreMadeByTheFirstTraining() {
        cli::Workplace place;
        const QJsonObject spec =
            with(cli::tinySpec(), "network.plan_changes", QJsonArray{"4: dec*: separate"});
        const QString run = place.train(spec);
        const QJsonArray done = place.shown(run)["plan_changes"].toArray();
        QCOMPARE(done.size(), 1);
        QCOMPARE(done[0].toObject()["step"].toInt(), 4);
        const cli::Outcome late = place.run({"replan", run, "*: tied", "--json"});
        QCOMPARE(late.last()["code"].toString(), QString("run.finished"));
    }

    void aRunThatWasCutChangesItsSharingAndGoesOnToItsPlan() {
        cli::Workplace place;
        const QString run = place.train(with(cli::tinySpec(), "train.stop_after", "6 steps"));
        const cli::Outcome replanned = place.run({"replan", run, "dec*: separate"});
        QVERIFY2(replanned.code == 0, qPrintable(replanned.text()));
        QVERIFY2(replanned.out.contains("resume " + run.toUtf8() + " --until end"), replanned.out);
        QCOMPARE(place.state(), QString("finished"));
        const cli::Outcome resumed = place.run({"resume", run, "--until", "end", "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.text()));
        QCOMPARE(place.shown(run)["step"].toInt(), 12);
        const QJsonArray done = place.shown(run)["plan_changes"].toArray();
        QCOMPARE(done.size(), 1);
        QCOMPARE(done[0].toObject()["step"].toInt(), 6);
        QCOMPARE(place.run({"replan", run, "*: tied"}).code, 1); // now it is at its end
    }

    void aChangeIsTakenBackBeforeTheNextStepAndLater() {
        cli::Workplace place;
        const QString run = paused(place, 6);
        const int at = place.shown(run)["step"].toInt();
        const QJsonObject before = place.shown(run);
        // At once: nothing has been trained since.
        QCOMPARE(place.run({"replan", run, "dec*: separate"}).code, 0);
        const cli::Outcome once = place.run({"replan", run, "--undo", "--json"});
        QVERIFY2(once.code == 0, qPrintable(once.text()));
        QCOMPARE(once.last()["segment"].toInt(), 0);
        QCOMPARE(place.shown(run)["spec"], before["spec"]);
        QCOMPARE(place.run({"replan", run, "--undo", "--json"}).last()["code"].toString(),
                 QString("undo.nothing"));
        // Later: a join is made, trained on, and taken back with what came after it.
        QCOMPARE(place.run({"replan", run, "dec*: separate"}).code, 0);
        {
            cli::Training training(place.inStore({"resume", run, "--json"}));
            training.waitForStep(at + 3);
            training.signal(SIGINT);
            QCOMPARE(training.wait().code, 130);
        }
        QVERIFY(place.shown(run)["plan_hash"] != before["plan_hash"]);
        const cli::Outcome undone = place.run({"replan", run, "--undo", "--json"});
        QVERIFY2(undone.code == 0, qPrintable(undone.text()));
        QCOMPARE(undone.last()["step"].toInt(), at);
        QCOMPARE(undone.last()["segment"].toInt(), 1);
        const QJsonObject after = place.shown(run);
        QCOMPARE(place.state(), QString("paused"));
        QCOMPARE(after["step"].toInt(), at);
        for (const char* same : {"spec", "plan", "plan_hash", "plan_changes", "parameters"})
            QCOMPARE(after[same], before[same]);
        // What was recorded after the change is distinguished from the run's own.
        QCOMPARE(after["series"].toArray().size(), before["series"].toArray().size());
        QVERIFY(before["undone_series"].toArray().isEmpty());
        QVERIFY(!after["undone_series"].toArray().isEmpty());
        for (const QJsonValue& series : after["undone_series"].toArray())
            QCOMPARE(series["segment"].toInt(), 1);
        // And it goes on as if it had never been.
        QCOMPARE(place.run({"resume", run}).code, 0);
        const QString whole = place.train(with(cli::tinySpec(), "train.steps", 60));
        const auto lossOf = [&](const QString& of) {
            for (const QJsonValue& series : place.shown(of)["series"].toArray())
                if (series["name"].toString() == "loss" && series["task"].toString().isEmpty())
                    return series["last"].toDouble();
            return -1.0;
        };
        QVERIFY(lossOf(run) > 0);
        QCOMPARE(lossOf(run), lossOf(whole));
    }

    void rulesThatWereGivenTogetherAreTakenBackTogether() {
        cli::Workplace place;
        const QString run = paused(place, 6);
        const QJsonObject before = place.shown(run);
        const QString at = QString::number(before["step"].toInt());
        QCOMPARE(place.run({"replan", run, "enc*: freeze"}).code, 0);
        const cli::Outcome replanned =
            place.run({"replan", run, "dec*: separate", "dec*: kernel plain", "--json"});
        QVERIFY2(replanned.code == 0, qPrintable(replanned.text()));
        const QString two = at + ": dec*: separate; dec*: kernel plain";
        QCOMPARE(replanned.last()["plan_changes"].toArray(),
                 (QJsonArray{at + ": enc*: freeze", two}));
        // Before a step is made with them, and after some.
        for (const bool trained : {false, true}) {
            if (trained) {
                QCOMPARE(place.run({"replan", run, "dec*: separate", "dec*: kernel plain"}).code, 0);
                cli::Training training(place.inStore({"resume", run}));
                training.waitForStep(before["step"].toInt() + 3);
                training.signal(SIGINT);
                QCOMPARE(training.wait().code, 130);
                QCOMPARE(place.shown(run)["plan_changes"].toArray().size(), 2);
            }
            const cli::Outcome undone = place.run({"replan", run, "--undo", "--json"});
            QVERIFY2(undone.code == 0, qPrintable(undone.text()));
            QCOMPARE(undone.last()["change"].toString(), two);
            QCOMPARE(changesOf(place.shown(run)), QJsonArray{at + ": enc*: freeze"});
        }
        QCOMPARE(place.run({"replan", run, "--undo"}).code, 0);
        QCOMPARE(place.shown(run)["spec"], before["spec"]);
    }

    void aJoinAFreezeAndAKernelAreReportedWithWhatTheyDid() {
        cli::Workplace place;
        QJsonObject spec = with(cli::tinySpec(), "network.sharing", QJsonArray{"*: separate"});
        spec = with(spec, "network.plan_changes",
                    QJsonArray{"3: enc*: tied", "5: enc*: freeze", "7: dec*: kernel plain"});
        const QString run = place.train(spec);
        QStringList texts;
        for (const QJsonValue& event : place.shown(run)["events"].toArray())
            if (event["code"].toString() == "replan")
                texts += event["text"].toString();
        QCOMPARE(texts.size(), 3);
        QVERIFY2(texts[0].contains(QRegularExpression(
                     "; loss [0-9.]+ → [0-9.]+; now [0-9.]+ k parameters in training, "
                     "[0-9.]+ k collapsed; plan [0-9a-f]{16}$")),
                 qPrintable(texts[0]));
        QVERIFY2(texts[1].contains("frozen: ") && !texts[1].contains("loss"), qPrintable(texts[1]));
        QVERIFY2(texts[2].contains("kernel plain, before factored"), qPrintable(texts[2]));
        QVERIFY(texts[2].endsWith(place.shown(run)["plan_hash"].toString()));
        QVERIFY(place.run({"verify", run, "--json"}).last()["max_abs_diff_float64"].toDouble()
                <= 1e-10);
    }
};

QTEST_GUILESS_MAIN(CliReplanTest)
#include "tst_cli_replan.moc"
