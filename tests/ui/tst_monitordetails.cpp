// SPDX-License-Identifier: GPL-3.0-or-later
// What stands on the Monitor beside curves and buttons: pictures, panels, events, numbers.
#include "tests/model/test_catalogue.h"
#include "tests/ui/monitor_testing.h"
#include "ui/monitor/panels.h"
#include "ui/monitor/predictions_card.h"
#include "ui/monitor/preview_sheet.h"
#include "ui/monitor/run_pace.h"
#include "ui/monitor/validation_model.h"
#include "widgets/controls/segmented_control.h"

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSlider>

#include <algorithm>
#include <fstream>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int patience = monitorPatience;

void overwrite(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

} // namespace

class TestMonitorDetails : public QObject, private MonitorFixture {
    Q_OBJECT

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }
    void previewsFollowAndGoBack();
    void damagedPreviewsAreShownAsSuch();
    void kindsThatAreThereCanBeSwitched();
    void panelsAreChosenAndRemembered();
    void optionsAreRemembered();
    void otherMetricsHavePanelsToo();
    void weightsOfBalancingAreCurves();
    void marksShowResumesAndChanges();
    void eventsAreListed();
    void pointsAreSavedWhereAPersonWants();
    void validationModelKeepsItsPromises();
    void paceIsThatOfTheLastSeconds();
    void progressShowsWhatIsKnown();

private:
    const std::vector<PreviewFrame>& frames() { return part<PreviewSheet>().frames(); }
    QColor colorOf(std::size_t tile) {
        return frames().at(0).tiles.at(tile).image.pixelColor(3, 3);
    }
    QPushButton& control(const char* text) {
        for (auto* button : m_page->findChildren<QPushButton*>())
            if (button->text() == QLatin1String(text))
                return *button;
        qFatal("no control %s", text);
    }
    QAction& menuEntry(const QString& text) {
        for (auto* menu : m_page->findChildren<QMenu*>())
            for (QAction* action : menu->actions())
                if (action->text() == text)
                    return *action;
        qFatal("no entry %s", qPrintable(text));
    }
};

void TestMonitorDetails::previewsFollowAndGoBack() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 300});
    addPreviews(run, 80, Qt::red);
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(frames().size(), std::size_t{1}, patience);
    QCOMPARE(frames()[0].tiles.size(), std::size_t{3});
    QCOMPARE(frames()[0].tiles[0].caption, QStringLiteral("Image"));
    QCOMPARE(frames()[0].tiles[1].caption, QStringLiteral("Segmentation")); // as in the spec
    QCOMPARE(frames()[0].tiles[2].task, 1);
    QCOMPARE(colorOf(1), QColor(Qt::red));
    addPreviews(run, 160, Qt::green);
    QTRY_COMPARE_WITH_TIMEOUT(colorOf(1), QColor(Qt::green), patience);
    auto& slider = *part<PredictionsCard>().findChild<QSlider*>();
    slider.setFocus();
    QTest::keyClick(&slider, Qt::Key_Left);
    QTRY_COMPARE_WITH_TIMEOUT(colorOf(1), QColor(Qt::red), patience);
    // Who looks back stays there when another comes.
    addPreviews(run, 240, Qt::blue);
    QTRY_COMPARE_WITH_TIMEOUT(slider.maximum(), 2, patience);
    QCOMPARE(*part<PredictionsCard>().step(), std::int64_t{80});
    QTest::keyClick(&slider, Qt::Key_End);
    QTRY_COMPARE_WITH_TIMEOUT(colorOf(2), QColor(Qt::blue), patience);
}

