// SPDX-License-Identifier: GPL-3.0-or-later
// The window with its real pages, at the display's scale: QT_SCALE_FACTOR, set by ctest.
#include "app/gui/pages.h"
#include "db/store_writer.h"
#include "tests/expected.h"
#include "tests/model/adapted_catalogue.h"
#include "tests/ui/compare_testing.h"
#include "tests/ui/cut_parts.h"
#include "tests/ui/displayed_runs.h"
#include "tests/ui/ui_testing.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/predict_panel.h"
#include "ui/monitor/monitor_page.h"
#include "ui/runs/run_details.h"
#include "ui/runs/runs_model.h"
#include "ui/runs/runs_page.h"
#include "ui/setup/class_shares.h"
#include "ui/setup/costs_card.h"
#include "ui/setup/data_facts.h"
#include "ui/setup/sample_browser.h"
#include "ui/setup/setup_page.h"
#include "ui/setup/sharing_card.h"
#include "ui/sharing/measured_bar.h"
#include "ui/sharing/sharing_page.h"
#include "ui/window/main_window.h"
#include "widgets/controls/card.h"
#include "widgets/controls/toned_label.h"
#include "widgets/forms/field_row.h"
#include "widgets/pictures/sample_grid.h"
#include "widgets/sharing/plan_matrix.h"
#include "widgets/sharing/plan_matrix_view.h"
#include "widgets/sharing/sharing_map.h"
#include "widgets/sharing/sharing_matrix.h"

#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

using namespace concertina;
using namespace concertina::testing;

namespace {

// Of the screens that the workbench is made for.
constexpr QSize smallest(1366, 768), larger(1920, 1080);

/// Pages as they are met, some in two states.
enum class Scene {
    Setup,
    SetupCounted,
    Browser,
    BrowserOfOneSample,
    SetupOfGates,
    SetupLayers,
    Sharing,
    SharingOfARun,
    SharingMeasured,
    SharingSideBySide,
    Monitor,
    MonitorAtTheBeginning,
    SharingOfGates,
    SharingOfMixtures,
    Compare,
    ComparePredicting,
    Runs,
    RunsWithOneSelected
};

/// What a store holds after some weeks: groups, long names, ends of every kind, wide numbers.
void fill(Store& store) {
    for (const int seed : {0, 1, 2})
        makeRun(store, {.name = "rooms, decoder merged", .seed = seed, .group = "decoder",
                        .level = 0.5 + 0.06 * seed});
    makeRun(store, {.name = "factors shared in the last two stages of the decoder, norms of the "
                            "tasks' own, from step 200 on merged",
                    .state = RunState::Paused,
                    .step = 480});
    makeRun(store, {.name = "diverges",
                    .state = RunState::Failed,
                    .stateText = "the loss is not finite since step 12",
                    .step = 12});
    ExperimentSpec cut = testSpec();
    cut.train.steps = 1000;
    cut.train.stopAfter = "600 steps";
    makeRun(store, {.name = "by the step", .spec = cut});
    makeRun(store, {.name = "cut short", .state = RunState::Stopped, .step = 300});
    makeRun(store, {.name = "to come", .state = RunState::Queued});
}

/// The window, with a real store behind it.
class Screen {
public:
    explicit Screen(QSize size, bool dark = false) {
        desk.settings.setValue(QStringLiteral("window/theme"),
                               dark ? QStringLiteral("dark") : QStringLiteral("light"));
        useTheme(dark);
        desk.catalogue = adaptedCatalogue();
        Store store = desk.open();
        fill(store);
        gated = adaptedRun(store, "gated");
        mixed = adaptedRun(store, "mixed");
        measured = measuredRun(store, 8);
        early = makeRun(store, {.name = "just begun", .state = RunState::Paused, .step = 0});
        compared = desk.makeRun("a run");
        window.emplace(WindowServices{desk.catalogue, *desk.store, desk.runs, desk.jobs,
                                      desk.dialogs, desk.settings},
                       pages());
        window->resize(size);
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(&*window));
    }

