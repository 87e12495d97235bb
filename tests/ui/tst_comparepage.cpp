// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/compare_page_testing.h"
#include "ui/compare/class_panel.h"
#include "ui/compare/frame_strip.h"
#include "ui/compare/legend_card.h"
#include "ui/compare/metrics_card.h"
#include "ui/compare/report_card.h"
#include "ui/services/job_notice.h"
#include "widgets/controls/pill.h"
#include "widgets/pictures/class_legend.h"
#include "widgets/pictures/gallery.h"
#include "widgets/pictures/scale_legend.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QDropEvent>
#include <QLineEdit>
#include <QMimeData>
#include <QTableView>
#include <QToolButton>

#include <algorithm>

using namespace concertina;
using namespace concertina::testing;

class TestComparePage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsExpandedAndCollapsedOfTheFirstFrame();
    void depthHasOneRangeForAll();
    void otherTaskKeepsWhatIsSeen();
    void differenceSaysHowLargeItIs();
    void allModeHasAPaneForEach();
    void framesAreSortedByTheErrorOfTheTask();
    void framesThatTrainingSkippedArePassedOverAndCounted();
    void aFrameThatCannotBeReadIsReportedWhereNothingIsSkipped();
    void rankingIsCancelledByAnotherChoice();
    void reportShowsBothNetworks();
    void layersAreComparedWhenAsked();
    void verdictSaysWhyItIsNotExact();
    void droppedPictureIsPredictedWithoutTruth();
    void picturesThatWereOpenedBeforeARunWasChosenAreKept();
    void fileThatIsNoImageIsReportedInThePanel();
    void picturesAndNetworksAreSaved();
    void pictureThatCannotBeWrittenIsReported();
    void hoveringLightsRegionAndEntry();
    void classesAreATable();
};

void TestComparePage::showsExpandedAndCollapsedOfTheFirstFrame() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    QCOMPARE(at.swipe()->left().caption, QStringLiteral("Expanded · 1.84 M"));
    QCOMPARE(at.swipe()->right().caption, QStringLiteral("Collapsed · 370 k"));
    QCOMPARE(at.page->strip()->gallery()->gallery()->frames(), 12);
    QCOMPARE(at.page->strip()->gallery()->currentFrame(), 0);
    QCOMPARE(at.page->strip()->splits()->currentText(), QStringLiteral("val · 12 frames"));
    QCOMPARE(at.page->strip()->splits()->count(), 2); // an empty split is no choice
    QCOMPARE(at.page->header().note, QStringLiteral("finished"));
    QVERIFY(at.says(QStringLiteral("step 1,200")));
    QVERIFY(at.says(QStringLiteral("val_0")));
    QTRY_VERIFY(at.page->strip()->gallery()->gallery()->hasThumbnail(11));
}

void TestComparePage::depthHasOneRangeForAll() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    at.tasks()->setCurrentIndex(Depth);
    const Frame frame = at.desk.jobs.makeFrame({"any", "val", 0, {}});
    const FrameTask& depth = frame.tasks[Depth];
    const ValueRange all =
        joined(joined(rangeOf(depth.truth), rangeOf(depth.expanded)), rangeOf(depth.collapsed));
    const ColorScale& scale = at.part<LegendCard>()->depth()->scale();
    QCOMPARE(scale.low, all.low);
    QCOMPARE(scale.high, all.high);
    QCOMPARE(scale.unit, QStringLiteral("m"));
    // The picture is drawn over the same range.
    const QRgb pixel = at.swipe()->left().picture.image().pixel(40, 30);
    const Rgb expected = viridis((static_cast<double>(depth.expanded.at(30, 40)) - all.low)
                                 / (all.high - all.low));
    QCOMPARE(pixel, qRgb(expected[0], expected[1], expected[2]));
    QCOMPARE(at.swipe()->left().valueAt({40, 30}),
             QString::fromStdString(valueText(depth.expanded, 30, 40, {})));
}

