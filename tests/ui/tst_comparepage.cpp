// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/compare_testing.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/error_text.h"
#include "ui/compare/frame_strip.h"
#include "ui/compare/job_notice.h"
#include "ui/compare/legend_card.h"
#include "ui/compare/picture_stage.h"
#include "ui/compare/report_card.h"
#include "ui/compare/run_picker.h"
#include "widgets/controls/pill.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/pictures/class_legend.h"
#include "widgets/pictures/gallery.h"
#include "widgets/pictures/picture_view.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/pictures/swipe_view.h"
#include "widgets/theme/theme.h"

#include <QAbstractItemModelTester>
#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

using namespace concertina;
using namespace concertina::testing;

namespace {

enum Task { Segmentation, Depth, Normal };

} // namespace

class TestComparePage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        applyTheme(*static_cast<QApplication*>(QCoreApplication::instance()), ThemeChoice::Light);
    }
    void init();
    void cleanup();

    void emptyPageOffersRunsWithCheckpoints();
    void showsExpandedAndCollapsedOfTheFirstFrame();
    void depthHasOneRangeForAll();
    void otherTaskKeepsWhatIsSeen();
    void differenceSaysHowLargeItIs();
    void allModeHasAPaneForEach();
    void framesAreSortedByTheErrorOfTheTask();
    void rankingIsCancelledByAnotherChoice();
    void reportTellsBothNetworks();
    void verdictTellsWhyItIsNotExact();
    void twoRunsAreComparedOnOneFrame();
    void newCheckpointIsShownAndTheViewKept();
    void youngRunSaysThatThereIsNoCheckpoint();
    void failureStaysInItsPanelAndCanBeTriedAgain();
    void droppedPictureIsPredictedWithoutTruth();
    void fileThatIsNoImageIsToldInThePanel();
    void picturesAndNetworksAreSaved();
    void pictureThatCannotBeWrittenIsTold();
    void hoveringLightsRegionAndEntry();
    void runThatWasDeletedIsTold();
    void choicesSurviveARestart();
    void pickerModelIsSound();

private:
    template <class T>
    T* part(QWidget* in = nullptr) const {
        return (in == nullptr ? m_page.get() : in)->findChild<T*>();
    }
    SegmentedControl* tasks() const { return choice(QStringLiteral("Task")); }
    SegmentedControl* modes() const { return choice(QStringLiteral("How pictures are compared")); }
    SegmentedControl* choice(const QString& name) const {
        for (auto* control : m_page->findChildren<SegmentedControl*>())
            if (control->accessibleName() == name)
                return control;
        return nullptr;
    }
    QAction* action(const QString& text) const {
        for (QAction* each : m_page->actions())
            if (each->text() == text)
                return each;
        return nullptr;
    }
    SwipeView* swipe() const { return part<SwipeView>(); }
    bool isShown() const { return !swipe()->left().picture.isNull(); }
    bool says(QWidget* in, const QString& text) const {
        for (const QLabel* label : in->findChildren<QLabel*>())
            if (label->text().contains(text) && label->isVisible())
                return true;
        return false;
    }
    void open(const RunId& run, const std::optional<RunId>& other = std::nullopt) {
        m_page->showRuns(run, other);
        QTRY_VERIFY(isShown());
        QTRY_VERIFY(m_page->report()->verdict().has_value());
    }

    std::unique_ptr<CompareDesk> m_desk;
    std::unique_ptr<ComparePage> m_page;
};

void TestComparePage::init() {
    m_desk = std::make_unique<CompareDesk>();
    m_page = std::make_unique<ComparePage>(m_desk->context());
    m_page->resize(1294, 696);
    m_page->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
}

void TestComparePage::cleanup() {
    m_page.reset();
    m_desk.reset();
}

void TestComparePage::emptyPageOffersRunsWithCheckpoints() {
    auto* picker = part<RunPicker>();
    QVERIFY(picker->isVisible());
    QTRY_VERIFY(says(picker, QStringLiteral("No run has a checkpoint yet")));
    m_desk->makeRun("without", 0);
    m_desk->makeRun("older");
    const RunId run = m_desk->makeRun("newer");
    QTRY_COMPARE(picker->list()->model()->rowCount(), 2);
    QCOMPARE(picker->list()->model()->index(0, 0).data().toString(), QStringLiteral("newer"));
    QTest::keyClick(picker->list(), Qt::Key_Return);
    QTRY_VERIFY(isShown());
    QCOMPARE(m_page->header().title, QStringLiteral("newer"));
    QVERIFY(m_desk->jobs.asked.contains(
        QStringLiteral("frame %1 val 0").arg(QString::fromStdString(run))));
}

