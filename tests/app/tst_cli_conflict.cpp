// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/store.h"
#include "db/store_writer.h"
#include "tests/app/cli_testing.h"

#include <QJsonArray>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <csignal>

using namespace concertina;
using cli::with;

// How the tasks of a run agree, measured while it trains and shown afterwards.

class CliConflictTest : public QObject {
    Q_OBJECT

    cli::Workplace m_place;
    QString m_run;

    static QJsonObject measuring(int every) {
        return with(cli::tinySpec(), "train.conflict_every", every);
    }

    /// Twenty later measurements of two tasks that pull apart on one factor, whatever was measured.
    static void addQuarrel(const cli::Workplace& place, const std::string& run) {
        const std::filesystem::path folder = place.store().toStdString();
        auto store = Store::open(folder, StoreMode::ReadWrite);
        QVERIFY(store && store->claim(run));
        const auto writer = StoreWriter::open(folder, run);
        QVERIFY(writer);
        for (int step = 1001; step <= 1020; ++step)
            QVERIFY((*writer)->append(ConflictRows{
                {step, "enc1.1", "U", "segmentation", "depth", "exact-half",
                 step % 2 == 0 ? -0.55 : -0.45, 1, 1}}));
        QVERIFY((*writer)->state({{6, 0, 0}, RunState::Paused, "by a test"}, Ownership::Release));
        QVERIFY((*writer)->close());
    }

    cli::Outcome conflict(const QStringList& more = {}) const {
        return m_place.run(QStringList{"conflict", m_run, "--json"} + more);
    }

private Q_SLOTS:
    void initTestCase() { m_run = m_place.train(measuring(2)); }

    void everySharedFactorAndPairIsALine() {
        const cli::Outcome outcome = conflict();
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        const auto lines = outcome.events("conflict");
        // Layers enc1.1, enc2.1, dec2.1, dec1.1; merged, so U, V and the norm are shared.
        QCOMPARE(lines.size(), 4 * 3 * 3);
        QCOMPARE(lines[0]["layer"].toString(), QString("enc1.1"));
        QCOMPARE(lines.last()["layer"].toString(), QString("dec1.1"));
        for (const QJsonObject& line : lines) {
            QCOMPARE(line["samples"].toInt(), 6); // of 12 steps
            QCOMPARE(line["estimator"].toString(), QString("exact-half"));
            QVERIFY(std::abs(line["cosine"].toDouble(9)) <= 1);
            const double similarity = line["magnitude_similarity"].toDouble();
            QVERIFY(similarity > 0 && similarity <= 1);
            QVERIFY(QStringList({"U", "V", "norm"}).contains(line["factor"].toString()));
        }
    }

    void lastIsOverSoManyMeasurements() {
        for (const QJsonObject& line : conflict({"--last", "2"}).events("conflict"))
            QCOMPARE(line["samples"].toInt(), 2);
        QCOMPARE(conflict({"--last", "0"}).code, 2);
    }

    void forPeopleAndForSpreadsheets() {
        const QByteArray text = m_place.run({"conflict", m_run}).out;
        QVERIFY2(text.contains("magnitude similarity") && text.contains("segmentation depth"), text);
        const QByteArray csv = m_place.run({"conflict", m_run, "--format", "csv"}).out;
        QCOMPARE(csv.trimmed().count('\n'), qsizetype{36});
        QVERIFY2(csv.startsWith("Layer,factor,"), csv);
    }

    void whatIsSuggestedIsTakenByReplan() {
        const cli::Workplace place;
        const QJsonObject spec = with(measuring(1), "train.steps", 500);
        cli::Training training(place.inStore({"train", place.write("spec.json", spec)}));
        const QString run = training.waitForEvent("created")["run"].toString();
        training.waitForStep(6);
        training.signal(SIGINT);
        QCOMPARE(training.wait().code, 130);
        addQuarrel(place, run.toStdString());
        const QStringList words{"conflict", run, "--suggest", "--budget", "500%", "--last", "20"};
        const cli::Outcome outcome = place.run(words + QStringList{"--json"});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        const auto suggestions = outcome.events("suggestion");
        QVERIFY2(!suggestions.isEmpty(), qPrintable(outcome.text()));
        QStringList replan{"replan", run, "--json"};
        for (const QJsonObject& suggestion : suggestions) {
            QVERIFY(suggestion["conflict"].toDouble() > 0);
            QVERIFY(suggestion["reason"].toString().contains("measurements"));
            replan << suggestion["rule"].toString();
        }
        QVERIFY2(place.run(words).out.contains("concertina-cli replan"), "no word of what to do");
        const cli::Outcome replanned = place.run(replan);
        QVERIFY2(replanned.code == 0, qPrintable(replanned.text()));
    }

    void whatIsMeasuredAgainAfterAResumeIsThereOnce() {
        const cli::Workplace place;
        const QJsonObject spec = with(measuring(1), "train.steps", 60);
        cli::Training training(place.inStore({"train", place.write("spec.json", spec)}));
        const QString run = training.waitForEvent("created")["run"].toString();
        training.waitForStep(9);
        training.signal(SIGKILL); // the last checkpoint is some steps back
        training.wait();
        QVERIFY(place.run({"resume", run}).code == 0);
        const auto lines =
            place.run({"conflict", run, "--last", "1000", "--json"}).events("conflict");
        QVERIFY(!lines.isEmpty());
        for (const QJsonObject& line : lines)
            QCOMPARE(line["samples"].toInt(), 60);
    }

    void whatIsNotThereIsReported_data() {
        QTest::addColumn<QJsonObject>("spec");
        QTest::addColumn<QString>("hint");
        QTest::newRow("switched off") << measuring(0) << "train.conflict_every=50";
        QTest::newRow("too short") << measuring(13) << "every 13 steps";
        QJsonObject single = measuring(2);
        single["tasks"] = QJsonArray{QJsonObject{{"id", "depth"}}};
        QTest::newRow("one task") << single << "one task";
    }

    void whatIsNotThereIsReported() {
        QFETCH(QJsonObject, spec);
        QFETCH(QString, hint);
        const cli::Workplace place;
        const QString run = place.train(with(spec, "network.sharing", QJsonArray{"*: tied"}));
        const cli::Outcome outcome = place.run({"conflict", run, "--json"});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.last()["code"].toString(), QString("conflict.none"));
        QVERIFY2(outcome.last()["hint"].toString().contains(hint), qPrintable(outcome.text()));
    }

    void budgetsThatAreNoneAreWrongUsage() {
        for (const char* budget : {"much", "-1", "-5%", "%", "nan"}) {
            const cli::Outcome outcome = conflict({"--suggest", QString("--budget=") + budget});
            QVERIFY2(outcome.code == 2, qPrintable(outcome.text()));
        }
        QCOMPARE(conflict({"--suggest", "--budget", "1e6"}).code, 0);
    }
};

QTEST_GUILESS_MAIN(CliConflictTest)
#include "tst_cli_conflict.moc"
