// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/compare_page_testing.h"
#include "ui/compare/frame_strip.h"
#include "ui/compare/legend_card.h"
#include "ui/compare/run_picker.h"
#include "ui/services/job_notice.h"
#include "widgets/pictures/gallery.h"

#include <QAbstractItemModelTester>
#include <QTreeView>

using namespace concertina;
using namespace concertina::testing;

class TestCompareRuns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void emptyPageOffersRunsWithCheckpoints();
    void theRunThatWasLookedAtIsSelected();
    void twoRunsAreComparedOnOneFrame();
    void newCheckpointIsShownAndTheViewKept();
    void youngRunSaysThatThereIsNoCheckpoint();
    void failureStaysInItsPanelAndCanBeTriedAgain();
    void runThatWasDeletedIsReported();
    void choicesSurviveARestart();
    void pickerModelIsSound();
};

void TestCompareRuns::emptyPageOffersRunsWithCheckpoints() {
    OpenComparePage at;
    auto* picker = at.part<RunPicker>();
    QVERIFY(picker->isVisible());
    QTRY_VERIFY(at.says(QStringLiteral("No run has a checkpoint yet"), picker));
    at.desk.makeRun("without", 0);
    at.desk.makeRun("older");
    const RunId run = at.desk.makeRun("newer");
    QTRY_COMPARE(picker->list()->model()->rowCount(), 2);
    QCOMPARE(picker->list()->model()->index(0, 0).data().toString(), QStringLiteral("newer"));
    // Who looked while there was one run alone has that one selected still.
    QTest::keyClick(picker->list(), Qt::Key_Home);
    QTest::keyClick(picker->list(), Qt::Key_Return);
    QTRY_VERIFY(at.isShown());
    QCOMPARE(at.page->header().title, QStringLiteral("newer"));
    QVERIFY(at.desk.jobs.asked.contains(
        QStringLiteral("frame %1 val 0").arg(QString::fromStdString(run))));
}

void TestCompareRuns::theRunThatWasLookedAtIsSelected() {
    OpenComparePage at;
    const RunId without = at.desk.makeRun("without", 0);
    const RunId older = at.desk.makeRun("older");
    at.desk.makeRun("newer");
    QTreeView* list = at.part<RunPicker>()->list();
    const auto selected = [list] { return list->currentIndex().data().toString(); };
    QTRY_COMPARE(list->model()->rowCount(), 2);
    const auto comeBackFrom = [&at](const RunId& run) {
        at.page->hide();
        at.page->prefer(run);
        at.page->show();
    };
    comeBackFrom(older);
    QTRY_COMPARE(selected(), QStringLiteral("older"));
    for (int row = 0; row < 2; ++row)
        if (list->model()->index(row, 0).data() == QStringLiteral("newer"))
            list->setCurrentIndex(list->model()->index(row, 0));
    comeBackFrom(older); // what was selected since stays
    at.desk.makeRun("newest");
    QTRY_COMPARE(list->model()->rowCount(), 3);
    QTRY_COMPARE(selected(), QStringLiteral("newer"));
    comeBackFrom(without); // which cannot be compared
    QTRY_COMPARE(selected(), QStringLiteral("newest"));
}

void TestCompareRuns::twoRunsAreComparedOnOneFrame() {
    OpenComparePage at;
    const RunId first = at.desk.makeRun("rooms-demo");
    const RunId second = at.desk.makeRun(std::string(200, 'x'));
    QVERIFY(at.open(first));
    at.page->strip()->gallery()->setFocus();
    QTest::keyClick(at.page->strip()->gallery(), Qt::Key_Right);
    at.action(QStringLiteral("Compare with another run…"))->trigger();
    auto* picker = at.part<RunPicker>();
    QVERIFY(picker->isVisible());
    QTRY_COMPARE(picker->list()->model()->rowCount(), 1); // not the run itself
    QTest::keyClick(picker->list(), Qt::Key_Return);
    QTRY_VERIFY(at.isShown());
    for (const RunId& run : {first, second}) // the frame that was chosen before
        QVERIFY(at.desk.jobs.asked.contains(
            QStringLiteral("frame %1 val 1").arg(QString::fromStdString(run))));
    QVERIFY(at.swipe()->left().caption.startsWith(QStringLiteral("Collapsed · rooms-demo")));
    QVERIFY(at.swipe()->right().caption.startsWith(QStringLiteral("Collapsed · xxx")));
    QVERIFY(at.page->width() <= 1294); // the long name does not widen the page
    at.action(QStringLiteral("Back to one run"))->trigger();
    QTRY_COMPARE(at.swipe()->left().caption, QStringLiteral("Expanded · 1.84 M"));
}

