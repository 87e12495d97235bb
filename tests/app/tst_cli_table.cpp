// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QHash>
#include <QJsonArray>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <string>

using cli::with;

// Groups of runs, and runs beside each other.

class CliTableTest : public QObject {
    Q_OBJECT

    cli::Workplace m_place;
    QList<QJsonObject> m_seeded; ///< "finished" of both seeds
    QJsonObject m_single;

    static QJsonObject shortSpec(const QString& name) {
        return with(with(cli::tinySpec(), "train.steps", 4), "name", name);
    }

private Q_SLOTS:
    void initTestCase() {
        const cli::Outcome seeded =
            m_place.run({"train", m_place.write("all.json", shortSpec("all tasks")), "--seeds",
                         "5,9", "--json"});
        QVERIFY2(seeded.code == 0, qPrintable(seeded.text()));
        m_seeded = seeded.events("finished");
        QCOMPARE(m_seeded.size(), 2);
        QJsonObject single = shortSpec("depth alone");
        single["tasks"] = QJsonArray{QJsonObject{{"id", "depth"}}};
        QJsonObject other = shortSpec("normal alone");
        other["tasks"] = QJsonArray{QJsonObject{{"id", "normal"}}};
        const cli::Outcome both =
            m_place.run({"train", m_place.write("depth.json", single),
                         m_place.write("normal.json", other), "--group", "alone", "--json"});
        QVERIFY2(both.code == 0, qPrintable(both.text()));
        QCOMPARE(both.events("finished").size(), 2);
        m_single = both.events("finished")[0];
    }

    void seedsAreRunsOfOneGroup() {
        QList<int> seeds;
        for (const QJsonObject& run : m_place.run({"runs", "--json"}).objects())
            if (run["name"].toString() == "all tasks")
                seeds << run["seed"].toInt();
        std::sort(seeds.begin(), seeds.end());
        QCOMPARE(seeds, QList<int>({5, 9}));
        QVERIFY(m_seeded[0]["metrics"].toObject() != m_seeded[1]["metrics"].toObject());
    }

    void aGroupIsALineOfMeansAndDeviations() {
        const cli::Outcome outcome =
            m_place.run({"table", m_seeded[0]["run"].toString(), m_seeded[1]["run"].toString(),
                         "--json"});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QCOMPARE(outcome.objects().size(), 1);
        const QJsonObject line = outcome.last();
        QCOMPARE(line["seeds"].toInt(), 2);
        const QString key = "depth/abs_err";
        const double a = m_seeded[0]["metrics"].toObject()[key].toDouble();
        const double b = m_seeded[1]["metrics"].toObject()[key].toDouble();
        const QJsonObject spread = line["metrics"].toObject()[key].toObject();
        QVERIFY(std::abs(spread["mean"].toDouble() - (a + b) / 2) < 1e-12);
        // Of two values: half their distance times √2.
        QVERIFY(std::abs(spread["deviation"].toDouble() - std::abs(a - b) / std::sqrt(2)) < 1e-12);
        QVERIFY(line["parameters"].toDouble() > 1000 && line["multiply_adds"].toDouble() > 1e5);
        QVERIFY(line["gain"].isNull());
    }

    void gainIsAgainstSingleTaskRuns() {
        // A single-task run beside itself gains nothing.
        const QString run = m_single["run"].toString();
        const cli::Outcome same = m_place.run({"table", run, "--single", run, "--json"});
        QVERIFY2(same.code == 0, qPrintable(same.text()));
        QCOMPARE(same.last()["gain"].toDouble(), 0.0);
        // All three tasks need all three: segmentation has no run of its own here.
        const cli::Outcome lacking = m_place.run(
            {"table", "all tasks", "--single", "depth alone,normal alone", "--json"});
        QVERIFY2(lacking.code == 0, qPrintable(lacking.text()));
        QVERIFY(lacking.last()["gain"].isNull());
    }

    void aNetworkForEachTaskIsOneLine() {
        const cli::Outcome outcome = m_place.run({"table", "alone", "--single", "alone", "--json"});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QCOMPARE(outcome.objects().size(), 1);
        const QJsonObject line = outcome.last();
        QCOMPARE(line["name"].toString(), QString("alone"));
        QCOMPARE(line["seeds"].toInt(), 1);
        QVERIFY(line["gain"].isDouble());
        QCOMPARE(line["gain"].toDouble(), 0.0);
        // What both networks cost together.
        double parameters = 0;
        for (const char* run : {"depth alone", "normal alone"}) {
            const cli::Outcome one = m_place.run({"table", run, "--json"});
            QCOMPARE(one.objects().size(), 1);
            QCOMPARE(one.last()["name"].toString(), QString(run));
            parameters += one.last()["parameters"].toDouble();
        }
        QVERIFY(parameters > 1000);
        QCOMPARE(line["parameters"].toDouble(), parameters);
    }

    void networksForOneTaskAreLinesOfTheirOwn() {
        QJsonObject one = shortSpec("depth, one way");
        one["tasks"] = QJsonArray{QJsonObject{{"id", "depth"}}};
        const QJsonObject other = with(one, "name", "depth, another way");
        const cli::Outcome trained =
            m_place.run({"train", m_place.write("one.json", one),
                         m_place.write("other.json", other), "--group", "ways", "--json"});
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
        QStringList names;
        for (const QJsonObject& line : m_place.run({"table", "ways", "--json"}).objects())
            names << line["name"].toString();
        QCOMPARE(names, QStringList({"depth, one way", "depth, another way"}));
    }