void TestComparePage::otherTaskKeepsWhatIsSeen() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    at.page->stage()->view().setZoom(16, {20, 30});
    const qsizetype asked = at.desk.jobs.asked.size();
    for (const int task : {Depth, Normal, Segmentation}) {
        at.tasks()->setCurrentIndex(task);
        QVERIFY(!at.page->stage()->view().isFit());
        QCOMPARE(at.page->stage()->view().center(), QPointF(20, 30));
        QVERIFY(at.isShown());
    }
    QCOMPARE(at.desk.jobs.asked.size(), asked); // one prediction serves every task
}

void TestComparePage::differenceSaysHowLargeItIs() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    at.setMode(CompareMode::Difference);
    QVERIFY2(at.page->stage()->mainView()->content().caption.contains(
                 QStringLiteral("every pixel is equal")),
             qPrintable(at.page->stage()->mainView()->content().caption));
    at.tasks()->setCurrentIndex(Depth);
    const QString caption = at.page->stage()->mainView()->content().caption;
    QVERIFY2(caption.contains(QStringLiteral("largest")) && caption.contains(QStringLiteral("e-7 m")),
             qPrintable(caption));
    // Rounding is black over the range of errors, and seen when it is stretched.
    const auto lightest = [&at] {
        const QImage image = at.page->stage()->mainView()->content().picture.image();
        int most = 0;
        for (int x = 10; x < image.width(); ++x)
            most = std::max(most, qRed(image.pixel(x, 20)));
        return most;
    };
    QVERIFY(lightest() < 8);
    for (auto* button : at.page->stage()->findChildren<QAbstractButton*>())
        if (button->text() == QStringLiteral("Stretch to the largest"))
            button->click();
    QVERIFY(lightest() > 60);
    // An image has no difference.
    at.page->stage()->setSides({Source::Image, 0}, {Source::Collapsed, 0});
    QVERIFY(!at.page->stage()->mainView()->content().message.isEmpty());
}

void TestComparePage::allModeHasAPaneForEach() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo"), at.desk.makeRun("second")));
    at.setMode(CompareMode::All);
    QStringList captions;
    for (const PaneContent& pane : at.page->stage()->shown()) {
        QVERIFY(!pane.picture.isNull());
        captions << pane.caption.section(QStringLiteral(" · "), 0, 0);
    }
    QCOMPARE(captions, QStringList({QStringLiteral("Image"), QStringLiteral("Truth"),
                                    QStringLiteral("Expanded"), QStringLiteral("Collapsed"),
                                    QStringLiteral("Expanded"), QStringLiteral("Collapsed"),
                                    QStringLiteral("Difference"), QStringLiteral("Error")}));
}

void TestComparePage::framesAreSortedByTheErrorOfTheTask() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    FrameStrip* strip = at.page->strip();
    strip->setWorstFirst(true);
    QTRY_VERIFY(strip->gallery()->gallery()->hasErrors());
    QCOMPARE(strip->gallery()->gallery()->frameAt(0), 5);
    at.tasks()->setCurrentIndex(Depth);
    QCOMPARE(strip->gallery()->gallery()->frameAt(0), 7);
    QCOMPARE(strip->gallery()->gallery()->index(0).data(GalleryModel::ErrorTextRole).toString(),
             QStringLiteral("1.200 m"));
    QCOMPARE(strip->gallery()->currentFrame(), 0); // what is looked at stays
    QCOMPARE(strip->gallery()->currentIndex().row(), 11); // it has the least error
    QTest::keyClick(at.page.get(), Qt::Key_PageUp);
    QCOMPARE(strip->gallery()->currentIndex().row(), 10);
}

