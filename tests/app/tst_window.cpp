// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window with the real trainer: by its buttons, as a person uses it.
#include "app/gui/pages.h"
#include "app/gui/session_job_service.h"
#include "app/gui/session_run_service.h"
#include "core/catalogue.h"
#include "core/data/dataset.h"
#include "tests/app/cli_testing.h"
#include "tests/expected.h"
#include "tests/ui/fake_dialogs.h"
#include "ui/compare/export_panel.h"
#include "ui/setup/data_facts.h"
#include "ui/setup/sample_browser.h"
#include "ui/setup/sample_detail.h"
#include "ui/setup/samples_card.h"
#include "ui/setup/samples_view.h"
#include "ui/store/store_access.h"
#include "ui/window/main_window.h"
#include "widgets/pictures/sample_grid.h"
#include "widgets/plots/curve_plot.h"

#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <algorithm>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int patience = 60000; // ms: the machine may be busy

/// The window as the program makes it, on a store of its own.
class RealWindow {
public:
    RealWindow() { window.show(); }

    QPushButton* button(const QString& text) {
        for (auto* found : window.findChildren<QPushButton*>())
            if (found->isVisible() && found->isEnabled() && found->text() == text)
                return found;
        return nullptr;
    }
    bool click(const QString& text) {
        if (!QTest::qWaitFor([&] { return button(text) != nullptr; }, patience))
            return false;
        QTest::mouseClick(button(text), Qt::LeftButton);
        return true;
    }

    /// Sets up a spec and starts it; the run's id.
    RunId start(const QJsonObject& spec) {
        window.openFiles({place.write(QStringLiteral("spec.json"), spec)});
        if (!click(QStringLiteral("Start"))
            || !QTest::qWaitFor([&] { return !runsInStore().empty(); }, patience))
            return {};
        return runsInStore().front().id;
    }

    std::vector<RunSummary> runsInStore() {
        const auto opened = Store::open(place.store().toStdString(), StoreMode::ReadOnly);
        return opened ? valueOf(opened->runs()) : std::vector<RunSummary>();
    }
    RunSummary run(const RunId& id) {
        const Store opened = valueOf(Store::open(place.store().toStdString(), StoreMode::ReadOnly));
        return valueOf(opened.run(id)).summary;
    }

    std::vector<std::string> planChanges(const RunId& id) {
        const Store opened = valueOf(Store::open(place.store().toStdString(), StoreMode::ReadOnly));
        return readSpec(valueOf(opened.run(id)).spec).spec.network.planChanges;
    }

    /// Points of the longest curve that is shown.
    std::size_t shownPoints() {
        std::size_t most = 0;
        for (const auto* plot : window.findChildren<CurvePlot*>())
            if (plot->isVisible())
                for (const PlotCurve& curve : plot->curves())
                    most = std::max(most, curve.series->size());
        return most;
    }

    cli::Workplace place;
    FakeDialogs dialogs;
    QSettings settings{place.path(QStringLiteral("settings.ini")), QSettings::IniFormat};
    StoreAccess store{place.store().toStdString()};
    SessionRunService runs{place.store().toStdString(), std::nullopt};
    SessionJobService jobs{place.store().toStdString(), std::nullopt};
    MainWindow window{{catalogue(), store, runs, jobs, dialogs, settings}, pages()};
};

/// So many steps, validated now and then.
QJsonObject specOf(int steps) {
    return cli::with(cli::with(cli::tinySpec(), QStringLiteral("train.steps"), steps),
                     QStringLiteral("train.validate_every"), 20);
}

} // namespace

class TestWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRunFromItsSpecToItsCollapsedFile() {
        RealWindow bench;
        const RunId run = bench.start(specOf(120));
        QVERIFY(!run.empty());
        QTRY_COMPARE(bench.window.currentPage(), QStringLiteral("monitor"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.shownPoints() >= 3, patience);
        QVERIFY(bench.click(QStringLiteral("Pause")));
        QTRY_COMPARE_WITH_TIMEOUT(bench.run(run).state, RunState::Paused, patience);
        const auto at = bench.run(run).position.step;
        QVERIFY(at > 0 && at < 120);
        QVERIFY(bench.click(QStringLiteral("Resume")));
        QTRY_COMPARE_WITH_TIMEOUT(bench.run(run).state, RunState::Finished, patience);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shownPoints(), 120U, patience);