void TestMonitorDetails::damagedPreviewsAreShownAsSuch() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 300});
    addPreviews(run, 80, Qt::red);
    const auto previews = valueOf(store.previews(run));
    const auto fileOf = [&](const std::string& task) {
        return store.folder() / std::ranges::find(previews, task, &PreviewRecord::task)->file;
    };
    std::filesystem::remove(fileOf("segmentation"));
    overwrite(fileOf("depth"), "no picture at all");
    const auto png = pngOf(Qt::gray);
    overwrite(fileOf(""), std::string(png.begin(), png.begin() + 40)); // cut off
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(frames().size(), std::size_t{1}, patience);
    QCOMPARE(frames()[0].tiles.size(), std::size_t{3});
    QVERIFY(frames()[0].tiles[0].trouble.startsWith(QLatin1String("Damaged")));
    QVERIFY(frames()[0].tiles[1].trouble.contains(QLatin1String("missing")));
    QVERIFY(frames()[0].tiles[2].trouble.startsWith(QLatin1String("Damaged")));
    m_page->grab();
}

void TestMonitorDetails::kindsThatAreThereCanBeSwitched() {
    Store store = m_desk->openStore();
    const RunId alone = makeRun(store, {.state = RunState::Running, .step = 300});
    addPreviews(alone, 80, Qt::red);
    open(alone);
    QTRY_COMPARE_WITH_TIMEOUT(frames().size(), std::size_t{1}, patience);
    auto& kinds = *part<PredictionsCard>().findChild<SegmentedControl*>();
    QVERIFY(kinds.isHidden());
    const RunId both = makeRun(store, {.state = RunState::Running, .step = 300});
    addPreviews(both, 80, Qt::red, {"expanded"});
    addPreviews(both, 80, Qt::blue, {"collapsed"});
    m_page->showRun(both);
    QTRY_VERIFY_WITH_TIMEOUT(!kinds.isHidden(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(frames().size(), std::size_t{1}, patience);
    QVERIFY(kinds.segment(2)->isHidden()); // no truth
    kinds.setCurrentIndex(1);
    QTRY_COMPARE_WITH_TIMEOUT(colorOf(1), QColor(Qt::blue), patience);
    kinds.setCurrentIndex(0);
    QTRY_COMPARE_WITH_TIMEOUT(colorOf(1), QColor(Qt::red), patience);
}

void TestMonitorDetails::panelsAreChosenAndRemembered() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store);
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(panels(),
                              (std::vector<std::string>{"segmentation/miou", "depth/abs_err",
                                                        "normal/mean_angle", "losses"}),
                              patience);
    menuEntry(QStringLiteral("Total loss")).trigger();
    menuEntry(QStringLiteral("Losses")).trigger();
    const std::vector<std::string> chosen{"segmentation/miou", "depth/abs_err", "normal/mean_angle",
                                          "loss"};
    QCOMPARE(panels(), chosen);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("loss"), std::size_t{60}, patience);
    open(run); // another window
    QTRY_COMPARE_WITH_TIMEOUT(panels(), chosen, patience);
    menuEntry(QStringLiteral("Default panels")).trigger();
    QCOMPARE(panels().back(), std::string("losses"));
}

void TestMonitorDetails::optionsAreRemembered() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store);
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{60}, patience);
    auto& slider = *part<CurveBoard>().controls()->findChild<QSlider*>();
    QCOMPARE(slider.value(), 60);
    QCOMPARE(slider.maximum(), 99);
    slider.setValue(90);
    QCOMPARE(plot("segmentation/miou").curves()[0].series->smoothing(), 0.9);
    part<CurveBoard>().controls()->findChild<SegmentedControl*>()->setCurrentIndex(2);
    control("Ignore outliers").click();
    control("Log y").click();
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{60}, patience);
    QCOMPARE(plot("segmentation/miou").curves()[0].series->smoothing(), 0.9);
    QCOMPARE(part<CurveBoard>().group().axis(), CurveAxis::Time);
    QVERIFY(!control("Ignore outliers").isChecked());
    QVERIFY(control("Log y").isChecked());
    QTRY_COMPARE_WITH_TIMEOUT(plot("segmentation/miou").shownX().high, 90.0, patience);
}