void TestComparePage::framesThatTrainingSkippedArePassedOverAndCounted() {
    OpenComparePage at;
    at.desk.jobs.damaged = {0, 1, 4, 9};
    QVERIFY(at.open(at.desk.makeRun("rooms-demo", 1200, DamagedSamples::Skip)));
    FrameStrip* strip = at.page->strip();
    QCOMPARE(strip->gallery()->currentFrame(), 2); // the first that can be read
    QTRY_VERIFY(at.says(QStringLiteral("4 skipped"), at.page->report()));
    strip->setWorstFirst(true);
    QTRY_VERIFY(strip->gallery()->gallery()->hasErrors());
    QCOMPARE(strip->gallery()->gallery()->frameAt(0), 5);
    QCOMPARE(strip->leftOut(), QStringLiteral("4 frames can't be read"));
    QVERIFY(at.says(strip->leftOut(), strip));
    strip->setWorstFirst(false);
    QTest::keyClick(at.page.get(), Qt::Key_PageDown);
    QTRY_COMPARE(strip->gallery()->currentFrame(), 3);
    QTest::keyClick(at.page.get(), Qt::Key_PageDown);
    QTRY_COMPARE(strip->gallery()->currentFrame(), 5); // over 4
    QTest::keyClick(at.page.get(), Qt::Key_PageUp);
    QTRY_COMPARE(strip->gallery()->currentFrame(), 3);
    // What is chosen by hand is shown as it is.
    strip->gallery()->setCurrentFrame(4);
    Q_EMIT strip->gallery()->frameChosen(4);
    QTRY_VERIFY(at.says(QStringLiteral("noise")));
    QCOMPARE(strip->gallery()->currentFrame(), 4);
}

void TestComparePage::aFrameThatCannotBeReadIsReportedWhereNothingIsSkipped() {
    OpenComparePage at;
    at.desk.jobs.damaged = {0};
    at.page->showRuns(at.desk.makeRun("rooms-demo"), std::nullopt);
    QTRY_VERIFY(at.says(QStringLiteral("noise")));
    QCOMPARE(at.page->strip()->gallery()->currentFrame(), 0);
}

void TestComparePage::rankingIsCancelledByAnotherChoice() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    FrameStrip* strip = at.page->strip();
    at.desk.jobs.hold = true;
    strip->setWorstFirst(true);
    QVERIFY(strip->notice()->isBusy());
    QCOMPARE(strip->notice()->text(), QStringLiteral("3 of 12"));
    strip->setWorstFirst(false);
    QVERIFY(!strip->notice()->isBusy());
    at.desk.jobs.release(); // a late answer changes nothing
    QVERIFY(!strip->gallery()->gallery()->hasErrors());
    QCOMPARE(strip->gallery()->gallery()->order(), GalleryModel::Order::ByIndex);
}

void TestComparePage::reportShowsBothNetworks() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    ReportCard* report = at.page->report();
    for (const char* text : {"1.84 M", "370 k", "1.19 G", "7.40 MB", "1.50 MB", "21.8 ms", "9.1 ms",
                             "4.1e-14", "3.1e-6", "99.998 %"})
        QTRY_VERIFY2(at.says(QString::fromUtf8(text), report), text);
    QCOMPARE(report->verdictPill()->text(), QStringLiteral("✓ exact"));
    QCOMPARE(report->verdictPill()->tone(), Pill::Tone::Good);
    // Whose the weights are: 340 k of what ships are all tasks', 79.3 k of training depth's alone.
    for (const char* text : {"all tasks", "1.60 M", "340 k", "79.3 k", "9.30 k"})
        QVERIFY2(at.says(QString::fromUtf8(text), report), text);
    // The last validation, from the store.
    QVERIFY(at.says(QStringLiteral("0.412")));
    QVERIFY(at.says(QStringLiteral("0.672 m")));
}

void TestComparePage::classesAreATable() {
    OpenComparePage at;
    const RunId run = at.desk.makeRun("rooms-demo");
    QVERIFY(at.open(run));
    auto* panel = at.part<ClassPanel>();
    QVERIFY(!panel->isVisible());
    QTest::mouseClick(at.part<MetricsCard>()->classesButton(), Qt::LeftButton);
    QVERIFY(panel->isVisible());
    const int classes = static_cast<int>(madeUpClasses.size());
    QTRY_COMPARE(panel->table()->model()->rowCount(), classes + 1);
    QVERIFY2(panel->summary().contains(QStringLiteral("detection: mean AP 0.251 of 1 classes")),
             qPrintable(panel->summary()));
    QVERIFY2(panel->note().contains(QStringLiteral("step 1,200")), qPrintable(panel->note()));
    const auto cell = [&](int row, int column) {
        return panel->table()->model()->index(row, column).data().toString();
    };
    QCOMPARE(cell(0, 2), QStringLiteral("1,200 pixels"));
    QCOMPARE(cell(0, 3), QStringLiteral("0.500"));
    QCOMPARE(cell(classes, 3), QString()); // objects have no IoU here
    QCOMPARE(cell(classes, 5), QStringLiteral("0.251"));
    // The weakest class first, then only those of a name.
    panel->table()->sortByColumn(4, Qt::DescendingOrder);
    QCOMPARE(cell(0, 4), QStringLiteral("0.700"));
    panel->filter()->setText(QStringLiteral("ch*"));
    QCOMPARE(panel->table()->model()->rowCount(), 1);
    // The same run is not measured again.
    panel->dismiss();
    QTest::mouseClick(at.part<MetricsCard>()->classesButton(), Qt::LeftButton);
    QCOMPARE(at.desk.jobs.asked.filter(QStringLiteral("classes ")).size(), 1);
}