    void open(Scene scene) {
        switch (scene) {
        case Scene::Setup: window->showPage(QStringLiteral("setup")); break;
        case Scene::SetupLayers: window->open(EditSpec{testSpec(), {}}); break;
        case Scene::SetupCounted: openCounted(); break;
        case Scene::Browser:
        case Scene::BrowserOfOneSample: openBrowser(scene == Scene::BrowserOfOneSample); break;
        case Scene::SetupOfGates: window->open(EditSpec{adaptedSpec("gated"), {}}); break;
        case Scene::SharingOfGates: openSharing(gated, gateReadings()); break;
        case Scene::SharingOfMixtures: openSharing(mixed, mixtureReadings()); break;
        case Scene::Sharing: openPlan({}); break;
        case Scene::SharingOfARun: openPlan({measured}); break;
        case Scene::SharingMeasured: openMeasured(); break;
        case Scene::SharingSideBySide:
            openPlan({measured});
            trigger("Side by side");
            break;
        case Scene::Monitor: window->open(ShowRun{measured}); break;
        case Scene::MonitorAtTheBeginning: window->open(ShowRun{early}); break;
        case Scene::Compare:
        case Scene::ComparePredicting: window->open(CompareRuns{compared}); break;
        case Scene::Runs:
        case Scene::RunsWithOneSelected: window->open(ListRuns{}); break;
        }
        QTest::qWait(300); // for the store and the fakes to answer
        if (scene == Scene::SetupLayers)
            part<CostsCard>().layersButton()->click();
        if (scene == Scene::ComparePredicting)
            openPredicting();
        if (scene == Scene::SetupOfGates)
            chooseLayer(part<SharingCard>().matrix());
        if (scene != Scene::RunsWithOneSelected)
            return;
        QTreeView* table = part<RunsPage>().findChild<QTreeView*>();
        table->setCurrentIndex(table->model()->index(2, 0));
        QTest::qWait(200);
    }

    /// With a report of what could not be read.
    void openPredicting() {
        QTest::qWait(700); // the frame and its report
        triggerIn(part<ComparePage>(), "Predict files…");
        auto& panel = part<PredictPanel>();
        QVERIFY(panel.isVisible());
        desk.dialogs.files = {QStringLiteral("/home/me/walk.mp4"), QStringLiteral("/home/me/album"),
                              QStringLiteral("/home/me/predictions")};
        panel.addFiles();
        panel.addFolder();
        panel.chooseTarget();
        desk.jobs.predictions.files.assign(250, "/home/me/predictions/a.depth.png");
        desk.jobs.predictions.failed = {{"video.short", "/home/me/walk.mp4",
                                         "an end behind frame 40", "400 frames",
                                         "what was read is predicted for"}};
        desk.jobs.predictions.passedOver = {"/home/me/album/notes.txt"};
        panel.predictButton()->click();
        QTRY_VERIFY(!panel.report().isEmpty());
    }

    void openCounted() {
        window->open(EditSpec{testSpec(), {}});
        auto& facts = part<DataFacts>();
        QTRY_VERIFY(facts.isVisible());
        facts.button()->click();
        QTRY_VERIFY(facts.button()->isHidden());
        facts.targets().front()->more()->click();
    }

    void openBrowser(bool large) {
        desk.jobs.damaged = {3};
        openCounted();
        part<SetupPage>().browseSamples();
        auto& browser = part<SetupPage>().browser();
        browser.resize(std::min(browser.width(), window->width() - 40),
                       std::min(browser.height(), window->height() - 40));
        if (window->width() > smallest.width())
            browser.resize(window->size() - QSize(40, 40));
        QTRY_VERIFY(browser.grid()->samples()->rowCount() > 0);
        browser.filterBar()->name()->setText(QStringLiteral("train_"));
        browser.grid()->setCurrentSample(large ? 12 : 3);
        if (large)
            Q_EMIT browser.grid()->sampleOpened(12);
        QTRY_VERIFY(browser.grid()->missingThumbnails().empty() || large);
    }

