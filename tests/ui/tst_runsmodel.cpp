// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_testing.h"
#include "ui/runs/runs_model.h"
#include "ui/window/page.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// A table by hand: mIoU and absolute error of a run, in this order.
RunTable tableOf(const std::vector<std::tuple<const char*, const char*, double, double>>& runs) {
    RunTable table;
    table.columns = {{"segmentation",
                      QStringLiteral("Segmentation"),
                      {"miou", "mIoU", "", true, 3},
                      0,
                      {{"segmentation", "miou", "val"}}},
                     {"depth",
                      QStringLiteral("Depth"),
                      {"abs_err", "absolute error", "m", false, 3},
                      1,
                      {{"depth", "abs_err", "val"}}}};
    int made = 0;
    for (const auto& [name, group, miou, error] : runs) {
        RunRow row;
        row.run.id = std::string("run") + std::to_string(made);
        row.run.name = name;
        row.run.seed = made;
        if (*group != '\0')
            row.run.group = group;
        row.run.state = RunState::Finished;
        row.run.number = ++made;
        row.run.created = StoreTime(std::chrono::milliseconds(1000 * made));
        row.name = QString::fromUtf8(name);
        row.metrics = {{miou, miou, 10, 20}, {error, error, 10, 20}};
        table.rows.push_back(row);
    }
    return table;
}

const double noValue = std::numeric_limits<double>::quiet_NaN();

const RunTable seeds = tableOf({{"a", "ga", 0.5, 1.0},
                                {"a", "ga", 0.7, 1.4},
                                {"lone", "", 0.65, 0.9},
                                {"failed", "", noValue, noValue}});

QStringList names(const RunsModel& model) {
    QStringList all;
    for (int i = 0; i < model.rowCount(); ++i)
        all << model.index(i, 0).data().toString();
    return all;
}

} // namespace

class TestRunsModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theNewestIsTheLastMadeWhateverTheClockSaid() {
        RunTable table = tableOf({{"first", "", 0.5, 1.0}, {"second", "", 0.7, 1.4}});
        table.rows.back().run.created = StoreTime(); // set back
        RunsModel model;
        model.setTable(table);
        QCOMPARE(names(model), QStringList({"second", "first"}));
    }

    void staysAModelThroughEverything() {
        RunsModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setTable(seeds);
        model.sort(0, Qt::AscendingOrder);
        model.setGrouped(false);
        model.setFilter(RunFilter(QStringLiteral("a")));
        model.setGrouped(true);
        model.setFilter({});
        model.setTable(tableOf({{"b", "", 0.5, 1.0}, {"c", "gc", 0.1, 1}, {"c", "gc", 0.2, 2}}));
        model.setTable({});
        model.setTable(seeds);
    }

    void seedsOfAGroupAreOneLineWithMeanAndDeviation() {
        RunsModel model;
        model.setTable(seeds);
        model.sort(0, Qt::AscendingOrder);
        QCOMPARE(names(model), QStringList({QStringLiteral("a"), QStringLiteral("failed"),
                                            QStringLiteral("lone")}));
        const QModelIndex group = model.index(0, 0);
        QCOMPARE(model.rowCount(group), 2);
        QCOMPARE(group.data(NoteRole).toString(), QStringLiteral("2 seeds"));
        // (0.5 + 0.7) / 2, and √(2 · 0.1² / 1)
        QCOMPARE(model.index(0, 2).data(BestRole).toString(), QStringLiteral("0.600 ± 0.141"));
        QCOMPARE(model.index(0, 3).data(BestRole).toString(), QStringLiteral("1.200 ± 0.283 m"));
    }

    void experimentsOfAGroupHaveNoMean() {
        RunTable table = tableOf({{"depth alone", "single", noValue, 1.0},
                                  {"segmentation alone", "single", 0.5, noValue},
                                  {"a", "both", 0.5, 1.0},
                                  {"b", "both", 0.7, 1.4}});
        for (RunRow& row : table.rows)
            row.run.collapsedParameters = 1000;
        RunsModel model;
        model.setTable(table);
        model.sort(0, Qt::AscendingOrder);
        QCOMPARE(names(model), QStringList({QStringLiteral("both"), QStringLiteral("single")}));
        QCOMPARE(model.index(0, 0).data(NoteRole).toString(), QStringLiteral("2 runs"));
        QCOMPARE(model.index(0, 2).data(BestRole).toString(), QString());
        // A network for each task has what each has of its own, and what both weigh.
        QCOMPARE(model.index(1, 2).data(BestRole).toString(), QStringLiteral("0.500"));
        QCOMPARE(model.index(1, 3).data(BestRole).toString(), QStringLiteral("1.000 m"));
        QCOMPARE(model.index(1, 4).data().toString(), QStringLiteral("2.00 k"));
    }

    void theBestOfEachColumnIsMarkedByItsDirection() {
        RunsModel model;
        model.setTable(seeds);
        model.sort(0, Qt::AscendingOrder);
        // "lone" has the best mean of both: mIoU grows, errors fall.
        for (int row = 0; row < 3; ++row)
            for (const int column : {2, 3})
                QCOMPARE(model.index(row, column).data(ChampionRole).toBool(), row == 2);
        model.setGrouped(false);
        int champions = 0;
        for (int row = 0; row < model.rowCount(); ++row)
            champions += model.index(row, 2).data(ChampionRole).toBool() ? 1 : 0;
        QCOMPARE(champions, 1); // the seed with 0.7 now
    }

    void theBestIsSoughtAmongRunsOfTheSameDataset() {
        RunTable table = tableOf({{"a", "", 0.5, 1.0},
                                  {"b", "", 0.7, 0.9},
                                  {"c", "", 0.2, 3.0},
                                  {"d", "mixed", 0.9, 0.1},
                                  {"d", "mixed", 0.9, 0.1}});
        table.rows[2].facts.dataset = table.rows[4].facts.dataset = "folder\n/data/mine";
        RunsModel model;
        model.setTable(table);
        model.sort(0, Qt::AscendingOrder);
        QString champions;
        for (int row = 0; row < model.rowCount(); ++row)
            if (model.index(row, 2).data(ChampionRole).toBool())
                champions += model.index(row, 0).data().toString();
        QCOMPARE(champions, QStringLiteral("bc")); // runs on other data say nothing about these
    }

    void aGroupCountsTheRunsThatWereCut() {
        RunTable table = tableOf({{"a", "ga", 0.5, 1.0}, {"a", "ga", 0.7, 1.4}});
        table.rows[1].facts.cut = "cut at step 3 of 10";
        RunsModel model;
        model.setTable(table);
        const QModelIndex state = model.index(0, RunsModel::StateColumn);
        QCOMPARE(state.data().toString(), QStringLiteral("1 finished, 1 cut"));
        QCOMPARE(state.data(ToneRole).toInt(), static_cast<int>(PageHeader::Tone::Neutral));
    }

    void factsOfALongListComeAPartAtATime() {
        Desk desk;
        fillStore(desk.folder(), 400);
        Store store = desk.openStore();
        RunFactsReader facts;
        RunTable table = valueOf(readRunTable(store, desk.catalogue, facts));
        QVERIFY(!table.isWhole);
        QVERIFY(!table.rows.back().facts.dataset.empty()); // the newest first
        QVERIFY(table.rows.front().facts.dataset.empty());
        table = valueOf(readRunTable(store, desk.catalogue, facts));
        QVERIFY(table.isWhole);
        QVERIFY(!table.rows.front().facts.dataset.empty());
    }

    void whatHasNoValueStandsLastInEitherDirection() {
        RunsModel model;
        model.setTable(seeds);
        model.sort(2, Qt::DescendingOrder);
        QCOMPARE(names(model), QStringList({QStringLiteral("lone"), QStringLiteral("a"),
                                            QStringLiteral("failed")}));
        model.sort(2, Qt::AscendingOrder);
        QCOMPARE(names(model), QStringList({QStringLiteral("a"), QStringLiteral("lone"),
                                            QStringLiteral("failed")}));
    }

    void namesSortAsPeopleCount() {
        RunsModel model;
        model.setTable(tableOf({{"run 10", "", 1, 1}, {"Run 9", "", 1, 1}, {"run 1", "", 1, 1}}));
        model.sort(0, Qt::AscendingOrder);
        QCOMPARE(names(model), QStringList({QStringLiteral("run 1"), QStringLiteral("Run 9"),
                                            QStringLiteral("run 10")}));
    }

    void selectionStaysWithItsRunThroughUpdates() {
        RunsModel model;
        model.setTable(seeds);
        model.sort(2, Qt::DescendingOrder);
        QItemSelectionModel selection(&model);
        selection.select(model.indexOf("run2"),
                         QItemSelectionModel::Select | QItemSelectionModel::Rows);
        const QPersistentModelIndex child(model.indexOf("run1"));
        QVERIFY(child.parent().isValid());
        RunTable next = seeds;
        next.rows[2].metrics[0].best = 0.01; // falls behind
        next.rows.insert(next.rows.begin(), tableOf({{"new", "", 0.9, 0.1}}).rows[0]);
        next.rows[0].run.id = "another";
        model.setTable(next);
        QCOMPARE(names(model).first(), QStringLiteral("new"));
        QCOMPARE(selection.selectedRows().size(), 1);
        QCOMPARE(model.runsAt(selection.selectedRows().first()), std::vector<RunId>{"run2"});
        QCOMPARE(model.runsAt(child), std::vector<RunId>{"run1"});
        // The run goes away: so does the selection.
        next.rows.erase(next.rows.begin() + 3);
        model.setTable(next);
        QVERIFY(selection.selectedRows().isEmpty());
    }

    void progressChangesCellsAndNotTheName() {
        RunsModel model;
        model.setTable(seeds);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy layout(&model, &QAbstractItemModel::layoutChanged);
        model.setTable(seeds);
        QCOMPARE(changed.size(), 0); // nothing new
        RunTable next = seeds;
        next.rows[2].run.position.step = 5;
        model.setTable(next);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toModelIndex().column(), int(RunsModel::StateColumn));
        QCOMPARE(layout.size(), 0);
    }

    void renamingIsReportedOnceAndEmptyNamesAreNot() {
        RunsModel model;
        model.setTable(seeds);
        QSignalSpy renamed(&model, &RunsModel::renamed);
        const QModelIndex lone = model.indexOf("run2");
        QVERIFY(!model.setData(lone, QStringLiteral("  "), Qt::EditRole));
        QVERIFY(!model.setData(lone, QStringLiteral("lone"), Qt::EditRole));
        QVERIFY(model.setData(lone, QStringLiteral(" other "), Qt::EditRole));
        QCOMPARE(renamed.size(), 1);
        QCOMPARE(lone.data().toString(), QStringLiteral("other"));
        // A group has the name of its runs.
        QVERIFY((model.flags(model.indexOf("run0").parent()) & Qt::ItemIsEditable) == 0);
    }

    void sparklinesAreWantedUntilTheyAreAsNewAsTheirRun() {
        RunsModel model;
        model.setTable(seeds);
        const QModelIndex lone = model.indexOf("run2");
        QCOMPARE(model.staleLines({lone}), std::vector<RunId>{"run2"});
        model.setLines({{"run2", {20, 20}, {{1, 2, 3}, {3, 2, 1}}}});
        QVERIFY(model.staleLines({lone}).empty());
        QCOMPARE(lone.siblingAtColumn(2).data(LinesRole).value<QList<QList<double>>>(),
                 (QList<QList<double>>{{1, 2, 3}}));
        RunTable next = seeds;
        next.rows[2].metrics[0].lastStep = 30;
        model.setTable(next);
        QCOMPARE(model.staleLines({lone}), std::vector<RunId>{"run2"});
        // A group wants those of all its runs.
        QCOMPARE(model.staleLines({model.indexOf("run0").parent()}).size(), 2U);
    }

    void filter_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("runs");
        QTest::newRow("nothing") << QString() << 4;
        QTest::newRow("a word") << QStringLiteral("LON") << 1;
        QTest::newRow("not a word") << QStringLiteral("-lone") << 3;
        QTest::newRow("state") << QStringLiteral("state:finished -a") << 1; // "failed" has an a
        QTest::newRow("name") << QStringLiteral("name:a") << 3;
        QTest::newRow("group") << QStringLiteral("group:ga") << 2;
        QTest::newRow("seed") << QStringLiteral("seed:2") << 1;
        QTest::newRow("value") << QStringLiteral("miou>0.6") << 2;
        QTest::newRow("value with a decimal comma") << QStringLiteral("miou>0,6") << 2;
        QTest::newRow("at the bound") << QStringLiteral("miou>=0.65 miou<=0.65") << 1;
        QTest::newRow("task and value") << QStringLiteral("depth.abs_err<1") << 1;
        QTest::newRow("not a value: those without one too") << QStringLiteral("-miou>0.6") << 2;
        QTest::newRow("a value that is none") << QStringLiteral("miou>x") << 0;
        QTest::newRow("quotes") << QStringLiteral("\"lo ne\"") << 0;
        QTest::newRow("an open quote") << QStringLiteral("\"lone") << 1;
        QTest::newRow("a lone minus") << QStringLiteral("-") << 0;
        QTest::newRow("markup and patterns are letters") << QStringLiteral(".*[<b>") << 0;
    }

    void filter() {
        QFETCH(const QString, text);
        QFETCH(const int, runs);
        RunsModel model;
        model.setTable(seeds);
        model.setFilter(RunFilter(text));
        QCOMPARE(model.shownRuns(), runs);
    }

    void aGroupOfWhichOneRunIsLeftIsThatRun() {
        RunsModel model;
        model.setTable(seeds);
        model.setFilter(RunFilter(QStringLiteral("seed:0")));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.groupCount(), 0);
        QCOMPARE(model.index(0, 0).data(NoteRole).toString(), QStringLiteral("seed 0"));
    }

    void readsItsTableFromTheStore() {
        Desk desk;
        Store store = desk.openStore();
        const RunId good = makeRun(store, {.name = "good", .level = 0.7});
        const RunId queued = makeRun(store, {.name = "queued", .state = RunState::Queued});
        RunFactsReader facts;
        const RunTable table = valueOf(readRunTable(store, desk.catalogue, facts));
        QCOMPARE(table.columns.size(), 3U);
        QCOMPARE(table.columns[0].info.name, std::string("miou"));
        QCOMPARE(table.rows.size(), 2U);
        QCOMPARE(table.rows[0].metrics[0].lastStep, 600);
        QCOMPARE(table.rows[0].metrics[0].best, table.rows[0].metrics[0].last); // only grows
        QVERIFY(std::isnan(table.rows[1].metrics[0].best));
        const auto lines = valueOf(readLines(store, {good, queued, "gone"}, table.columns));
        QCOMPARE(lines.size(), 2U);
        QCOMPARE(lines[0].lines[0].size(), 15U); // a validation each 40 of 600 steps
        QVERIFY(lines[1].lines[0].empty());
    }
};

QTEST_MAIN(TestRunsModel)
#include "tst_runsmodel.moc"
