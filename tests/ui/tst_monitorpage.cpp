// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/test_catalogue.h"
#include "tests/ui/monitor_testing.h"
#include "ui/monitor/progress_strip.h"
#include "ui/monitor/run_chooser.h"
#include "ui/monitor/validation_model.h"
#include "ui/store/store_access.h"

#include <QAbstractItemModelTester>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTreeWidget>

#include <algorithm>
#include <filesystem>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int patience = monitorPatience;

} // namespace

class TestMonitorPage : public QObject, private MonitorFixture {
    Q_OBJECT

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }
    void withoutARunTheLatestAreOffered();
    void finishedRunShowsEverything();
    void curvesFollowTheStore();
    void rowsThatAreTakenAwayGoFromTheCurves();
    void hiddenPageReadsNothingAndCatchesUp();
    void ownRunHasItsButtons();
    void runOfAnotherProcessHasNone();
    void interruptedRunCanBeResumed();
    void runThatWasCutGoesOnToItsPlan();
    void whatTrainingWaitsForIsReported();
    void failureIsTextThatCanBeCopied();
    void deletedRunStaysAsItWas();
    void unknownRunIsReported();
    void vanishedStoreIsReported();
    void lockedStoreDoesNotBlockTheWindow();
    void longNamesAndFastChangesOfRun();
};

void TestMonitorPage::withoutARunTheLatestAreOffered() {
    Store store = m_desk->openStore();
    for (int i = 0; i < 12; ++i)
        makeRun(store, {.name = "run " + std::to_string(i)});
    open({});
    auto& list = part<QTreeWidget>();
    QTRY_COMPARE_WITH_TIMEOUT(list.topLevelItemCount(), 8, patience);
    QCOMPARE(list.topLevelItem(0)->text(0), QStringLiteral("run 11"));
    QCOMPARE(list.topLevelItem(0)->text(1), QStringLiteral("finished"));
    QVERIFY(m_page->barActions().isEmpty());
    for (auto* button : part<RunChooser>().findChildren<QPushButton*>())
        button->click();
    QCOMPARE(m_desk->navigator.runsShown, 1);
    QCOMPARE(m_desk->navigator.setUps.size(), std::size_t{1});
    QCOMPARE(m_desk->navigator.setUps[0].first.name, std::string("rooms-demo"));
    list.setFocus();
    list.setCurrentItem(list.topLevelItem(0));
    QTest::keyClick(&list, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().title, QStringLiteral("run 11"), patience);
}

void TestMonitorPage::finishedRunShowsEverything() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.name = "done"});
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().note, QStringLiteral("finished"), patience);
    QCOMPARE(m_page->header().title, QStringLiteral("done"));
    QStringList panels;
    for (PanelCard* card : part<CurveBoard>().shown())
        panels << card->panel().title;
    QCOMPARE(panels, (QStringList{QStringLiteral("Segmentation · mIoU"),
                                  QStringLiteral("Depth · absolute error"),
                                  QStringLiteral("Surface normals · mean angle"),
                                  QStringLiteral("Losses")}));
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{60}, patience);
    QCOMPARE(pointsOf("segmentation/miou", 1), std::size_t{15});
    QCOMPARE(plot("segmentation/miou").curves()[0].training, true);
    QVERIFY(part<ProgressStrip>().text().startsWith(
        QStringLiteral("epoch 8 of 8 · step 600 of 600 · 1 min 30 s gone")));
    // 600 steps of 8 images in 90 s.
    QCOMPARE(*part<ProgressStrip>().imagesPerSecond(), 600.0 * 8 / 90);
    const auto* model = m_page->findChild<ValidationModel*>();
    QCOMPARE(model->index(0, ValidationModel::Name).data().toString(),
             QStringLiteral("Segmentation · mIoU"));
    QVERIFY(model->index(2, ValidationModel::Best).data().toString().endsWith(QLatin1String(" m")));
    QCOMPARE(model->index(0, ValidationModel::BestStep).data().toString(), QStringLiteral("600"));
    QCOMPARE(buttons(), (QStringList{QStringLiteral("Compare"), QStringLiteral("Sharing")}));
    QVERIFY(m_page->hasPrimary());
    button("Compare").trigger();
    QCOMPARE(m_desk->navigator.compared.size(), std::size_t{1});
    QCOMPARE(m_desk->navigator.compared[0].first, run);
}

