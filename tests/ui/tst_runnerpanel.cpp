// SPDX-License-Identifier: GPL-3.0-or-later
// The table of how long each runner takes for a collapsed network.
#include "tests/ui/compare_testing.h"
#include "ui/compare/runner_model.h"
#include "ui/compare/runner_panel.h"
#include "ui/services/job_notice.h"

#include <QTableView>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class TestRunnerPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runnersAreATable();
    void whatCannotBeMeasuredIsReportedAndTriedAgain();
};

void TestRunnerPanel::runnersAreATable() {
    QWidget host;
    host.resize(1200, 800);
    host.show();
    FakePredictions jobs;
    RunnerPanel panel(jobs, &host);
    panel.showRun("run-a", QStringLiteral("rooms-demo"), 1200);
    const QAbstractItemModel* shown = panel.table()->model();
    QTRY_COMPARE(shown->rowCount(), 4);
    const auto cell = [&](int row, int column) {
        return shown->index(row, column).data().toString();
    };
    QCOMPARE(cell(0, 0), QStringLiteral("Concertina"));
    QCOMPARE(cell(0, 3), QStringLiteral("3.21 ms"));
    QCOMPARE(cell(0, 6), QStringLiteral("1.28")); // 3.21 ÷ 2.5, the quickest of batch 1
    QCOMPARE(cell(3, 6), QStringLiteral("1.00")); // alone in batch 8
    QCOMPARE(cell(2, 3), QStringLiteral("not measured"));
    QVERIFY(
        shown->index(2, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("odd sizes")));
    QVERIFY2(
        panel.summary().contains(QStringLiteral("TorchScript, frozen, float32, batch 1, 2.5 ms")),
        qPrintable(panel.summary()));
    QVERIFY2(panel.note().contains(QStringLiteral("step 1,200"))
                 && panel.note().contains(QStringLiteral("96 × 128")),
             qPrintable(panel.note()));
    panel.table()->sortByColumn(3, Qt::AscendingOrder);
    QCOMPARE(cell(0, 0), QStringLiteral("TorchScript, frozen"));
    QCOMPARE(cell(3, 3), QStringLiteral("not measured")); // last, whatever the order of the others

    // The same run is not measured again; another checkpoint is.
    panel.dismiss();
    panel.showRun("run-a", QStringLiteral("rooms-demo"), 1200);
    QCOMPARE(jobs.asked.size(), 1);
    panel.showRun("run-a", QStringLiteral("rooms-demo"), 1300);
    QCOMPARE(jobs.asked.size(), 2);
}

void TestRunnerPanel::whatCannotBeMeasuredIsReportedAndTriedAgain() {
    QWidget host;
    host.resize(1200, 800);
    host.show();
    FakePredictions jobs;
    jobs.problem = Problem{"checkpoint.missing", "run-a", "no checkpoint", "one", ""};
    RunnerPanel panel(jobs, &host);
    panel.showRun("run-a", QStringLiteral("rooms-demo"), 1200);
    QTRY_VERIFY(panel.notice()->isVisible() && panel.notice()->isFailure());
    QCOMPARE(panel.table()->model()->rowCount(), 0);
    jobs.problem.reset();
    Q_EMIT panel.notice()->againAsked();
    QTRY_COMPARE(panel.table()->model()->rowCount(), 4);
}

QTEST_MAIN(TestRunnerPanel)
#include "tst_runnerpanel.moc"