    /// What a scene is about: the window, or the one beside it.
    QWidget& shown(Scene scene) {
        if (scene == Scene::Browser || scene == Scene::BrowserOfOneSample)
            return part<SetupPage>().browser();
        return *window;
    }

    /// The plan of an experiment, or of a run, with a change that is staged.
    void openPlan(const EditSharing& request) {
        window->open(EditSpec{testSpec(), {}});
        window->open(request);
        auto& page = part<SharingPage>();
        QTRY_VERIFY(page.subject() != nullptr && page.subject()->after() != nullptr);
        const int tasks = page.subject()->after()->taskCount();
        const auto edit = [&](PlanEditKind kind, std::vector<std::size_t> layers, TaskSet of) {
            page.edit({.kind = kind, .cells = cellsOf(layers, of)});
        };
        const std::size_t count = page.subject()->after()->plan.layers.size();
        edit(PlanEditKind::Separate, {count - 1}, allTasks(tasks));
        edit(PlanEditKind::Split, {count - 2}, taskBit(0));
        edit(PlanEditKind::Freeze, {0}, allTasks(tasks));
        page.map()->showSelected({count - 2});
        page.matrix()->showSelected({count - 2});
    }
    void trigger(const char* text) { triggerIn(part<SharingPage>(), text); }
    static void triggerIn(const QWidget& page, const char* text) {
        for (QAction* action : page.findChildren<QAction*>())
            if (action->text() == QString::fromUtf8(text))
                action->trigger();
    }
    void openMeasured() {
        window->open(EditSharing{measured});
        auto& page = part<SharingPage>();
        QTRY_VERIFY(page.subject() != nullptr && page.subject()->after() != nullptr);
        auto& bar = part<MeasuredBar>();
        bar.kinds()->setCurrentIndex(1);
        QTRY_VERIFY(!bar.overlay().isEmpty());
        page.matrix()->view()->setCurrentIndex(page.matrix()->model().index(1, 1));
    }
    void openSharing(const RunId& run, FactorReadings readings) {
        desk.jobs.read = std::move(readings);
        window->open(EditSharing{run});
        auto& page = part<SharingPage>();
        QTRY_VERIFY(page.subject() != nullptr && page.subject()->after() != nullptr);
        page.matrix()->showSelected({0});
    }
    static void chooseLayer(SharingMatrix* matrix) {
        matrix->view()->setCurrentIndex(matrix->model().index(0));
    }

    template <class Widget>
    Widget& part() {
        return *window->findChild<Widget*>();
    }

    CompareDesk desk;
    RunId measured, early, compared, gated, mixed;
    std::optional<MainWindow> window;
};

} // namespace