void TestComparePage::showsExpandedAndCollapsedOfTheFirstFrame() {
    open(m_desk->makeRun("rooms-demo"));
    QCOMPARE(swipe()->left().caption, QStringLiteral("Expanded · 1.84 M"));
    QCOMPARE(swipe()->right().caption, QStringLiteral("Collapsed · 370 k"));
    QCOMPARE(m_page->strip()->gallery()->gallery()->frames(), 12);
    QCOMPARE(m_page->strip()->gallery()->currentFrame(), 0);
    QCOMPARE(m_page->strip()->splits()->currentText(), QStringLiteral("val · 12 frames"));
    QCOMPARE(m_page->strip()->splits()->count(), 2); // an empty split is no choice
    QCOMPARE(m_page->header().note, QStringLiteral("finished"));
    QVERIFY(says(m_page.get(), QStringLiteral("step 1,200")));
    QVERIFY(says(m_page.get(), QStringLiteral("val_0")));
    QTRY_VERIFY(m_page->strip()->gallery()->gallery()->hasThumbnail(11));
}

void TestComparePage::depthHasOneRangeForAll() {
    open(m_desk->makeRun("rooms-demo"));
    tasks()->setCurrentIndex(Depth);
    const Frame frame = m_desk->jobs.makeFrame({"any", "val", 0, {}});
    const FrameTask& depth = frame.tasks[Depth];
    const ValueRange all =
        joined(joined(rangeOf(depth.truth), rangeOf(depth.expanded)), rangeOf(depth.collapsed));
    const ColorScale& scale = part<LegendCard>()->depth()->scale();
    QCOMPARE(scale.low, all.low);
    QCOMPARE(scale.high, all.high);
    QCOMPARE(scale.unit, QStringLiteral("m"));
    // The picture is drawn over the same range.
    const QRgb pixel = swipe()->left().picture.image().pixel(40, 30);
    const Rgb expected = viridis((static_cast<double>(depth.expanded.at(30, 40)) - all.low)
                                 / (all.high - all.low));
    QCOMPARE(pixel, qRgb(expected[0], expected[1], expected[2]));
    QCOMPARE(swipe()->left().valueAt({40, 30}),
             QString::fromStdString(valueText(depth.expanded, 30, 40, {})));
}

void TestComparePage::otherTaskKeepsWhatIsSeen() {
    open(m_desk->makeRun("rooms-demo"));
    m_page->stage()->view().setZoom(16, {20, 30});
    const qsizetype asked = m_desk->jobs.asked.size();
    for (const int task : {Depth, Normal, Segmentation}) {
        tasks()->setCurrentIndex(task);
        QVERIFY(!m_page->stage()->view().isFit());
        QCOMPARE(m_page->stage()->view().center(), QPointF(20, 30));
        QVERIFY(isShown());
    }
    QCOMPARE(m_desk->jobs.asked.size(), asked); // one prediction serves every task
}

void TestComparePage::differenceSaysHowLargeItIs() {
    open(m_desk->makeRun("rooms-demo"));
    modes()->setCurrentIndex(static_cast<int>(CompareMode::Difference));
    QVERIFY2(m_page->stage()->mainView()->content().caption.contains(
                 QStringLiteral("every pixel is equal")),
             qPrintable(m_page->stage()->mainView()->content().caption));
    tasks()->setCurrentIndex(Depth);
    const QString caption = m_page->stage()->mainView()->content().caption;
    QVERIFY2(caption.contains(QStringLiteral("largest")) && caption.contains(QStringLiteral("e-7 m")),
             qPrintable(caption));
    // Rounding is black over the range of errors, and seen when it is stretched.
    const auto lightest = [this] {
        const QImage image = m_page->stage()->mainView()->content().picture.image();
        int most = 0;
        for (int x = 10; x < image.width(); ++x)
            most = std::max(most, qRed(image.pixel(x, 20)));
        return most;
    };
    QVERIFY(lightest() < 8);
    for (auto* button : m_page->stage()->findChildren<QAbstractButton*>())
        if (button->text() == QStringLiteral("Stretch to the largest"))
            button->click();
    QVERIFY(lightest() > 60);
    // An image has no difference.
    m_page->stage()->setSides({Source::Image, 0}, {Source::Collapsed, 0});
    QVERIFY(!m_page->stage()->mainView()->content().message.isEmpty());
}