void TestMonitorDetails::otherMetricsHavePanelsToo() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 300});
    open(run);
    QTRY_VERIFY_WITH_TIMEOUT(hasPanels(), patience);
    done(writer(run)->append({{"depth", "odd", "test", 10, 0.1, 1, 4.5}}));
    QTRY_VERIFY_WITH_TIMEOUT(
        std::ranges::any_of(m_page->findChildren<QMenu*>(),
                            [](const QMenu* menu) {
                                return std::ranges::any_of(menu->actions(), [](QAction* action) {
                                    return action->text() == QLatin1String("depth/odd@test");
                                });
                            }),
        patience);
    menuEntry(QStringLiteral("depth/odd@test")).trigger();
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("depth/odd@test"), std::size_t{1}, patience);
}

void TestMonitorDetails::weightsOfBalancingAreCurves() {
    Catalogue catalogue = testCatalogue();
    catalogue.balancings.push_back({{.id = "learned"}});
    ExperimentSpec spec = testSpec();
    const auto weights = [&] {
        const auto panels = panelsOf(spec, catalogue, {{"depth", "weight", "train"}});
        const auto found = std::ranges::find(panels, std::string("weights"), &PlotPanel::id);
        return found == panels.end() ? PlotPanel{} : *found;
    };
    QVERIFY(weights().curves.empty()); // equal ones
    spec.train.balancing.id = "learned";
    const PlotPanel panel = weights();
    QVERIFY(panel.shownByDefault);
    QCOMPARE(panel.curves.size(), std::size_t{3});
    QCOMPARE(panel.curves[1].key, (SeriesKey{"depth", "weight", "train"}));
    QCOMPARE(panel.curves[1].label, QStringLiteral("D"));
    QCOMPARE(panel.curves[1].task, 1);
    // Nothing stands twice.
    const auto all = panelsOf(spec, catalogue, {{"depth", "weight", "train"}});
    QVERIFY(std::ranges::none_of(
        all, [](const PlotPanel& other) { return other.id.find('@') != std::string::npos; }));
    spec.tasks.resize(1);
    QVERIFY(weights().curves.empty());
}

void TestMonitorDetails::marksShowResumesAndChanges() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 300});
    done(writer(run)->notice({{200, 2.5, 30}, NoticeLevel::Info, "resume", "Goes on."}));
    done(store.recordPlan(run, {readSpec(valueOf(store.run(run)).spec).spec, Json(),
                                Json::array({Json{{"step", 100}, {"change", "dec3.*: separate"}},
                                             Json{{"step", 100}, {"change", "enc1.*: merged"}}})}));
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou"), std::size_t{30}, patience);
    const std::vector<PlotMark> expected{{100, QStringLiteral("dec3.*: separate; enc1.*: merged")},
                                         {200, QStringLiteral("resumed")}};
    QCOMPARE(plot("segmentation/miou").marks(), expected);
}

void TestMonitorDetails::eventsAreListed() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store, {.state = RunState::Running, .step = 300});
    const auto out = writer(run);
    done(out->notice({{7, 0, 1}, NoticeLevel::Warning, "sample", "<b>frame 3</b> & more"}));
    open(run);
    auto& text = part<QPlainTextEdit>();
    QTRY_VERIFY_WITH_TIMEOUT(
        text.toPlainText().contains(QLatin1String("step 7 warning: <b>frame 3</b> & more")),
        patience);
    done(out->notice({{1234, 9, 2}, NoticeLevel::Error, "disk", "No room."}));
    QTRY_VERIFY_WITH_TIMEOUT(
        text.toPlainText().contains(QLatin1String("step 1,234 error: No room.")), patience);
    QCOMPARE(text.blockCount(), 2);
    useTheme(true);
    QTRY_COMPARE_WITH_TIMEOUT(text.blockCount(), 2, patience);
}

