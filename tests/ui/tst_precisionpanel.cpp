// SPDX-License-Identifier: GPL-3.0-or-later
// The table of what a network is worth with its weights in each type.
#include "tests/ui/compare_testing.h"
#include "ui/compare/precision_model.h"
#include "ui/compare/precision_panel.h"
#include "ui/services/job_notice.h"
#include "widgets/controls/segmented_control.h"

#include <QLineEdit>
#include <QTableView>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class TestPrecisionPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void metricsAndLayersAreTables();
    void whatCannotBeMeasuredIsReportedAndTriedAgain();
};

void TestPrecisionPanel::metricsAndLayersAreTables() {
    QWidget host;
    host.resize(1200, 800);
    host.show();
    FakePredictions jobs;
    PrecisionPanel panel(jobs, &host);
    panel.showRun("run-a", QStringLiteral("rooms-demo"), 1200);
    QVERIFY(panel.isVisible());
    const QAbstractItemModel* shown = panel.table()->model();
    QTRY_COMPARE(shown->rowCount(), 3); // two metrics and the size
    QCOMPARE(shown->columnCount(), 8);  // the name, four types, and what three of them change
    const auto cell = [&](int row, int column) {
        return shown->index(row, column).data().toString();
    };
    QCOMPARE(cell(0, 0), QStringLiteral("segmentation mIoU"));
    QCOMPARE(cell(0, 4), QStringLiteral("0.410"));
    QCOMPARE(cell(0, 7), QStringLiteral("-0.51 %")); // 0.4099 ÷ 0.412
    QCOMPARE(cell(1, 7), QStringLiteral("+0.51 %")); // 0.6754 ÷ 0.672
    QCOMPARE(cell(2, 4), QStringLiteral("380 kB"));
    QVERIFY2(panel.summary().contains(QStringLiteral("380 kB in place of 1.48 MB")),
             qPrintable(panel.summary()));
    QVERIFY2(panel.note().contains(QStringLiteral("step 1,200"))
                 && panel.note().contains(QStringLiteral("32 training images")),
             qPrintable(panel.note()));

    panel.rowsChoice()->setCurrentIndex(1);
    QCOMPARE(shown->rowCount(), 2);
    QCOMPARE(cell(0, 0), QStringLiteral("enc1.1"));
    QCOMPARE(cell(0, 5), QStringLiteral("2.13 %"));
    QVERIFY(panel.summary().contains(QStringLiteral("enc1.1")));
    panel.table()->sortByColumn(5, Qt::AscendingOrder);
    QCOMPARE(cell(0, 0), QStringLiteral("dec1.1"));
    panel.filter()->setText(QStringLiteral("enc*"));
    QCOMPARE(shown->rowCount(), 1);
    QVERIFY(panel.text().contains(QStringLiteral("0.0213")));

    // The same run is not measured again; another checkpoint is.
    panel.dismiss();
    panel.showRun("run-a", QStringLiteral("rooms-demo"), 1200);
    QCOMPARE(jobs.asked.size(), 1);
    panel.showRun("run-a", QStringLiteral("rooms-demo"), 1300);
    QCOMPARE(jobs.asked.size(), 2);
}

void TestPrecisionPanel::whatCannotBeMeasuredIsReportedAndTriedAgain() {
    QWidget host;
    host.resize(1200, 800);
    host.show();
    FakePredictions jobs;
    jobs.problem = Problem{"dataset.path", "data", "no folder", "the data", ""};
    PrecisionPanel panel(jobs, &host);
    panel.showRun("run-a", QStringLiteral("rooms-demo"), 1200);
    QTRY_VERIFY(panel.notice()->isVisible());
    QCOMPARE(jobs.asked.size(), 1);
    QCoreApplication::processEvents(); // the answer
    QVERIFY(panel.notice()->isVisible());
    QCOMPARE(panel.table()->model()->rowCount(), 0);
    jobs.problem.reset();
    Q_EMIT panel.notice()->againAsked();
    QTRY_COMPARE(panel.table()->model()->rowCount(), 3);
}

QTEST_MAIN(TestPrecisionPanel)
#include "tst_precisionpanel.moc"