void TestComparePage::allModeHasAPaneForEach() {
    open(m_desk->makeRun("rooms-demo"), m_desk->makeRun("second"));
    modes()->setCurrentIndex(static_cast<int>(CompareMode::All));
    QStringList captions;
    for (const PaneContent& pane : m_page->stage()->shown()) {
        QVERIFY(!pane.picture.isNull());
        captions << pane.caption.section(QStringLiteral(" · "), 0, 0);
    }
    QCOMPARE(captions, QStringList({QStringLiteral("Image"), QStringLiteral("Truth"),
                                    QStringLiteral("Expanded"), QStringLiteral("Collapsed"),
                                    QStringLiteral("Expanded"), QStringLiteral("Collapsed"),
                                    QStringLiteral("Difference"), QStringLiteral("Error")}));
}

void TestComparePage::framesAreSortedByTheErrorOfTheTask() {
    open(m_desk->makeRun("rooms-demo"));
    FrameStrip* strip = m_page->strip();
    strip->setWorstFirst(true);
    QTRY_VERIFY(strip->gallery()->gallery()->hasErrors());
    QCOMPARE(strip->gallery()->gallery()->frameAt(0), 5);
    tasks()->setCurrentIndex(Depth);
    QCOMPARE(strip->gallery()->gallery()->frameAt(0), 7);
    QCOMPARE(strip->gallery()->gallery()->index(0).data(GalleryModel::ErrorTextRole).toString(),
             QStringLiteral("1.200 m"));
    QCOMPARE(strip->gallery()->currentFrame(), 0); // what is looked at stays
    QTest::keyClick(m_page.get(), Qt::Key_PageDown);
    const int next = strip->gallery()->currentFrame();
    QCOMPARE(strip->gallery()->gallery()->rowOf(next), strip->gallery()->gallery()->rowOf(0) + 1);
}

void TestComparePage::rankingIsCancelledByAnotherChoice() {
    open(m_desk->makeRun("rooms-demo"));
    FrameStrip* strip = m_page->strip();
    m_desk->jobs.hold = true;
    strip->setWorstFirst(true);
    QVERIFY(strip->notice()->isBusy());
    QCOMPARE(strip->notice()->text(), QStringLiteral("3 of 12"));
    strip->setWorstFirst(false);
    QVERIFY(!strip->notice()->isBusy());
    m_desk->jobs.release(); // a late answer changes nothing
    QVERIFY(!strip->gallery()->gallery()->hasErrors());
    QCOMPARE(strip->gallery()->gallery()->order(), GalleryModel::Order::ByIndex);
}

void TestComparePage::reportTellsBothNetworks() {
    open(m_desk->makeRun("rooms-demo"));
    ReportCard* report = m_page->report();
    for (const char* text : {"1.84 M", "370 k", "1.19 G", "7.40 MB", "1.50 MB", "21.8 ms", "9.1 ms",
                             "4.1e-14", "3.1e-6", "99.998 %"})
        QVERIFY2(says(report, QString::fromUtf8(text)), text);
    QCOMPARE(report->verdictPill()->text(), QStringLiteral("✓ exact"));
    QCOMPARE(report->verdictPill()->tone(), Pill::Tone::Good);
    // The last validation, from the store.
    QVERIFY(says(m_page.get(), QStringLiteral("0.412")));
    QVERIFY(says(m_page.get(), QStringLiteral("0.672 m")));
}

void TestComparePage::verdictTellsWhyItIsNotExact() {
    m_desk->jobs.exact = false;
    open(m_desk->makeRun("rooms-demo"));
    QCOMPARE(m_page->report()->verdictPill()->text(), QStringLiteral("not exact"));
    QVERIFY(says(m_page->report(), QStringLiteral("float64 differs by 3.1e-4")));
}

void TestComparePage::twoRunsAreComparedOnOneFrame() {
    const RunId first = m_desk->makeRun("rooms-demo");
    const RunId second = m_desk->makeRun(std::string(200, 'x'));
    open(first);
    m_page->strip()->gallery()->setFocus();
    QTest::keyClick(m_page->strip()->gallery(), Qt::Key_Right);
    action(QStringLiteral("Compare with another run…"))->trigger();
    auto* picker = part<RunPicker>();
    QVERIFY(picker->isVisible());
    QTRY_COMPARE(picker->list()->model()->rowCount(), 1); // not the run itself
    QTest::keyClick(picker->list(), Qt::Key_Return);
    QTRY_VERIFY(isShown());
    for (const RunId& run : {first, second}) // the frame that was chosen before
        QVERIFY(m_desk->jobs.asked.contains(
            QStringLiteral("frame %1 val 1").arg(QString::fromStdString(run))));
    QVERIFY(swipe()->left().caption.startsWith(QStringLiteral("Collapsed · rooms-demo")));
    QVERIFY(swipe()->right().caption.startsWith(QStringLiteral("Collapsed · xxx")));
    QVERIFY(m_page->width() <= 1294); // the long name does not widen the page
    action(QStringLiteral("Back to one run"))->trigger();
    QTRY_COMPARE(swipe()->left().caption, QStringLiteral("Expanded · 1.84 M"));
}