        QVERIFY(bench.click(QStringLiteral("Compare")));
        QTRY_COMPARE(bench.window.currentPage(), QStringLiteral("compare"));
        const QString file = bench.place.path(QStringLiteral("net.safetensors"));
        bench.dialogs.files.push_back(file);
        QVERIFY(bench.click(QStringLiteral("Save collapsed network…")));
        auto* panel = bench.window.findChild<ExportPanel*>();
        QVERIFY(panel->isVisible()); // it asks for the format; the first is the usual one
        QTest::mouseClick(panel->saveButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(file), patience);
        QTRY_VERIFY_WITH_TIMEOUT(bench.button(QStringLiteral("Save collapsed network…")), patience);
        // What was saved is what was trained, says the other program.
        const auto verified = bench.place.run(
            {"verify", QString::fromStdString(run), "--collapsed", file, "--json"});
        QVERIFY2(verified.code == 0, qPrintable(verified.text()));
        QVERIFY(verified.last()["argmax_agreement"].toDouble() > 0.999);
        const QString picture = bench.place.path(QStringLiteral("picture.png"));
        bench.dialogs.files.push_back(picture);
        QVERIFY(bench.click(QStringLiteral("Save picture…")));
        QTRY_VERIFY_WITH_TIMEOUT(!QImage(picture).isNull(), patience);
    }

    /// Rooms are made, counted and looked at.
    void samplesAreCountedAndBrowsed() {
        RealWindow bench;
        bench.window.openFiles({bench.place.write(QStringLiteral("spec.json"), specOf(20))});
        QVERIFY(bench.click(QStringLiteral("Count classes")));
        const auto* facts = bench.window.findChild<DataFacts*>();
        QTRY_VERIFY_WITH_TIMEOUT(facts->surveyText().contains(QStringLiteral("all can be read")),
                                 patience);
        QTRY_VERIFY_WITH_TIMEOUT(bench.button(QStringLiteral("Count classes")) == nullptr,
                                 patience);
        bench.window.findChild<SamplesCard*>()->browseButton()->click();
        auto* browser = bench.window.findChild<SampleBrowser*>();
        QTRY_VERIFY_WITH_TIMEOUT(browser->grid()->samples()->rowCount() > 0, patience);
        QTRY_VERIFY_WITH_TIMEOUT(!browser->detail()->view()->frames().empty(), patience);
        const auto rooms = valueOf(openDataset({"rooms", Json::object()}));
        QCOMPARE(browser->detail()->sample().frame.tasks.size(),
                 rooms->description().targets.size());
        const SampleGridModel& model = *browser->grid()->samples();
        QTRY_VERIFY_WITH_TIMEOUT(
            !model.index(0).data(SampleGridModel::ThumbnailRole).value<QImage>().isNull(),
            patience);
    }

    void theMonitorFollowsARunOfAnotherProcess() {
        RealWindow bench;
        cli::Training training(
            bench.place.inStore({"train", bench.place.write("spec.json", specOf(400))}));
        const auto created = training.waitForEvent(QStringLiteral("created"));
        const RunId run = created["run"].toString().toStdString();
        QVERIFY(!run.empty());
        bench.window.open(ShowRun{run});
        QTRY_VERIFY_WITH_TIMEOUT(bench.shownPoints() >= 3, patience);
        QVERIFY(training.isRunning());
        const std::size_t before = bench.shownPoints();
        QTRY_VERIFY_WITH_TIMEOUT(bench.shownPoints() > before, patience);
        // Another's run is not ours to pause.
        QVERIFY(bench.button(QStringLiteral("Pause")) == nullptr);
        QCOMPARE(training.wait().code, 0);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shownPoints(), 400U, patience);
    }

    void theSharingOfAStoppedRunChangesAndGoesBack() {
        RealWindow bench;
        const RunId run = bench.start(specOf(100000));
        QVERIFY(!run.empty());
        QTRY_VERIFY_WITH_TIMEOUT(bench.shownPoints() >= 1, patience);
        QVERIFY(bench.click(QStringLiteral("Stop")));
        QTRY_VERIFY_WITH_TIMEOUT(bench.runs.runs().empty(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(bench.button(QStringLiteral("Resume")), patience);
        QVERIFY(bench.click(QStringLiteral("Sharing")));
        QLineEdit* rule = nullptr;
        const auto findRule = [&] {
            for (auto* found : bench.window.findChildren<QLineEdit*>())
                if (found->isVisible() && found->accessibleName() == QStringLiteral("Rule"))
                    rule = found;
            return rule != nullptr;
        };
        QTRY_VERIFY_WITH_TIMEOUT(findRule(), patience);
        QTest::keyClicks(rule, QStringLiteral("enc1.1: freeze"));
        QTest::keyClick(rule, Qt::Key_Return);
        QVERIFY(bench.click(QStringLiteral("Apply")));
        QTRY_COMPARE_WITH_TIMEOUT(bench.planChanges(run).size(), 1U, patience);
        QVERIFY(bench.planChanges(run).front().ends_with(": enc1.1: freeze"));
        // As soon as the page has read that, it can be taken back.
        QTRY_VERIFY_WITH_TIMEOUT(bench.button(QStringLiteral("Undo last change")), patience);
        QVERIFY(bench.click(QStringLiteral("Undo last change")));
        QTRY_VERIFY_WITH_TIMEOUT(bench.planChanges(run).empty(), patience);
    }

    void aWindowThatIsClosedPausesItsRun() {
        RealWindow bench;
        const RunId run = bench.start(specOf(100000));
        QVERIFY(!run.empty());
        QTRY_VERIFY_WITH_TIMEOUT(bench.shownPoints() >= 1, patience);
        bench.dialogs.closings.push_back(Dialogs::Closing::PauseAndQuit);
        QSignalSpy closed(&bench.window, &MainWindow::closed);
        bench.window.close();
        QTRY_COMPARE_WITH_TIMEOUT(closed.size(), 1, patience);
        const RunSummary left = bench.run(run);
        QCOMPARE(left.state, RunState::Paused);
        QVERIFY(!left.owner);
        const Store store =
            valueOf(Store::open(bench.place.store().toStdString(), StoreMode::ReadOnly));
        QCOMPARE(valueOf(store.latestCheckpoint(run))->position.step, left.position.step);
    }
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