void TestMonitorPage::curvesFollowTheStore() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 0});
    open(run);
    const auto out = writer(run);
    done(out->append(rowsAt(1, 100, 0.25)));
    done(out->progress({100, 1.25, 10}));
    QTRY_VERIFY_WITH_TIMEOUT(m_page->header().note == QLatin1String("training, 16 %"), patience);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{100}, patience);
    // More than is read at once.
    done(out->append(rowsAt(101, 10000, 0.5)));
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{10000}, patience);
    QTRY_COMPARE_WITH_TIMEOUT(plot("segmentation/miou").shownX().high, 10000.0, patience);
    const Series& series = *plot("segmentation/miou").curves()[0].series;
    QCOMPARE(series.smoothing(), 0.6);
    for (std::size_t i = 0; i < series.size(); ++i)
        QCOMPARE(series.at(i).step, static_cast<std::int64_t>(i) + 1);
}

void TestMonitorPage::rowsThatAreTakenAwayGoFromTheCurves() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 0});
    {
        const auto out = writer(run);
        done(out->append(rowsAt(1, 100, 0.25)));
        done(out->notice({{90, 1, 9}, NoticeLevel::Warning, "late", "goes away"}));
    }
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{100}, patience);
    done(store.reopen(run, 40));
    {
        const auto out = writer(run);
        done(out->append(rowsAt(41, 60, 0.75)));
    }
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{60}, patience);
    QCOMPARE(plot("segmentation/miou").curves()[0].series->at(50).value, 0.75);
    QTRY_VERIFY_WITH_TIMEOUT(part<QPlainTextEdit>().toPlainText().isEmpty(), patience);
}

void TestMonitorPage::hiddenPageReadsNothingAndCatchesUp() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 0});
    open(run);
    QTRY_VERIFY_WITH_TIMEOUT(hasPanels(), patience);
    m_page->hide();
    QTest::qWait(500); // a look that was under way may still be reported
    const auto out = writer(run);
    done(out->append(rowsAt(1, 100, 0.25)));
    done(out->flush());
    QTest::qWait(700); // longer than the store is looked at
    QCOMPARE(pointsOf("segmentation/miou"), std::size_t{0});
    m_page->show();
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{100}, patience);
}

void TestMonitorPage::ownRunHasItsButtons() {
    Store store = m_desk->openStore();
    const RunId run =
        makeRun(store, {.state = RunState::Running, .step = 300, .checkpoint = false});
    m_desk->runs.own = {{run, RunState::Running}};
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().note, QStringLiteral("training, 50 %"), patience);
    QCOMPARE(buttons(), (QStringList{QStringLiteral("Sharing"), QStringLiteral("Checkpoint now"),
                                     QStringLiteral("Stop"), QStringLiteral("Pause")}));
    button("Pause").trigger();
    QCOMPARE(m_desk->runs.calls.last(), QStringLiteral("pause ") + QString::fromStdString(run));
    // Until it is there nothing else can be asked for.
    QVERIFY(!button("Pausing…").isEnabled());
    QVERIFY(!button("Stop").isEnabled());
    m_desk->runs.setRuns({{run, RunState::Paused}});
    QCOMPARE(buttons(), (QStringList{QStringLiteral("Sharing"), QStringLiteral("Stop"),
                                     QStringLiteral("Resume")}));
    QVERIFY(m_page->header().note.startsWith(QLatin1String("paused")));
    button("Resume").trigger();
    m_desk->runs.setRuns({{run, RunState::Running}});
    button("Stop").trigger();
    QCOMPARE(m_desk->runs.calls.last(), QStringLiteral("stop ") + QString::fromStdString(run));
    Q_EMIT m_desk->runs.failed(run, {"train.loss", "loss", "nan", "a number", "a lower rate"});
    QVERIFY(notice().contains(QLatin1String("a lower rate")));
    QVERIFY(button("Checkpoint now").isEnabled());
    button("Checkpoint now").trigger();
    const auto out = writer(run);
    done(out->checkpoint({.position = {301, 4, 40},
                          .file = (store.checkpointFolder(run) / "301").string(),
                          .bytes = 1,
                          .sha256 = "x",
                          .reason = "request"}));
    QTRY_COMPARE_WITH_TIMEOUT(m_desk->navigator.messages.size(), 1, patience);
    QVERIFY(m_desk->navigator.messages[0].contains(QLatin1String("301")));
    m_desk->runs.setRuns({{run, RunState::Queued}});
    QVERIFY(buttons().contains(QStringLiteral("Take from the queue")));
}

