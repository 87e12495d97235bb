// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/thread_time.h"
#include "tests/model/test_catalogue.h"
#include "tests/ui/runs_testing.h"
#include "widgets/controls/segmented_control.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QPushButton>

using namespace concertina;
using namespace concertina::testing;

class TestRunsPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void emptyStoreSaysWhatWillBeHereAndLeadsOn() {
        RunsBench bench;
        bench.open();
        QTRY_VERIFY(hasText(bench.page(), QStringLiteral("Every run that is trained")));
        auto* begin = bench.page().findChild<QPushButton*>();
        for (QPushButton* button : bench.page().findChildren<QPushButton*>())
            if (button->text() == QLatin1String("Set up an experiment"))
                begin = button;
        QTest::mouseClick(begin, Qt::LeftButton);
        QCOMPARE(bench.desk.navigator.setUps.size(), 1U);
        QCOMPARE(bench.desk.navigator.setUps[0].first.name, std::string("rooms-demo"));
    }

    void showsRunsInWordsWithTheirBest() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId failed = makeRun(
            store,
            {.name = "bad", .state = RunState::Failed, .stateText = "loss is NaN", .step = 311});
        const RunId going =
            makeRun(store, {.name = "going", .state = RunState::Running, .step = 372});
        bench.openWith(2);
        const QAbstractItemModelTester tester(&bench.model());
        const auto state = [&](const RunId& run) {
            return bench.model().indexOf(run).siblingAtColumn(1).data().toString();
        };
        QCOMPARE(state(failed), QStringLiteral("failed at step 311: loss is NaN"));
        QCOMPARE(state(going), QStringLiteral("training, 62 %"));
        QCOMPARE(bench.page().header().note, QStringLiteral("2 runs"));
        // Sparklines come for what is seen.
        QTRY_VERIFY(!bench.model()
                         .index(0, 2)
                         .data(LinesRole)
                         .value<QList<QList<double>>>()
                         .value(0)
                         .isEmpty());
    }

    void followsWhatOthersDoAndKeepsTheSelection() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId kept = makeRun(store, {.name = "kept"});
        bench.openWith(1);
        bench.select({kept});
        makeRun(store, {.name = "later"});
        QTRY_COMPARE(bench.model().rowCount(), 2);
        QCOMPARE(bench.selected(), std::vector<RunId>{kept});
        done(store.rename(kept, "another name"));
        QTRY_COMPARE(bench.model().indexOf(kept).data().toString(), QStringLiteral("another name"));
        QCOMPARE(bench.selected(), std::vector<RunId>{kept});
    }

    void renamesInPlace() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId run = makeRun(store, {.name = "old"});
        bench.openWith(1);
        bench.select({run});
        QTest::keyClick(&bench.table(), Qt::Key_F2);
        auto* editor = bench.table().viewport()->findChild<QLineEdit*>();
        QVERIFY(editor != nullptr);
        const QString wide = QString(200, QChar(0x904B)); // 200 letters of three bytes
        editor->setText(wide);
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(QString::fromStdString(valueOf(store.run(run)).summary.name), wide);
        QTRY_COMPARE(bench.details().title(), wide);
        QVERIFY(bench.page().minimumSizeHint().width() < 1294);
    }

    void whatIsTypedSurvivesProgressBesideIt() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId run = makeRun(store, {.name = "old", .state = RunState::Running, .step = 100});
        bench.openWith(1);
        bench.select({run});
        QTest::keyClick(&bench.table(), Qt::Key_F2);
        auto* editor = bench.table().viewport()->findChild<QLineEdit*>();
        editor->setText(QStringLiteral("half typ"));
        auto writer = valueOf(StoreWriter::open(store.folder(), run));
        done(writer->progress({300, 3, 30}));
        done(writer->close());
        QTRY_COMPARE(bench.model().indexOf(run).siblingAtColumn(1).data().toString(),
                     QStringLiteral("training, 50 %"));
        QCOMPARE(editor->text(), QStringLiteral("half typ"));
        QVERIFY(editor->isVisible());
    }

    void notesAreKept() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId run = makeRun(store);
        const RunId other = makeRun(store);
        bench.openWith(2);
        bench.select({run});
        QTRY_VERIFY(bench.notes().isVisible());
        QTest::keyClicks(&bench.notes(), QStringLiteral("best so far"));
        bench.select({other}); // before the pause after which notes are saved
        QTRY_COMPARE(valueOf(store.run(run)).summary.notes, std::string("best so far"));
        QCOMPARE(valueOf(store.run(other)).summary.notes, std::string());
    }

    void deletedRunsCanBeHadBack() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId one = makeRun(store, {.name = "one"});
        const RunId two = makeRun(store, {.name = "two"});
        bench.openWith(2);
        bench.select({one});
        QTest::keyClick(&bench.table(), Qt::Key_Delete);
        QTRY_COMPARE(bench.model().rowCount(), 1);
        // Its checkpoint has 1,000 bytes.
        QVERIFY(bench.strips().contains(QStringLiteral("Deleted one. 1.00 kB will be freed")));
        QVERIFY(!store.run(one));
        bench.select({two});
        QTest::keyClick(&bench.table(), Qt::Key_Delete);
        QTRY_COMPARE(bench.model().rowCount(), 0);
        bench.action("Undo delete").trigger();
        QTRY_COMPARE(bench.model().rowCount(), 1);
        QVERIFY(store.run(two));
        QTRY_VERIFY(bench.strips().contains(QStringLiteral("Deleted one")));
        bench.action("Undo delete").trigger();
        QTRY_COMPARE(bench.model().rowCount(), 2);
        QVERIFY(!bench.action("Undo delete").isEnabled());
        QTRY_COMPARE(bench.strips(), QString());
    }

    void runThatTrainsIsNotDeleted() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId run = makeRun(store, {.name = "going", .state = RunState::Running, .step = 9});
        bench.openWith(1);
        bench.select({run});
        bench.action("Delete").trigger();
        QTRY_VERIFY(bench.strips().contains(QStringLiteral("going could not be deleted")));
        QCOMPARE(bench.model().rowCount(), 1);
    }

    void leadsToTheOtherPages() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId one = makeRun(store, {.name = "one"});
        const RunId two = makeRun(store, {.name = "two", .seed = 7});
        bench.openWith(2);
        auto& navigator = bench.desk.navigator;
        bench.select({one});
        QTest::keyClick(&bench.table(), Qt::Key_Return);
        QCOMPARE(navigator.monitored, std::vector<RunId>{one});
        bench.action("Compare").trigger();
        QCOMPARE(navigator.compared[0].first, one);
        QVERIFY(!navigator.compared[0].second);
        bench.action("Clone into Set-up").trigger();
        QTRY_COMPARE(navigator.setUps.size(), 1U);
        QCOMPARE(navigator.setUps[0].first.name, std::string("one"));
        QCOMPARE(navigator.setUps[0].second, QStringLiteral("copy of one"));
        bench.select({one, two});
        bench.action("Compare both").trigger();
        QVERIFY(navigator.compared[1].second);
        QVERIFY(!bench.action("Open in Monitor").isEnabled());
    }

    void aRunThatTimeHasCutIsRepeatedByItsSteps() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        ExperimentSpec spec = testSpec();
        spec.train.stopAfter = "10 min";
        const RunId run = makeRun(
            store, {.name = "cut", .state = RunState::Finished, .step = 417, .spec = spec});
        bench.openWith(1);
        bench.select({run});
        bench.action("Clone into Set-up").trigger();
        QTRY_COMPARE(bench.desk.navigator.setUps.size(), 1U);
        QCOMPARE(bench.desk.navigator.setUps[0].first.train.stopAfter, std::string("417 steps"));
    }

    void twoRunsShowWhatDiffers() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        makeRun(store, {.name = "one"});
        ExperimentSpec other = testSpec();
        other.train.lr = 0.5;
        makeRun(store, {.name = "two", .seed = 3, .spec = other});
        bench.openWith(2);
        bench.select({bench.model().runsAt(bench.model().index(0, 0))[0],
                      bench.model().runsAt(bench.model().index(1, 0))[0]});
        QTRY_COMPARE(bench.differences().rowCount(), 3); // name, seed, rate
        QStringList fields;
        for (int i = 0; i < 3; ++i)
            fields << bench.differences().item(i, 0)->text();
        QCOMPARE(fields, QStringList({QStringLiteral("name"), QStringLiteral("seed"),
                                      QStringLiteral("train.lr")}));
    }

    void resumesWhatCanBe() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId stopped = makeRun(store, {.name = "s", .state = RunState::Stopped, .step = 40});
        const RunId finished = makeRun(store, {.name = "f"});
        bench.openWith(2);
        bench.select({finished});
        QVERIFY(!bench.action("Resume").isEnabled());
        bench.select({stopped});
        bench.action("Resume").trigger();
        QCOMPARE(bench.desk.runs.calls,
                 QStringList(QStringLiteral("resume ") + QString::fromStdString(stopped)));
    }

    void oneThatWasCutGoesOnToItsPlan() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        ExperimentSpec spec = testSpec();
        spec.train.steps = 1000;
        spec.train.stopAfter = "600 steps";
        const RunId cut = makeRun(store, {.name = "cut", .spec = spec});
        const RunId whole = makeRun(store, {.name = "whole"});
        bench.openWith(2);
        bench.select({cut});
        QTRY_VERIFY(bench.offers("Go on to step 1000"));
        QTRY_VERIFY(bench.action("Go on to step 1000").isEnabled());
        const QModelIndex state =
            bench.model().indexOf(cut).siblingAtColumn(RunsModel::StateColumn);
        QCOMPARE(state.data().toString(), QStringLiteral("cut at step 600 of 1000"));
        QCOMPARE(state.data(ToneRole).toInt(), static_cast<int>(PageHeader::Tone::Neutral));
        QVERIFY(hasText(bench.details(), QStringLiteral("600 of 1000 steps in ")));
        QVERIFY(hasText(bench.details(), QStringLiteral("cut at step 600 of 1000")));
        bench.action("Go on to step 1000").trigger();
        QCOMPARE(bench.desk.runs.calls,
                 QStringList(QStringLiteral("go on to plan ") + QString::fromStdString(cut)));
        bench.select({whole});
        QTRY_VERIFY(!bench.action("Resume").isEnabled());
        bench.filter().setText(QStringLiteral("state:cut"));
        QTRY_COMPARE(bench.model().shownRuns(), 1);
    }

    void detailsNameTheDataset() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        ExperimentSpec spec = testSpec();
        spec.data.dataset = {"folder", {{"path", "/data/mine"}}};
        const RunId of = makeRun(store, {.name = "of a folder", .spec = spec});
        const RunId rooms = makeRun(store, {.name = "of rooms"});
        bench.openWith(2);
        bench.select({of}); // whose dataset.json calls it rooms
        QTRY_VERIFY(hasText(bench.details(), QStringLiteral("rooms (folder mine), 16 × 24")));
        bench.select({rooms});
        QTRY_VERIFY(hasText(bench.details(), QStringLiteral("rooms, 16 × 24")));
    }

    void groupsAreExpandedAndRememberedAsAChoice() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        for (int seed = 0; seed < 3; ++seed)
            makeRun(store, {.name = "seeds", .seed = seed, .group = "g1"});
        bench.openWith(1);
        QCOMPARE(bench.page().header().note, QStringLiteral("3 runs, 1 group"));
        bench.page().findChild<SegmentedControl*>()->setCurrentIndex(1);
        QCOMPARE(bench.model().rowCount(), 3);
        bench.close();
        bench.openWith(3);
    }

    void filterThatFitsNothingSaysSo() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        makeRun(store);
        bench.openWith(1);
        bench.action("Filter runs").trigger();
        QVERIFY(bench.filter().hasFocus());
        QTest::keyClicks(&bench.filter(), QStringLiteral("nothing like this"));
        QTRY_VERIFY(hasText(bench.page(), QStringLiteral("No run fits")));
        QCOMPARE(bench.page().header().note, QStringLiteral("0 of 1 runs"));
        bench.filter().clear();
        QTRY_COMPARE(bench.model().rowCount(), 1);
    }

    void tenThousandRunsStayQuick() {
        RunsBench bench;
        fillStore(bench.desk.folder(), 10000);
        QElapsedTimer timer;
        timer.start();
        bench.open();
        QTRY_COMPARE_WITH_TIMEOUT(bench.model().runCount(), 10000, 30000);
        qInfo("10,000 runs are shown after %lld ms", timer.elapsed());
        // The thread's own time: what else the machine does plays no part.
        const auto took = [&](const char* what, auto&& act) {
            const double before = bench::threadMilliseconds();
            act();
            const double elapsed = bench::threadMilliseconds() - before;
            qInfo("%s: %.0f ms", what, elapsed);
            QVERIFY2(elapsed < 1500, what); // some tens of ms; quadratic work takes many seconds
        };
        took("sorting by a metric", [&] { bench.model().sort(2, Qt::AscendingOrder); });
        took("sorting by name", [&] { bench.model().sort(0, Qt::AscendingOrder); });
        took("filtering", [&] { bench.model().setFilter(RunFilter(QStringLiteral("miou>0.5"))); });
        took("painting", [&] { bench.page().grab(); });
        took("selecting everything", [&] {
            bench.table().selectAll();
            QCoreApplication::processEvents();
        });
    }
};

QTEST_MAIN(TestRunsPage)
#include "tst_runspage.moc"
