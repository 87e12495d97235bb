// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/compare_page_testing.h"
#include "ui/compare/predict_panel.h"
#include "ui/services/job_notice.h"

#include <QAction>
#include <QComboBox>
#include <QFile>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// Compare writes predictions for pictures, folders and videos, by a run or by an exported file.

class TestPredictPanel : public QObject {
    Q_OBJECT

    static PredictPanel* opened(const OpenComparePage& at) {
        at.action(QStringLiteral("Predict files…"))->trigger();
        return at.page->findChild<PredictPanel*>();
    }

    static void choose(PredictPanel* panel, const QString& network) {
        const int index = panel->networks()->findText(network);
        panel->networks()->setCurrentIndex(index);
        Q_EMIT panel->networks()->activated(index);
    }

    static void fill(OpenComparePage& at, PredictPanel* panel) {
        at.desk.dialogs.files = {QStringLiteral("/in/a.png\n/in/walk.mp4"),
                                 QStringLiteral("/album"), QStringLiteral("/out")};
        panel->addFiles();
        panel->addFolder();
        panel->chooseTarget();
    }

private Q_SLOTS:
    void aRunPredictsForFilesFoldersAndVideos() {
        OpenComparePage at;
        const RunId run = at.desk.makeRun("rooms-demo");
        QVERIFY(at.open(run));
        PredictPanel* panel = opened(at);
        QVERIFY(panel->isVisible());
        QVERIFY(!panel->predictButton()->isEnabled()); // of nothing, into no folder
        fill(at, panel);
        QVERIFY(panel->predictButton()->isEnabled());
        panel->sizes()->setCurrentIndex(1);
        panel->every()->setValue(5);
        at.desk.jobs.predictions.files = {"/out/a.depth.png", "/out/a.segmentation.png"};
        panel->predictButton()->click();
        QTRY_VERIFY(!panel->report().isEmpty());
        QVERIFY(panel->report().contains(QStringLiteral("2 files")));
        QVERIFY(panel->report().contains(QStringLiteral("/out")));
        const auto& [asked, request] = at.desk.jobs.predictedFor.back();
        QCOMPARE(asked, std::optional(run));
        QCOMPARE(request.images,
                 (std::vector<std::filesystem::path>{"/in/a.png", "/in/walk.mp4", "/album"}));
        QCOMPARE(request.folder, std::filesystem::path("/out"));
        QCOMPARE(request.every, 5);
        QVERIFY(request.size == PredictionSize::Picture);
        QVERIFY(request.collapsed);
        QVERIFY(!request.isExported);
        choose(panel, QStringLiteral("rooms-demo, expanded"));
        panel->predictButton()->click();
        QTRY_COMPARE(at.desk.jobs.predictedFor.size(), 2U);
        QVERIFY(!at.desk.jobs.predictedFor.back().second.collapsed);
    }

    void anExportedFilePredictsWithoutAnyRun() {
        OpenComparePage at;
        QVERIFY(at.page->barActions().contains(at.action(QStringLiteral("Predict files…"))));
        PredictPanel* panel = opened(at);
        fill(at, panel);
        QVERIFY(!panel->predictButton()->isEnabled()); // by nothing
        at.desk.dialogs.files = {QStringLiteral("/nets/own.onnx")};
        choose(panel, QStringLiteral("An exported network…"));
        QCOMPARE(panel->networks()->currentText(), QStringLiteral("own.onnx"));
        panel->predictButton()->click();
        QTRY_COMPARE(at.desk.jobs.predictedFor.size(), 1U);
        const auto& [asked, request] = at.desk.jobs.predictedFor.back();
        QVERIFY(!asked);
        QVERIFY(request.isExported);
        QCOMPARE(request.network, std::filesystem::path("/nets/own.onnx"));
    }

    void whatCouldNotBeReadIsNamed() {
        OpenComparePage at;
        QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
        PredictPanel* panel = opened(at);
        fill(at, panel);
        at.desk.jobs.predictions.failed = {
            {"image.unreadable", "/album/b.png", "12 bytes", "a picture that can be decoded", ""}};
        at.desk.jobs.predictions.passedOver = {"/album/notes.txt"};
        panel->predictButton()->click();
        QTRY_VERIFY(panel->report().contains(QStringLiteral("/album/b.png")));
        QVERIFY(panel->report().contains(QStringLiteral("/album/notes.txt")));
    }

    void aProblemIsShownAndThePanelStaysUsable() {
        OpenComparePage at;
        QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
        PredictPanel* panel = opened(at);
        fill(at, panel);
        at.desk.jobs.problem = Problem{"folder.write", "/out", "no right to write", "a folder", ""};
        panel->predictButton()->click();
        QTRY_VERIFY(panel->notice()->isFailure());
        QVERIFY(panel->notice()->text().contains(QStringLiteral("/out")));
        at.desk.jobs.problem.reset();
        QVERIFY(panel->predictButton()->isEnabled());
        panel->predictButton()->click();
        QTRY_VERIFY(panel->report().contains(QStringLiteral("/out")));
    }

    void whatRunsIsShownAndCanBeEnded() {
        OpenComparePage at;
        QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
        PredictPanel* panel = opened(at);
        fill(at, panel);
        at.desk.jobs.hold = true;
        panel->predictButton()->click();
        QVERIFY(panel->notice()->isBusy());
        QVERIFY(panel->notice()->text().contains(QStringLiteral("walk-000012")));
        QVERIFY(!panel->predictButton()->isEnabled()); // one at a time
        Q_EMIT panel->notice()->cancelled();
        QVERIFY(!panel->notice()->isBusy());
        QVERIFY(panel->predictButton()->isEnabled());
        at.desk.jobs.hold = false;
        at.desk.jobs.release(); // an answer that comes later changes nothing
        QVERIFY(panel->report().startsWith(QStringLiteral("Ended")));
    }

    /// As a click does it: the button has the focus, and is disabled while the job runs.
    void itStaysOpenWhileItPredicts() {
        OpenComparePage at;
        QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
        at.page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(at.page.get()));
        PredictPanel* panel = opened(at);
        fill(at, panel);
        panel->predictButton()->setFocus();
        QVERIFY(panel->predictButton()->hasFocus());
        panel->predictButton()->click();
        QTRY_VERIFY(!panel->report().isEmpty());
        QVERIFY(panel->isVisible());
    }

    void aFolderOrAVideoThatIsDroppedIsForThePanel() {
        OpenComparePage at;
        QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
        auto* panel = at.page->findChild<PredictPanel*>();
        const QStringList dropped{at.desk.folder.path(), QStringLiteral("/in/walk.mp4")};
        at.page->openImages(dropped);
        QVERIFY(panel->isVisible());
        QCOMPARE(panel->inputs(), dropped);
    }

    void sizeAndFramesAreKept() {
        OpenComparePage at;
        QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
        PredictPanel* panel = opened(at);
        fill(at, panel);
        panel->sizes()->setCurrentIndex(1);
        panel->every()->setValue(25);
        panel->predictButton()->click();
        at.restart();
        panel = at.page->findChild<PredictPanel*>();
        QCOMPARE(panel->sizes()->currentIndex(), 1);
        QCOMPARE(panel->every()->value(), 25);
    }
};

QTEST_MAIN(TestPredictPanel)
#include "tst_predictpanel.moc"