void TestComparePage::layersAreComparedWhenAsked() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    ReportCard* report = at.page->report();
    QTRY_VERIFY(report->layersButton()->isVisible());
    QVERIFY(at.desk.jobs.asked.filter(QStringLiteral("layers ")).isEmpty());
    QTest::mouseClick(report->layersButton(), Qt::LeftButton);
    QTRY_VERIFY(at.says(QStringLiteral("Most in layer dec1.1"), report));
    QCOMPARE(at.desk.jobs.asked.filter(QStringLiteral("layers ")).size(), 1);
    QVERIFY(!report->layersButton()->isVisible()); // all is shown
}

void TestComparePage::verdictSaysWhyItIsNotExact() {
    OpenComparePage at;
    at.desk.jobs.exact = false;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    QCOMPARE(at.page->report()->verdictPill()->text(), QStringLiteral("not exact"));
    QVERIFY(at.says(QStringLiteral("float64 differs by 3.1e-4"), at.page->report()));
}

void TestComparePage::droppedPictureIsPredictedWithoutTruth() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    at.tasks()->setCurrentIndex(Depth);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral("/tmp/kitchen.png"))});
    QDragEnterEvent enter({400, 300}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(at.page.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(400, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(at.page.get(), &drop);
    QTRY_VERIFY(at.says(QStringLiteral("kitchen.png")));
    QTRY_VERIFY(at.isShown());
    at.page->stage()->setSides({Source::Truth, 0}, {Source::Collapsed, 0});
    QVERIFY(at.swipe()->left().picture.isNull());
    QVERIFY(at.swipe()->left().message.contains(QStringLiteral("no truth")));
    QVERIFY(!at.swipe()->right().picture.isNull());
    QVERIFY(!at.page->strip()->order()->isEnabled());
    // Back to the split.
    at.page->strip()->splits()->setCurrentIndex(1);
    Q_EMIT at.page->strip()->splits()->activated(1);
    QTRY_VERIFY(!at.swipe()->left().picture.isNull());
}

void TestComparePage::picturesThatWereOpenedBeforeARunWasChosenAreKept() {
    OpenComparePage at;
    const RunId young = at.desk.makeRun("young", 0);
    // Dropped, or named at the program's start.
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral("/tmp/kitchen.png"))});
    QDragEnterEvent enter({400, 300}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(at.page.get(), &enter);
    QVERIFY(enter.isAccepted());
    at.page->openImages({QStringLiteral("/tmp/kitchen.png")});
    QVERIFY(at.desk.navigator.messages.last().contains(QStringLiteral("Choose a run")));
    // One that has no network yet keeps them waiting.
    at.page->showRuns(young, std::nullopt);
    QTRY_VERIFY(at.says(QStringLiteral("young")) || at.page->header().title.contains("young"));
    QVERIFY(at.desk.jobs.asked.filter(QStringLiteral("kitchen")).isEmpty());
    at.desk.addCheckpoint(young, 200);
    QTRY_VERIFY(at.isShown());
    QVERIFY(at.says(QStringLiteral("kitchen.png")));
    // Once: another run shows its own frames.
    const auto before = at.desk.jobs.asked.filter(QStringLiteral("kitchen")).size();
    at.page->showRuns(at.desk.makeRun("other"), std::nullopt);
    QTRY_VERIFY(at.isShown());
    QCOMPARE(at.desk.jobs.asked.filter(QStringLiteral("kitchen")).size(), before);
}