void TestMonitorPage::runOfAnotherProcessHasNone() {
    Store store = m_desk->openStore();
    // Owned by this process, but not by this window's service.
    const RunId run =
        makeRun(store, {.state = RunState::Running, .step = 300, .checkpoint = false});
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().note, QStringLiteral("training, 50 %"), patience);
    QCOMPARE(buttons(), QStringList{QStringLiteral("Sharing")}); // to be looked at
    QTRY_VERIFY_WITH_TIMEOUT(
        part<ProgressStrip>().text().contains(QLatin1String("trained by process ")), patience);
}

void TestMonitorPage::interruptedRunCanBeResumed() {
    Store store = m_desk->openStore();
    for (const RunState state : {RunState::Paused, RunState::Stopped, RunState::Failed}) {
        const RunId run = makeRun(store, {.state = state, .step = 300});
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(buttons().contains(QStringLiteral("Resume")), patience);
        button("Resume").trigger();
        QCOMPARE(m_desk->runs.calls.last(),
                 QStringLiteral("resume ") + QString::fromStdString(run));
    }
}

void TestMonitorPage::runThatWasCutGoesOnToItsPlan() {
    Store store = m_desk->openStore();
    ExperimentSpec spec = testSpec();
    spec.train.steps = 1000;
    open(makeRun(store, {.name = "whole", .spec = spec}));
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().note, QStringLiteral("finished"), patience);
    QVERIFY(!buttons().contains(QStringLiteral("Resume")));
    spec.train.stopAfter = "10 min";
    const RunId cut = makeRun(store, {.name = "cut", .spec = spec});
    open(cut);
    QTRY_VERIFY_WITH_TIMEOUT(buttons().contains(QStringLiteral("Go on to step 1000")), patience);
    QCOMPARE(m_page->header().note, QStringLiteral("cut at step 600 of 1000"));
    QCOMPARE(m_page->header().tone, PageHeader::Tone::Neutral);
    QVERIFY(part<ProgressStrip>().text().contains(QLatin1String("step 600 of 1,000")));
    button("Go on to step 1000").trigger();
    QCOMPARE(m_desk->runs.calls.last(),
             QStringLiteral("go on to plan ") + QString::fromStdString(cut));
    // It waits for its turn, then it trains.
    m_desk->runs.setRuns({{cut, RunState::Queued}});
    QVERIFY(!buttons().contains(QStringLiteral("Go on to step 1000")));
    open({});
    auto& list = part<QTreeWidget>();
    QTRY_COMPARE_WITH_TIMEOUT(list.topLevelItemCount(), 2, patience);
    QCOMPARE(list.topLevelItem(0)->text(1), QStringLiteral("cut at step 600 of 1000"));
    QCOMPARE(list.topLevelItem(1)->text(1), QStringLiteral("finished"));
}

void TestMonitorPage::whatTrainingWaitsForIsReported() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 300});
    m_desk->runs.setRuns({{run, RunState::Running}});
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().note, QStringLiteral("training, 50 %"), patience);
    m_desk->runs.setRuns({{run, RunState::Running, "experiments.db: no room on the disk"}});
    QVERIFY(part<ProgressStrip>().text().contains(QLatin1String("waits: experiments.db: no room")));
    QVERIFY(buttons().contains(QStringLiteral("Pause")) && buttons().contains(QStringLiteral("Stop")));
    m_desk->runs.setRuns({{run, RunState::Running}});
    QVERIFY(!part<ProgressStrip>().text().contains(QLatin1String("waits")));
}