void TestMonitorDetails::pointsAreSavedWhereAPersonWants() {
    Store store = m_desk->openStore();
    const RunId run = makeRun(store);
    open(run);
    QTRY_COMPARE_WITH_TIMEOUT(pointsOf("segmentation/miou", 1), std::size_t{15}, patience);
    CurvePlot& plotted = plot("segmentation/miou");
    const QString file = m_desk->temporary.filePath(QStringLiteral("points.csv"));
    m_desk->dialogs.files = {file, QStringLiteral("/nowhere/at/all.csv")};
    Q_EMIT plotted.saveDataWanted();
    QFile saved(file);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QCOMPARE(saved.readAll().count('\n'), 1 + 60 + 15);
    QCOMPARE(m_desk->navigator.messages.size(), 1);
    Q_EMIT plotted.saveDataWanted();
    QCOMPARE(m_desk->navigator.problems.size(), std::size_t{1});
    QCOMPARE(m_desk->navigator.problems[0].second.code, std::string("file.write"));
    Q_EMIT plotted.savePictureWanted(); // asked, and not answered
    QCOMPARE(m_desk->dialogs.asked.size(), 3);
}

void TestMonitorDetails::validationModelKeepsItsPromises() {
    ValidationModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    const Catalogue catalogue = testCatalogue();
    SeriesInfo depth{1, {"depth", "abs_err", "val"}, {}};
    depth.summary = {3, 30, 0.75, SeriesExtreme{20, 0.5}, SeriesExtreme{10, 0.9}};
    SeriesInfo iou{2, {"segmentation", "miou", "val"}, {}};
    iou.summary = {3, 30, std::numeric_limits<double>::quiet_NaN(), SeriesExtreme{10, 0.1},
                   SeriesExtreme{20, 0.4}};
    model.show(testSpec(), catalogue, {});
    QCOMPARE(model.rowCount(), 5); // four metrics and the rate
    const auto text = [&](int row, int column) {
        return model.index(row, column).data().toString();
    };
    QCOMPARE(text(0, ValidationModel::Last), QStringLiteral("–"));
    model.show(testSpec(), catalogue, {depth, iou});
    QCOMPARE(text(0, ValidationModel::Last), QStringLiteral("–"));     // not a number
    QCOMPARE(text(0, ValidationModel::Best), QStringLiteral("0.400")); // higher is better
    QCOMPARE(text(2, ValidationModel::Last), QStringLiteral("0.750 m"));
    QCOMPARE(text(2, ValidationModel::Best), QStringLiteral("0.500 m"));
    QCOMPARE(text(2, ValidationModel::BestStep), QStringLiteral("20"));
    model.show(ExperimentSpec{}, catalogue, {});
    model.clear();
    QCOMPARE(model.rowCount(), 0);
}

void TestMonitorDetails::paceIsThatOfTheLastSeconds() {
    RunPace pace;
    QVERIFY(!pace.stepsPerSecond());
    for (int second = 0; second <= 100; ++second)
        pace.add({second * 4, 0, static_cast<double>(second)});
    QCOMPARE(*pace.stepsPerSecond(), 4.0);
    for (int second = 1; second <= 20; ++second)
        pace.add({400 + second * 10, 0, 100.0 + second});
    QCOMPARE(*pace.stepsPerSecond(), 10.0);
    pace.add({50, 0, 12}); // back to a checkpoint
    QVERIFY(!pace.stepsPerSecond());
}

void TestMonitorDetails::progressShowsWhatIsKnown() {
    RunSummary run;
    QCOMPARE(progressText(run), QStringLiteral("waits for its turn"));
    run.state = RunState::Running;
    run.position = {744, 7.8, 326};
    QCOMPARE(progressText(run), QStringLiteral("step 744"));
    QVERIFY(!progressShare(run));
    run.steps = 1200;
    run.stepsPerEpoch = 96;
    QCOMPARE(
        progressText(run),
        QStringLiteral("epoch 8 of 13 · step 744 of 1,200 · 5 min 26 s gone, 3 min 20 s left"));
    QCOMPARE(*progressShare(run), 0.62);
    run.state = RunState::Paused;
    QVERIFY(!progressText(run).contains(QLatin1String("left")));
}

QTEST_MAIN(TestMonitorDetails)
#include "tst_monitordetails.moc"