void TestCompareRuns::newCheckpointIsShownAndTheViewKept() {
    OpenComparePage at;
    const RunId run = at.desk.makeRun("going", 0);
    at.desk.addCheckpoint(run, 100);
    QVERIFY(at.open(run));
    QCOMPARE(at.page->header().tone, PageHeader::Tone::Busy);
    at.page->stage()->view().setZoom(16, {20, 30});
    const auto frames = [&at] {
        return at.desk.jobs.asked.filter(QStringLiteral("frame ")).size();
    };
    const qsizetype before = frames();
    at.desk.addCheckpoint(run, 200);
    QTRY_COMPARE(frames(), before + 1);
    QTRY_VERIFY(at.says(QStringLiteral("step 200")));
    QVERIFY(!at.page->stage()->view().isFit());
    QVERIFY(at.isShown());
    // The report is not measured anew by itself, while the run needs the processors.
    QCOMPARE(at.desk.jobs.asked.filter(QStringLiteral("verify ")).size(), 1);
}

void TestCompareRuns::youngRunSaysThatThereIsNoCheckpoint() {
    OpenComparePage at;
    const RunId run = at.desk.makeRun("young", 0);
    at.page->showRuns(run, std::nullopt);
    QTRY_VERIFY(at.swipe()->left().message.contains(QStringLiteral("“young” has no checkpoint yet")));
    QVERIFY(!at.action(QStringLiteral("Save collapsed network…"))->isEnabled());
    at.desk.addCheckpoint(run, 50);
    QTRY_VERIFY(at.isShown());
    QVERIFY(at.action(QStringLiteral("Save collapsed network…"))->isEnabled());
}

void TestCompareRuns::failureStaysInItsPanelAndCanBeTriedAgain() {
    OpenComparePage at;
    at.desk.jobs.problem = Problem{"dataset.missing", "/data/nyuv2", "no such folder",
                                   "the dataset's folder", "Set data.dataset.options.folder."};
    at.page->showRuns(at.desk.makeRun("rooms-demo"), std::nullopt);
    JobNotice* notice = at.page->strip()->notice();
    QTRY_VERIFY(notice->isFailure());
    QVERIFY(notice->text().contains(QStringLiteral("/data/nyuv2")));
    for (const QLabel* label : notice->findChildren<QLabel*>())
        QVERIFY(label->textInteractionFlags().testFlag(Qt::TextSelectableByMouse));
    at.desk.jobs.problem.reset();
    Q_EMIT notice->againAsked();
    QTRY_VERIFY(at.isShown());
    QVERIFY(!notice->isFailure());
}

void TestCompareRuns::runThatWasDeletedIsReported() {
    OpenComparePage at;
    const RunId run = at.desk.makeRun("rooms-demo");
    QVERIFY(at.open(run));
    QVERIFY(at.desk.open().deleteRun(run).has_value());
    QTRY_VERIFY(at.page->stage()->notice()->isFailure());
    QVERIFY(at.isShown()); // what was predicted can still be looked at
}

void TestCompareRuns::choicesSurviveARestart() {
    OpenComparePage at;
    const RunId run = at.desk.makeRun("rooms-demo");
    QVERIFY(at.open(run));
    at.tasks()->setCurrentIndex(Normal);
    at.setMode(CompareMode::Blink);
    at.part<LegendCard>()->setOpacity(0.3);
    at.restart();
    at.page->showRuns(run, std::nullopt);
    QTRY_VERIFY(at.tasks() != nullptr);
    QCOMPARE(at.tasks()->currentIndex(), int(Normal));
    QCOMPARE(at.page->stage()->mode(), CompareMode::Blink);
    QCOMPARE(at.part<LegendCard>()->opacity(), 0.3);
}

void TestCompareRuns::pickerModelIsSound() {
    PickableRunsModel model;
    QAbstractItemModelTester tester(&model);
    model.setRuns({{"aaaaaaaa", QStringLiteral("one"), QStringLiteral("failed"), 12345, {}},
                   {"bbbbbbbb", QStringLiteral("two"), QStringLiteral("running"), 7, {}}});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, PickableRunsModel::Checkpoint).data().toString(),
             QStringLiteral("12,345"));
    QCOMPARE(model.index(0, PickableRunsModel::State).data().toString(), QStringLiteral("failed"));
    model.setRuns({});
    QCOMPARE(model.rowCount(), 0);
}

QTEST_MAIN(TestCompareRuns)
#include "tst_compareruns.moc"