class TestDisplayScale : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPageFitsTheScreen_data() {
        QTest::addColumn<Scene>("scene");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("dark");
        const bool scaled = qEnvironmentVariableIsSet("QT_SCALE_FACTOR");
        for (const QSize size : {smallest, larger})
            for (const bool dark : {false, true}) {
                if (scaled && size == larger)
                    continue; // a picture of it is huge, and says no more
                const auto row = [&](const char* name, Scene scene) {
                    QTest::addRow("%s, %d, %s", name, size.width(), dark ? "dark" : "light")
                        << scene << size << dark;
                };
                row("set-up", Scene::Setup);
                row("set-up counted", Scene::SetupCounted);
                row("browser", Scene::Browser);
                row("browser of one sample", Scene::BrowserOfOneSample);
                row("sharing", Scene::Sharing);
                row("sharing of a run", Scene::SharingOfARun);
                row("sharing measured", Scene::SharingMeasured);
                row("sharing side by side", Scene::SharingSideBySide);
                row("set-up of gates", Scene::SetupOfGates);
                row("set-up, layers", Scene::SetupLayers);
                row("monitor", Scene::Monitor);
                row("sharing of gates", Scene::SharingOfGates);
                row("sharing of mixtures", Scene::SharingOfMixtures);
                row("monitor at the beginning", Scene::MonitorAtTheBeginning);
                row("compare", Scene::Compare);
                row("compare predicting", Scene::ComparePredicting);
                row("runs", Scene::Runs);
                row("runs with one selected", Scene::RunsWithOneSelected);
            }
    }

    void everyPageFitsTheScreen() {
        QFETCH(Scene, scene);
        QFETCH(QSize, size);
        QFETCH(bool, dark);
        Screen screen(size, dark);
        screen.open(scene);
        MainWindow& window = *screen.window;

        QCOMPARE(window.size(), size);
        // On a machine that does other things layouts follow answers later.
        QStringList cut;
        const auto fits = [&] {
            cut = cutLabels(window) + cutButtons(window) + cutColumns(window);
            return cut.isEmpty();
        };
        const bool fitted = QTest::qWaitFor(fits, 10000);
        QWidget& shown = screen.shown(scene);
        const QPixmap picture = shown.grab();
        const double scale = window.devicePixelRatio();
        QCOMPARE(picture.size(), QSize(static_cast<int>(std::lround(shown.width() * scale)),
                                       static_cast<int>(std::lround(shown.height() * scale))));
        // To be looked at.
        if (const QString folder = qEnvironmentVariable("CONCERTINA_PICTURES"); !folder.isEmpty())
            picture.save(QStringLiteral("%1/%2.png").arg(folder, QTest::currentDataTag()));
        QVERIFY2(fitted, qPrintable(cut.join(QLatin1Char('\n'))));
    }

    /// Nothing is selected: what would describe a selection has a line, the table has the page.
    void theTableOfRunsHasThePage() {
        Screen screen(smallest);
        screen.open(Scene::Runs);
        const auto& page = screen.part<RunsPage>();
        const auto* table = page.findChild<QTreeView*>();
        QTRY_VERIFY(screen.part<RunDetails>().height() < page.height() / 8);
        QTRY_VERIFY2(table->height() > page.height() * 3 / 4,
                     qPrintable(QString::number(table->height())));
        screen.open(Scene::RunsWithOneSelected);
        QTRY_VERIFY(screen.part<RunDetails>().height() > page.height() / 5);
    }

    /// Not the same with gaps.
    void theLargerScreenShowsMore() {
        const auto seen = [](QSize size) {
            Screen screen(size);
            screen.open(Scene::Setup);
            int fields = 0;
            for (const FieldRow* row : screen.window->findChildren<FieldRow*>())
                fields += row->isVisible() ? 1 : 0;
            screen.open(Scene::Runs);
            auto& table = *screen.part<RunsPage>().findChild<QTreeView*>();
            const int name = table.columnWidth(RunsModel::NameColumn); // one is very long
            int columns = 0;
            for (int column = 0; column < table.model()->columnCount(); ++column)
                columns += table.columnWidth(column);
            return std::tuple(fields, name, table.viewport()->width() - columns);
        };
        const auto [fewFields, narrow, noGap] = seen(smallest);
        const auto [moreFields, wide, gap] = seen(larger);
        QVERIFY2(moreFields > fewFields, qPrintable(QString::number(moreFields)));
        QVERIFY2(wide > narrow, qPrintable(QString::number(wide)));
        QVERIFY2(gap <= 0 && noGap <= 0, qPrintable(QString::number(gap)));
    }

    void theScaleIsTheOneAskedFor() {
        QWidget widget;
        QCOMPARE(widget.devicePixelRatio(),
                 qEnvironmentVariable("QT_SCALE_FACTOR", QStringLiteral("1")).toDouble());
    }
};

QTEST_MAIN(TestDisplayScale)
#include "tst_displayscale.moc"