    void filesOfOneNameAreGroupsOfTheirOwn() {
        const QString file = m_place.write("twice.json", shortSpec("twice"));
        const cli::Outcome trained =
            m_place.run({"train", file, file, file, "--seeds", "1,2", "--json"});
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
        for (const char* group : {"twice (2)", "twice (3)"})
            QCOMPARE(m_place.run({"table", group, "--json"}).last()["seeds"].toInt(), 2);
        QCOMPARE(m_place.run({"train", file, "--group", ""}).code, 2);
    }

    void aNameMeansAllSeedsOfItsGroup() {
        const cli::Outcome outcome = m_place.run({"table", "all tasks", "--json"});
        QCOMPARE(outcome.last()["seeds"].toInt(), 2);
        const QString id = m_seeded[0]["run"].toString();
        QCOMPARE(m_place.run({"table", id, "--json"}).last()["seeds"].toInt(), 1);
    }

    void formatsAreForPapersAndSpreadsheets() {
        const QString run = m_single["run"].toString();
        const QByteArray markdown =
            m_place.run({"table", run, "--format", "markdown"}).out;
        const auto lines = markdown.trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        QVERIFY2(lines[0].startsWith("| Run | seeds | depth absolute error"), markdown);
        QVERIFY2(lines[1].startsWith("|---|---:|"), markdown);
        QCOMPARE(lines[0].count('|'), lines[2].count('|'));
        const QByteArray csv = m_place.run({"table", run, "--format", "csv"}).out;
        QVERIFY2(csv.contains("\ndepth alone,1,"), csv);
    }

    void everyColumnForProgramsIsANumberAsExactAsTheStoreHasIt() {
        const QStringList words{"table", "all tasks", m_single["run"].toString(), "--single",
                                m_single["run"].toString()};
        const QList<QByteArray> lines =
            m_place.run(words + QStringList{"--format", "csv"}).out.trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        const QList<QByteArray> titles = lines[0].split(',');
        QVERIFY2(titles.contains("time (s)") && titles.contains("depth absolute error (m)")
                     && titles.contains("depth absolute error deviation (m)"), lines[0]);
        QHash<QByteArray, double> first;
        for (const QByteArray& line : lines.mid(1)) {
            const QList<QByteArray> cells = line.split(',');
            QCOMPARE(cells.size(), titles.size());
            for (int i = 1; i < cells.size(); ++i) {
                bool isNumber = false;
                const double number = cells[i].toDouble(&isNumber);
                QVERIFY2(isNumber, titles[i] + " = " + cells[i]);
                if (line == lines[1])
                    first[titles[i]] = number;
            }
        }
        const QJsonObject json = m_place.run(words + QStringList{"--json"}).objects().first();
        const QJsonObject error = json["metrics"].toObject()["depth/abs_err"].toObject();
        QCOMPARE(first["depth absolute error (m)"], error["mean"].toDouble());
        QCOMPARE(first["depth absolute error deviation (m)"], error["deviation"].toDouble());
        QCOMPARE(first["parameters collapsed"], json["parameters"].toDouble());
        QCOMPARE(first["time (s)"], json["seconds"].toDouble());
        QVERIFY(error["deviation"].toDouble() > 0);
    }

    void namesBreakNoTable_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("line feed") << "two\nlines";
        QTest::newRow("escape") << "\x1b[31mred\x1b[0m";
        QTest::newRow("bar") << "a | b";
        QTest::newRow("comma and quotes") << "a, \"b\"";
        QTest::newRow("carriage return") << "over\rwritten";
        QTest::newRow("dash") << "-dash";
        QTest::newRow("equals") << "=1+1";
    }

    void namesBreakNoTable() {
        QFETCH(QString, name);
        const cli::Workplace place;
        const QString run = place.train(with(shortSpec(name), "train.steps", 2));
        const auto plain = [](const QByteArray& text) {
            return std::all_of(text.begin(), text.end(), [](char c) {
                return c == '\n' || static_cast<unsigned char>(c) >= 0x20;
            });
        };
        for (const char* format : {"text", "markdown", "csv"}) {
            const QByteArray table = place.run({"table", run, "--format", format}).out;
            QVERIFY2(plain(table), table);
            QCOMPARE(table.trimmed().count('\n'), format == std::string("markdown") ? 2 : 1);
        }
        const QByteArray markdown = place.run({"table", run, "--format", "markdown"}).out;
        for (const QByteArray& line : markdown.trimmed().split('\n'))
            QCOMPARE(line.count('|') - line.count("\\|"),
                     markdown.split('\n').first().count('|'));
        for (const char* command : {"runs", "show"}) {
            const QByteArray text =
                place.run(command == std::string("runs") ? QStringList{"runs"}
                                                         : QStringList{"show", run}).out;
            QVERIFY2(plain(text), text);
        }
        QCOMPARE(place.run({"runs"}).out.trimmed().count('\n'), 1);
        // To programs that read JSON it is the name itself; behind -- a name may look as it will.
        QCOMPARE(place.run({"runs", "--json"}).last()["name"].toString(), name.trimmed());
        QCOMPARE(place.run({"show", "--json", "--", name}).last()["run"].toString(), run);
    }

    void whatIsNotThereIsReported() {
        const cli::Outcome outcome = m_place.run({"table", "nothing", "--json"});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.last()["code"].toString(), QString("run.unknown"));
    }
};

QTEST_GUILESS_MAIN(CliTableTest)
#include "tst_cli_table.moc"