void TestComparePage::newCheckpointIsShownAndTheViewKept() {
    const RunId run = m_desk->makeRun("going", 0);
    m_desk->addCheckpoint(run, 100);
    open(run);
    QCOMPARE(m_page->header().tone, PageHeader::Tone::Busy);
    m_page->stage()->view().setZoom(16, {20, 30});
    const auto frames = [this] {
        return m_desk->jobs.asked.filter(QStringLiteral("frame ")).size();
    };
    const qsizetype before = frames();
    m_desk->addCheckpoint(run, 200);
    QTRY_COMPARE(frames(), before + 1);
    QTRY_VERIFY(says(m_page.get(), QStringLiteral("step 200")));
    QVERIFY(!m_page->stage()->view().isFit());
    QVERIFY(isShown());
    // The report is not measured anew by itself, while the run needs the processors.
    QCOMPARE(m_desk->jobs.asked.filter(QStringLiteral("verify ")).size(), 1);
}

void TestComparePage::youngRunSaysThatThereIsNoCheckpoint() {
    const RunId run = m_desk->makeRun("young", 0);
    m_page->showRuns(run, std::nullopt);
    QTRY_VERIFY(swipe()->left().message.contains(QStringLiteral("“young” has no checkpoint yet")));
    QVERIFY(!action(QStringLiteral("Save collapsed network…"))->isEnabled());
    m_desk->addCheckpoint(run, 50);
    QTRY_VERIFY(isShown());
    QVERIFY(action(QStringLiteral("Save collapsed network…"))->isEnabled());
}

void TestComparePage::failureStaysInItsPanelAndCanBeTriedAgain() {
    m_desk->jobs.problem = Problem{"dataset.missing", "/data/nyuv2", "no such folder",
                                   "the dataset's folder", "Set data.dataset.options.folder."};
    m_page->showRuns(m_desk->makeRun("rooms-demo"), std::nullopt);
    JobNotice* notice = m_page->strip()->notice();
    QTRY_VERIFY(notice->isFailure());
    QVERIFY(notice->text().contains(QStringLiteral("/data/nyuv2")));
    for (const QLabel* label : notice->findChildren<QLabel*>())
        QVERIFY(label->textInteractionFlags().testFlag(Qt::TextSelectableByMouse));
    m_desk->jobs.problem.reset();
    Q_EMIT notice->againAsked();
    QTRY_VERIFY(isShown());
    QVERIFY(!notice->isFailure());
}

void TestComparePage::droppedPictureIsPredictedWithoutTruth() {
    open(m_desk->makeRun("rooms-demo"));
    tasks()->setCurrentIndex(Depth);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral("/tmp/kitchen.png"))});
    QDropEvent drop(QPointF(400, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_page.get(), &drop);
    QTRY_VERIFY(says(m_page.get(), QStringLiteral("kitchen.png")));
    QTRY_VERIFY(isShown());
    m_page->stage()->setSides({Source::Truth, 0}, {Source::Collapsed, 0});
    QVERIFY(swipe()->left().picture.isNull());
    QVERIFY(swipe()->left().message.contains(QStringLiteral("no truth")));
    QVERIFY(!swipe()->right().picture.isNull());
    QVERIFY(!m_page->strip()->order()->isEnabled());
    // Back to the split.
    m_page->strip()->splits()->setCurrentIndex(1);
    Q_EMIT m_page->strip()->splits()->activated(1);
    QTRY_VERIFY(!swipe()->left().picture.isNull());
}

void TestComparePage::fileThatIsNoImageIsToldInThePanel() {
    open(m_desk->makeRun("rooms-demo"));
    m_desk->jobs.problem = Problem{"image.unreadable", "/tmp/notes.txt", "no picture",
                                   "a PNG, JPEG, … file", ""};
    m_page->openImages({QStringLiteral("/tmp/notes.txt")});
    QTRY_VERIFY(m_page->stage()->notice()->isFailure());
    QVERIFY(m_page->stage()->notice()->text().contains(QStringLiteral("/tmp/notes.txt")));
    QVERIFY(!isShown()); // no picture of another frame
    m_desk->jobs.problem.reset();
    Q_EMIT m_page->strip()->splits()->activated(0);
    QTRY_VERIFY(!m_page->stage()->notice()->isFailure());
}