void TestMonitorPage::failureIsTextThatCanBeCopied() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(
        store,
        {.state = RunState::Failed, .stateText = "loss: found nan at step 311", .step = 311});
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(notice(), QStringLiteral("loss: found nan at step 311"), patience);
    QCOMPARE(m_page->header().note, QStringLiteral("failed at step 311"));
    QCOMPARE(m_page->header().tone, PageHeader::Tone::Bad);
}

void TestMonitorPage::deletedRunStaysAsItWas() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.name = "gone"});
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{60}, patience);
    done(store.trashRun(run));
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().note, QStringLiteral("deleted"), patience);
    QVERIFY(notice().contains(QLatin1String("deleted")));
    QCOMPARE(m_page->header().title, QStringLiteral("gone"));
    QCOMPARE(pointsOf("segmentation/miou"), std::size_t{60});
    QVERIFY(buttons().isEmpty());
    // Undone, everything is as before.
    done(store.restoreRun(run));
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().note, QStringLiteral("finished"), patience);
    QVERIFY(notice().isEmpty());
    QCOMPARE(pointsOf("segmentation/miou"), std::size_t{60});
}

void TestMonitorPage::unknownRunIsReported() {
    { const Store store = m_desk->openStore(); }
    open("nosuchid");
    QTRY_VERIFY_WITH_TIMEOUT(notice().contains(QLatin1String("nosuchid")), patience);
    QVERIFY(buttons().isEmpty());
    QVERIFY(!hasPanels());
}

void TestMonitorPage::vanishedStoreIsReported() {
    RunId run;
    {
        Store store = m_desk->openStore();
        run = makeRun(store);
    }
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{60}, patience);
    const auto away = m_desk->folder().string() + "-away";
    std::filesystem::rename(m_desk->folder(), away);
    QTRY_VERIFY_WITH_TIMEOUT(!notice().isEmpty(), patience);
    QCOMPARE(pointsOf("segmentation/miou"), std::size_t{60});
    std::filesystem::rename(away, m_desk->folder());
    QTRY_VERIFY_WITH_TIMEOUT(notice().isEmpty(), patience);
}

void TestMonitorPage::lockedStoreDoesNotBlockTheWindow() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store);
    const StoreLock lock(m_desk->folder());
    QElapsedTimer timer;
    timer.start();
    open(run);
    QCoreApplication::processEvents();
    QVERIFY(timer.elapsed() < 1500); // a lock is waited for two seconds, elsewhere
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().note, QStringLiteral("finished"), patience);
}

void TestMonitorPage::longNamesAndFastChangesOfRun() {
    Store store = m_desk->openStore();
    const std::string arabic = "\xd8\xaa\xd8\xac\xd8\xb1\xd8\xa8\xd8\xa9 ";
    std::string name;
    while (name.size() < 400)
        name += arabic;
    const RunId first = makeRun(store, {.name = name}), second = makeRun(store, {.name = "second"});
    open(first);
    for (int i = 0; i < 20; ++i)
        m_page->showRun(i % 2 == 0 ? second : first);
    m_page->showRun(second);
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().title, QStringLiteral("second"), patience);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{60}, patience);
    m_page->showRun(first);
    QTRY_COMPARE_WITH_TIMEOUT(m_page->header().title, QString::fromStdString(name).simplified(),
                              patience);
    QVERIFY(m_page->minimumSizeHint().width() <= 1294); // fits a window of 1,366
    m_page->showRun({});
    QCOMPARE(m_page->header().title, QStringLiteral("Monitor"));
    QVERIFY(buttons().isEmpty());
}

QTEST_MAIN(TestMonitorPage)
#include "tst_monitorpage.moc"
