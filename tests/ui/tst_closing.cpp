// SPDX-License-Identifier: GPL-3.0-or-later
// Closing the window, with and without something that trains; its speed with many runs.
#include "tests/ui/window_testing.h"
#include "ui/runs/runs_model.h"
#include "ui/runs/runs_page.h"

#include <QElapsedTimer>
#include <QPointer>

using namespace concertina;
using namespace concertina::testing;

class TestClosing : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void idleWindowClosesWithoutAQuestion() {
        WindowBench bench;
        bench.open();
        QSignalSpy closed(&bench.window(), &MainWindow::closed);
        bench.window().close();
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY(!bench.window().isVisible());
        QVERIFY(bench.desk.dialogs.asked.isEmpty());
        QVERIFY(!bench.desk.runs.calls.contains(QStringLiteral("suspend")));
    }

    void trainingAsksOnceAndCancelChangesNothing() {
        WindowBench bench;
        bench.open();
        bench.desk.runs.setRuns({{"r1", RunState::Running}});
        bench.desk.dialogs.closings = {Dialogs::Closing::Cancel};
        bench.window().close();
        QCOMPARE(bench.desk.dialogs.asked, QStringList(QStringLiteral("close r1")));
        QVERIFY(bench.window().isVisible());
        QVERIFY(bench.desk.runs.calls.isEmpty());
        // Asked anew the next time.
        bench.desk.dialogs.closings = {Dialogs::Closing::Cancel};
        bench.window().close();
        QCOMPARE(bench.desk.dialogs.asked.size(), 2);
    }

    void goingOnMinimizes() {
        WindowBench bench;
        bench.open();
        bench.desk.runs.setRuns({{"r1", RunState::Running}});
        bench.desk.dialogs.closings = {Dialogs::Closing::GoOn};
        bench.window().close();
        QTRY_VERIFY(bench.window().isMinimized());
        QVERIFY(bench.desk.runs.calls.isEmpty());
    }

    void pausingClosesAfterTheCheckpointAndAsksNoMore() {
        WindowBench bench;
        bench.open();
        bench.desk.runs.setRuns({{"r1", RunState::Running}, {"r2", RunState::Queued}});
        bench.desk.runs.suspendsAtOnce = false;
        bench.desk.dialogs.closings = {Dialogs::Closing::PauseAndQuit};
        QSignalSpy closed(&bench.window(), &MainWindow::closed);
        bench.window().close();
        QCOMPARE(bench.desk.runs.calls, QStringList(QStringLiteral("suspend")));
        QVERIFY(bench.window().isVisible());
        QVERIFY(bench.notice().contains(QStringLiteral("closes after that")));
        bench.window().close(); // impatience
        QVERIFY(bench.window().isVisible());
        QCOMPARE(bench.desk.dialogs.asked.size(), 1);
        QCOMPARE(bench.desk.runs.calls.size(), 1);
        bench.desk.runs.finishSuspension();
        QTRY_COMPARE(closed.size(), 1);
    }

    void whatOnlyWaitsIsSuspendedWithoutAQuestion() {
        WindowBench bench;
        bench.open();
        bench.desk.runs.setRuns({{"r1", RunState::Paused}});
        QSignalSpy closed(&bench.window(), &MainWindow::closed);
        bench.window().close();
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY(bench.desk.dialogs.asked.isEmpty());
        QCOMPARE(bench.desk.runs.calls, QStringList(QStringLiteral("suspend")));
    }

    void whatMustCloseClosesWithoutAQuestionAndWithACheckpoint() {
        WindowBench bench;
        bench.open();
        bench.desk.runs.setRuns({{"r1", RunState::Running}});
        QSignalSpy closed(&bench.window(), &MainWindow::closed);
        bench.window().closeNow();
        bench.window().closeNow();
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY(bench.desk.dialogs.asked.isEmpty());
        QCOMPARE(bench.desk.runs.calls, QStringList(QStringLiteral("suspend")));
    }

    void whatMustCloseDoesNotWaitForAnAnswer() {
        WindowBench bench;
        bench.open();
        bench.desk.runs.setRuns({{"r1", RunState::Running}});
        QSignalSpy closed(&bench.window(), &MainWindow::closed);
        // While it asks; the answer that comes after that changes nothing.
        bench.desk.dialogs.whileAsking = [&] { bench.window().closeNow(); };
        bench.desk.dialogs.closings = {Dialogs::Closing::Cancel};
        bench.window().close();
        QCOMPARE(bench.desk.dialogs.asked.size(), 1);
        QTRY_COMPARE(closed.size(), 1);
        QCOMPARE(bench.desk.runs.calls, QStringList(QStringLiteral("suspend")));
    }

    void trashIsPurgedAtTheEnd() {
        WindowBench bench;
        Store store = bench.desk.openStore();
        const RunId run = makeRun(store);
        bench.open();
        done(store.trashRun(run)); // by this process
        QSignalSpy closed(&bench.window(), &MainWindow::closed);
        bench.window().close();
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY(!store.restoreRun(run));
    }

    void closesWhereTheStoreTakesNothing() {
        WindowBench bench;
        {
            Store store = bench.desk.openStore();
            makeRun(store);
        }
        bench.open();
        const StoreLock lock(bench.desk.folder());
        QSignalSpy closed(&bench.window(), &MainWindow::closed);
        bench.window().close();
        QTRY_COMPARE_WITH_TIMEOUT(closed.size(), 1, 20000);
    }

    void destroyedInTheMiddleOfEverything() {
        WindowBench bench;
        bench.open();
        bench.desk.runs.setRuns({{"r1", RunState::Running}});
        bench.desk.runs.suspendsAtOnce = false;
        bench.desk.dialogs.closings = {Dialogs::Closing::PauseAndQuit};
        bench.window().close();
        QVERIFY(bench.desk.runs.calls.contains(QStringLiteral("suspend")));
        const QPointer<MainWindow> gone = &bench.window();
        bench.discard();
        QVERIFY(gone.isNull());
        // What comes too late goes nowhere, and nothing stands in the next window's way.
        const QStringList asked = bench.asked;
        bench.desk.runs.finishSuspension();
        QCoreApplication::processEvents();
        QCOMPARE(bench.asked, asked);
        bench.pages.clear();
        bench.open();
        QVERIFY(bench.window().isVisible() && bench.window().isEnabled());
    }

    /// Open and usable with 1,000 runs within 1.5 s (bench has the figure; this has room for a
    /// machine that builds meanwhile).
    void opensQuicklyWithAThousandRuns() {
        Desk desk;
        fillStore(desk.folder(), 1000, 15);
        desk.settings.setValue(QStringLiteral("window/page"), QStringLiteral("runs"));
        QElapsedTimer timer;
        timer.start();
        const std::vector<PageInfo> infos{
            {QStringLiteral("blank"),
             {},
             {},
             [](const PageContext&) { return new BlankPage(QStringLiteral("blank")); }},
            {QStringLiteral("runs"), {}, {}, [](const PageContext& context) {
                 return new RunsPage(context);
             }}};
        MainWindow window(
            {desk.catalogue, *desk.store, desk.runs, desk.jobs, desk.dialogs, desk.settings},
            infos);
        window.show();
        auto* model = window.findChild<RunsModel*>();
        QVERIFY(model != nullptr);
        QTRY_COMPARE(model->runCount(), 1000);
        window.grab();
        qInfo("open with 1,000 runs: %lld ms", timer.elapsed());
        QVERIFY(timer.elapsed() < 6000);
    }
};

QTEST_MAIN(TestClosing)
#include "tst_closing.moc"