void TestComparePage::fileThatIsNoImageIsReportedInThePanel() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    at.desk.jobs.problem = Problem{"image.unreadable", "/tmp/notes.txt", "no picture",
                                   "a PNG, JPEG, … file", ""};
    at.page->openImages({QStringLiteral("/tmp/notes.txt")});
    QTRY_VERIFY(at.page->stage()->notice()->isFailure());
    QVERIFY(at.page->stage()->notice()->text().contains(QStringLiteral("/tmp/notes.txt")));
    QVERIFY(!at.isShown()); // no picture of another frame
    at.desk.jobs.problem.reset();
    Q_EMIT at.page->strip()->splits()->activated(0);
    QTRY_VERIFY(!at.page->stage()->notice()->isFailure());
}

void TestComparePage::picturesAndNetworksAreSaved() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    at.setMode(CompareMode::SideBySide);
    const QString file = at.desk.folder.filePath(QStringLiteral("side by side.png"));
    at.desk.dialogs.files = {file};
    at.action(QStringLiteral("Save picture…"))->trigger();
    const QImage saved(file);
    QVERIFY(saved.width() > 2 * 320 && saved.height() > 240); // both, at 5 times their pixels
    // True pixels: the first pane begins at 12, 34.
    const QImage expected = at.page->stage()->shown()[0].picture.image();
    for (const QPoint pixel : {QPoint(0, 0), QPoint(20, 30), QPoint(63, 47)})
        QCOMPARE(saved.pixel(QPoint(12, 34) + pixel * 5 + QPoint(2, 2)), expected.pixel(pixel));
    at.desk.dialogs.files = {QStringLiteral("/tmp/net.safetensors")};
    at.action(QStringLiteral("Save collapsed network…"))->trigger();
    QTRY_VERIFY(at.says(QStringLiteral("/tmp/net.safetensors"), at.page->report()));
    QCOMPARE(at.desk.jobs.savedTo, std::vector<std::string>{"/tmp/net.safetensors"});
    QCOMPARE(at.desk.navigator.messages.size(), 2);
    at.desk.jobs.problem = Problem{"file.write", "/full/net.safetensors", "no room", "a free disk",
                                   "choose another folder"};
    at.desk.dialogs.files = {QStringLiteral("/full/net.safetensors")};
    at.action(QStringLiteral("Save collapsed network…"))->trigger();
    QTRY_COMPARE(at.desk.navigator.problems.size(), 1U);
    QCOMPARE(at.desk.navigator.problems[0].second.path, std::string("/full/net.safetensors"));
}

void TestComparePage::pictureThatCannotBeWrittenIsReported() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    at.desk.dialogs.files = {QStringLiteral("/no/such/folder/picture.png")};
    at.action(QStringLiteral("Save picture…"))->trigger();
    QVERIFY(at.page->stage()->notice()->isFailure());
    QVERIFY(at.page->stage()->notice()->text().contains(QStringLiteral("/no/such/folder")));
    QVERIFY(at.isShown());
}

void TestComparePage::hoveringLightsRegionAndEntry() {
    OpenComparePage at;
    QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
    auto* legend = at.part<LegendCard>();
    const QImage plain = at.swipe()->left().picture.image();
    Q_EMIT at.swipe()->regionHovered(1);
    QCOMPARE(legend->classes()->highlighted(), 1);
    QVERIFY(at.swipe()->left().picture.image() != plain);
    Q_EMIT at.swipe()->regionHovered(-1);
    QCOMPARE(at.swipe()->left().picture.image(), plain);
    // Only what is there; the other way round; opacity.
    QCOMPARE(legend->classes()->classes()->rowOf(5), -1);
    Q_EMIT legend->classes()->classHovered(0);
    legend->setOpacity(0);
    QVERIFY(at.swipe()->left().picture.image() != plain);
}

QTEST_MAIN(TestComparePage)
#include "tst_comparepage.moc"