void TestComparePage::picturesAndNetworksAreSaved() {
    open(m_desk->makeRun("rooms-demo"));
    modes()->setCurrentIndex(static_cast<int>(CompareMode::SideBySide));
    const QString file = m_desk->folder.filePath(QStringLiteral("side by side.png"));
    m_desk->dialogs.file = file;
    action(QStringLiteral("Save picture…"))->trigger();
    const QImage saved(file);
    QVERIFY(saved.width() > 2 * 320 && saved.height() > 240); // both, at 5 times their pixels
    // True pixels: the first pane begins at 12, 34.
    const QImage expected = m_page->stage()->shown()[0].picture.image();
    for (const QPoint at : {QPoint(0, 0), QPoint(20, 30), QPoint(63, 47)})
        QCOMPARE(saved.pixel(QPoint(12, 34) + at * 5 + QPoint(2, 2)), expected.pixel(at));
    m_desk->dialogs.file = QStringLiteral("/tmp/net.safetensors");
    action(QStringLiteral("Save collapsed network…"))->trigger();
    QTRY_VERIFY(says(m_page->report(), QStringLiteral("/tmp/net.safetensors")));
    QCOMPARE(m_desk->jobs.savedTo, std::vector<std::string>{"/tmp/net.safetensors"});
    QCOMPARE(m_desk->navigator.told.size(), 2);
}

void TestComparePage::pictureThatCannotBeWrittenIsTold() {
    open(m_desk->makeRun("rooms-demo"));
    m_desk->dialogs.file = QStringLiteral("/no/such/folder/picture.png");
    action(QStringLiteral("Save picture…"))->trigger();
    QVERIFY(m_page->stage()->notice()->isFailure());
    QVERIFY(m_page->stage()->notice()->text().contains(QStringLiteral("/no/such/folder")));
    QVERIFY(isShown());
}

void TestComparePage::hoveringLightsRegionAndEntry() {
    open(m_desk->makeRun("rooms-demo"));
    auto* legend = part<LegendCard>();
    const QImage plain = swipe()->left().picture.image();
    Q_EMIT swipe()->regionHovered(1);
    QCOMPARE(legend->classes()->highlighted(), 1);
    QVERIFY(swipe()->left().picture.image() != plain);
    Q_EMIT swipe()->regionHovered(-1);
    QCOMPARE(swipe()->left().picture.image(), plain);
    // Only what is there; the other way round; opacity.
    QCOMPARE(legend->classes()->classes()->rowOf(5), -1);
    Q_EMIT legend->classes()->classHovered(0);
    legend->setOpacity(0);
    QVERIFY(swipe()->left().picture.image() != plain);
}

void TestComparePage::runThatWasDeletedIsTold() {
    const RunId run = m_desk->makeRun("rooms-demo");
    open(run);
    QVERIFY(m_desk->open().deleteRun(run).has_value());
    QTRY_VERIFY(m_page->stage()->notice()->isFailure());
    QVERIFY(isShown()); // what was predicted can still be looked at
}

void TestComparePage::choicesSurviveARestart() {
    const RunId run = m_desk->makeRun("rooms-demo");
    open(run);
    tasks()->setCurrentIndex(Normal);
    modes()->setCurrentIndex(static_cast<int>(CompareMode::Blink));
    part<LegendCard>()->setOpacity(0.3);
    m_page = std::make_unique<ComparePage>(m_desk->context());
    m_page->show();
    m_page->showRuns(run, std::nullopt);
    QTRY_VERIFY(tasks() != nullptr);
    QCOMPARE(tasks()->currentIndex(), int(Normal));
    QCOMPARE(m_page->stage()->mode(), CompareMode::Blink);
    QCOMPARE(part<LegendCard>()->opacity(), 0.3);
}

void TestComparePage::pickerModelIsSound() {
    PickableRunsModel model;
    QAbstractItemModelTester tester(&model);
    model.setRuns({{"aaaaaaaa", QStringLiteral("one"), RunState::Failed, 12345, {}},
                   {"bbbbbbbb", QStringLiteral("two"), RunState::Running, 7, {}}});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, PickableRunsModel::Checkpoint).data().toString(),
             QStringLiteral("12,345"));
    QCOMPARE(model.index(0, PickableRunsModel::State).data().toString(), QStringLiteral("failed"));
    model.setRuns({});
    QCOMPARE(model.rowCount(), 0);
}

QTEST_MAIN(TestComparePage)
#include "tst_comparepage.moc"
