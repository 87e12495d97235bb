// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/compare_page_testing.h"
#include "ui/compare/difference_model.h"
#include "ui/compare/difference_panel.h"

#include <QAction>
#include <QCheckBox>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// Compare sets two networks side by side, node by node.

class TestDifferencePanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nodesStandInStepAndThoseThatAreTheSameAreLeftOut() {
        OpenComparePage at;
        const RunId run = at.desk.makeRun("rooms-demo");
        QVERIFY(at.open(run));
        auto* panel = at.part<DifferencePanel>();
        at.action(QStringLiteral("Difference of networks…"))->trigger();
        QVERIFY(panel->isVisible());
        // Of one run, before and after collapsing.
        const QString id = QString::fromStdString(run);
        QVERIFY(at.desk.jobs.asked.contains(QStringLiteral("difference %1 expanded, %1").arg(id)));
        auto* rows = panel->table()->model();
        QTRY_COMPARE(rows->rowCount(), 2);
        const auto cell = [rows](int row, int column) {
            return rows->index(row, column).data().toString();
        };
        QCOMPARE(cell(0, DifferenceModel::Node), QStringLiteral("one/depth"));
        QCOMPARE(cell(0, DifferenceModel::Left), QStringLiteral("stride 1"));
        QCOMPARE(cell(0, DifferenceModel::Right), QStringLiteral("stride 2"));
        QCOMPARE(cell(0, DifferenceModel::Parameters), QStringLiteral("0.125"));
        QCOMPARE(cell(1, DifferenceModel::Node), QStringLiteral("two/depth"));
        QCOMPARE(cell(1, DifferenceModel::Left), QStringLiteral("–"));
        QCOMPARE(cell(1, DifferenceModel::Right), QStringLiteral("conv"));
        QVERIFY2(panel->summary().contains(QStringLiteral("2 of 4")), qPrintable(panel->summary()));
        QVERIFY(panel->note().contains(QStringLiteral("1 added")));
        panel->only()->setChecked(false);
        QCOMPARE(rows->rowCount(), 4);
        QCOMPARE(cell(0, DifferenceModel::Left), QStringLiteral("input"));
        panel->filter()->setText(QStringLiteral("one.*"));
        QCOMPARE(rows->rowCount(), 1);
    }

    void keysSelectARowAndItsDetailsAreShown() {
        OpenComparePage at;
        QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
        auto* panel = at.part<DifferencePanel>();
        at.action(QStringLiteral("Difference of networks…"))->trigger();
        QTRY_COMPARE(panel->table()->model()->rowCount(), 2);
        QVERIFY(panel->details().isEmpty());
        panel->table()->setCurrentIndex(panel->table()->model()->index(1, 0));
        QTest::keyClick(panel->table(), Qt::Key_Up);
        QVERIFY2(panel->details().contains(QStringLiteral("stride 1 | 2"))
                     && panel->details().contains(QStringLiteral("kernel by 0.5")),
                 qPrintable(panel->details()));
        QVERIFY(at.says(QStringLiteral("stride 1 | 2"), panel));
    }

    void aFileTakesTheOtherNetworksPlace() {
        OpenComparePage at;
        const RunId run = at.desk.makeRun("rooms-demo");
        QVERIFY(at.open(run));
        auto* panel = at.part<DifferencePanel>();
        at.action(QStringLiteral("Difference of networks…"))->trigger();
        QTRY_COMPARE(panel->table()->model()->rowCount(), 2);
        at.desk.dialogs.files = {QStringLiteral("/tmp/net.safetensors")};
        panel->fileButton()->click();
        QTRY_VERIFY(
            at.desk.jobs.asked.contains(QStringLiteral("difference %1, /tmp/net.safetensors")
                                            .arg(QString::fromStdString(run))));
    }
};

QTEST_MAIN(TestDifferencePanel)
#include "tst_differencepanel.moc"
