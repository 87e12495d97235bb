// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_file.h"
#include "tests/ui/sharing_testing.h"
#include "ui/experiment/experiment_draft.h"
#include "ui/sharing/costs_strip.h"
#include "ui/sharing/trial_card.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QSpinBox>
#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

// How tasks share, seen and changed: of an experiment, and of runs.

class TestSharingPage : public QObject, private SharingFixture {
    Q_OBJECT

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }

    void anEditOfTheExperimentIsAStepOfItsHistory() {
        open();
        const SharingPlan before = plan();
        choose(0, 1);
        press(Qt::Key_S);
        QCOMPARE(plan(), planOf({"enc1.1: {depth} | {segmentation, normal} separate"}));
        const ExperimentSpec& spec = m_desk->draft->spec();
        QCOMPARE(resolvePlan(spec.network.sharing, std::vector<LayerFactors>{}, plan().tasks, "")
                     .plan.tasks,
                 plan().tasks);
        QCOMPARE(planOf(spec.network.sharing), plan());
        QVERIFY2(words(part<ChangesCard>()).contains(toQt(spec.network.sharing.back())),
                 qPrintable(words(part<ChangesCard>())));
        QVERIFY(button("Undo").toolTip().contains(QStringLiteral("separate")));
        button("Undo").trigger();
        QTRY_COMPARE(plan(), before);
        button("Redo").trigger();
        QTRY_VERIFY(plan() != before);
    }

    void bothViewsShowThePlanAndWhatItCosts() {
        open();
        const QStringList costs = part<CostsStrip>().lines();
        QCOMPARE(m_page->map()->map().trunk(), std::size_t{4});
        m_page->edit(
            {.kind = PlanEditKind::Separate, .cells = cellsOf(std::vector<std::size_t>{3}, 7)});
        QCOMPARE(m_page->map()->map().trunk(), std::size_t{3});
        QVERIFY(part<CostsStrip>().lines() != costs);
        QVERIFY2(part<CostsStrip>().lines().front().contains(QStringLiteral(" → ")),
                 qPrintable(part<CostsStrip>().lines().front()));
    }

    void whatIsChosenInOneViewIsChosenInTheOther() {
        open();
        choose(2, 0);
        QCOMPARE(m_page->map()->selectedLayers(), std::vector<std::size_t>{2});
        Q_EMIT m_page->map()->selectionChanged({1});
        QCOMPARE(m_page->matrix()->selectedLayers(), std::vector<std::size_t>{1});
    }

    void theMouseGoesOnPaintsAndTies() {
        open();
        auto* viewport = m_page->matrix()->view()->viewport();
        QTest::mouseClick(viewport, Qt::LeftButton, {}, cell(0, 0).center());
        QVERIFY(plan() == planOf({"enc1.1: merged"})); // behind tied comes merged
        // A drag down a column paints what a click on its first row would be.
        QTest::mousePress(viewport, Qt::LeftButton, {}, cell(1, 0).center());
        QTest::mouseMove(viewport, cell(2, 0).center());
        QTest::mouseMove(viewport, cell(3, 0).center());
        QTest::mouseRelease(viewport, Qt::LeftButton, {}, cell(3, 0).center());
        QCOMPARE(plan(), planOf({"*: merged"}));
        // Onto another task's cell: both have one.
        choose(0, 0);
        press(Qt::Key_S);
        const SharingPlan apart = planOf({"*: merged", "enc1.1: separate"});
        m_page->edit(
            {.kind = PlanEditKind::Separate, .cells = cellsOf(std::vector<std::size_t>{0}, 7)});
        QTRY_COMPARE(plan(), apart);
        QTest::mousePress(viewport, Qt::LeftButton, {}, cell(0, 0).center());
        QTest::mouseMove(viewport, cell(0, 1).center());
        QTest::mouseRelease(viewport, Qt::LeftButton, {}, cell(0, 2).center());
        QCOMPARE(plan(),
                 planOf({"*: merged", "enc1.1: {segmentation, normal} | {depth} separate"}));
    }

    void aPresetIsOneStep() {
        open();
        auto& menu = *button("Presets").menu();
        Q_EMIT menu.aboutToShow();
        for (QAction* entry : menu.actions())
            if (entry->text() == QStringLiteral("All single"))
                entry->trigger();
        QCOMPARE(plan(), planOf({"*: separate"}));
        QCOMPARE(m_desk->draft->spec().network.sharing, std::vector<std::string>{"*: separate"});
        button("Undo").trigger();
        QTRY_VERIFY(plan() != planOf({"*: separate"}));
    }

    void aPlanThatIsKeptIsAPresetOfOnesOwn() {
        open();
        m_page->edit(
            {.kind = PlanEditKind::Separate, .cells = cellsOf(std::vector<std::size_t>{2, 3}, 7)});
        const SharingPlan kept = plan();
        auto& menu = *button("Presets").menu();
        const auto choose = [&](const char* text) {
            Q_EMIT menu.aboutToShow();
            for (QAction* entry : menu.actions())
                if (entry->text() == QString::fromUtf8(text))
                    return entry->trigger();
            qFatal("no entry %s", text);
        };
        m_desk->dialogs.files = {QStringLiteral(" heads / ähnlich ")};
        choose("Keep this plan…");
        choose("Keep this plan…"); // nothing is typed: nothing is kept
        choose("Hard sharing");
        QVERIFY(plan() != kept);
        choose("heads / ähnlich");
        QCOMPARE(plan(), kept);
        // And forgotten again.
        Q_EMIT menu.aboutToShow();
        for (auto* forget : menu.findChildren<QMenu*>())
            if (forget->title() == QStringLiteral("Forget a plan"))
                forget->actions().front()->trigger();
        Q_EMIT menu.aboutToShow();
        for (const QAction* entry : menu.actions())
            QVERIFY(entry->text() != QStringLiteral("heads / ähnlich"));
    }

    void rulesThatAreWrongStandAtTheirLayers() {
        open();
        m_desk->draft->document().setJson("network.sharing", {"dec*: bias {flow} | {depth}"});
        QTRY_VERIFY_WITH_TIMEOUT(
            m_page->matrix()->model().reading(2, 0).contains(QStringLiteral("flow")),
            sharingPatience);
        QVERIFY(!m_page->matrix()->model().reading(0, 0).contains(QStringLiteral("flow")));
    }

    void theMatrixIsAModelThatKeepsItsWord() {
        open();
        const QAbstractItemModelTester tester(
            &m_page->matrix()->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (const PlanEditKind kind :
             {PlanEditKind::Separate, PlanEditKind::Next, PlanEditKind::Merge, PlanEditKind::Tie})
            m_page->edit({.kind = kind, .cells = cellsOf(std::vector<std::size_t>{0, 3}, 7)});
        m_page->matrix()->model().setPart("M");
        m_page->matrix()->model().setPart("");
        m_desk->draft->document().load(testSpec(), {});
        QTRY_VERIFY_WITH_TIMEOUT(!m_desk->draft->isBusy(), sharingPatience);
    }

    /// Typing in Set-up does not wait for what is not seen.
    void aHiddenPageIsShownAsItIsThen() {
        open();
        const QStringList costs = part<CostsStrip>().lines();
        m_page->hide();
        m_page->edit(
            {.kind = PlanEditKind::Separate, .cells = cellsOf(std::vector<std::size_t>{3}, 7)});
        QCOMPARE(part<CostsStrip>().lines(), costs);
        m_page->show();
        QVERIFY(part<CostsStrip>().lines() != costs);
        QCOMPARE(m_page->map()->map().trunk(), std::size_t{3});
    }

    void theMapSplitsJoinsAndMovesTheTrunk() {
        open();
        Q_EMIT m_page->map()->splitWanted(2, 1);
        QCOMPARE(plan(), planOf({"dec2.1: {segmentation} | {depth, normal} separate"}));
        Q_EMIT m_page->map()->joinWanted(2, 1, 6);
        QVERIFY(plan() == planOf({"*: tied"}));
        Q_EMIT m_page->map()->trunkWanted(2);
        QCOMPARE(plan(), planOf({"enc*: tied", "dec*: separate"}));
        Q_EMIT m_page->map()->trunkWanted(0);
        QCOMPARE(plan(), planOf({"*: separate"}));
    }

    /// By the mouse: depth's line, dragged away at dec2.1 and back.
    void aLineIsDraggedOnTheMap() {
        open();
        auto& map = *m_page->map();
        const auto at = [&](std::size_t layer, int task) {
            const std::size_t column = map.map().columnOf(layer);
            for (const std::size_t index : map.map().lines[static_cast<std::size_t>(task)].stations)
                if (map.map().stations[index].column == column)
                    return map
                        .toViewport({map.shownGeometry().stations[index].center().x(),
                                     map.shownGeometry().lineY(map.map(), index, task)})
                        .toPoint();
            qFatal("no station");
        };
        const auto drag = [&](const QPoint& from, const QPoint& to) {
            auto* viewport = map.viewport();
            QTest::mousePress(viewport, Qt::LeftButton, {}, from);
            for (const QPoint& way : {(from + to) / 2, to}) {
                QMouseEvent move(QEvent::MouseMove, way, viewport->mapToGlobal(way), Qt::NoButton,
                                 Qt::LeftButton, {});
                QCoreApplication::sendEvent(viewport, &move);
            }
            QTest::mouseRelease(viewport, Qt::LeftButton, {}, to);
            QTRY_VERIFY(!map.isMoving());
        };
        const SharingPlan before = plan();
        drag(at(2, 1), at(2, 1) + QPoint(0, 60));
        QCOMPARE(plan(), planOf({"dec2.1: {depth} | {segmentation, normal} separate"}));
        drag(at(2, 1), at(2, 0));
        QCOMPARE(plan(), before);
        while (button("Undo").isEnabled())
            button("Undo").trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!m_desk->draft->isBusy(), sharingPatience);
    }

    void aRunThatEndsKeepsWhatIsStagedInSight() {
        const RunId id = run(RunState::Running);
        open(id);
        choose(3, 0);
        press(Qt::Key_S);
        const auto staged = m_page->subject()->rules();
        m_desk->runs.own.clear();
        done(m_store->release(id, RunState::Finished, ""));
        Q_EMIT m_desk->runs.changed();
        QTRY_VERIFY_WITH_TIMEOUT(!m_page->subject()->isEditable(), sharingPatience);
        QCOMPARE(m_page->subject()->rules(), staged);
        QVERIFY(!button("Apply").isEnabled());
        QVERIFY(!button("Try…").isEnabled());
        QVERIFY(button("Discard").isEnabled());
    }

    void aRunThatIsDeletedLeavesThePageToTheExperiment() {
        const RunId id = run(RunState::Stopped);
        open(id);
        choose(3, 0);
        press(Qt::Key_S);
        valueOf(m_store->deleteRun(id));
        Q_EMIT m_desk->runs.changed();
        QTRY_VERIFY_WITH_TIMEOUT(m_page->shownRun().empty(), sharingPatience);
        QVERIFY(m_desk->navigator.messages.last().contains(QStringLiteral("deleted")));
        QVERIFY(m_page->subject()->after() != nullptr);
    }

    void editsOfARunAreStagedAndApplied() {
        const RunId id = run(RunState::Running);
        open(id);
        QVERIFY(!button("Apply").isEnabled());
        choose(3, 0);
        press(Qt::Key_S);
        m_page->edit(
            {.kind = PlanEditKind::Freeze, .cells = cellsOf(std::vector<std::size_t>{0}, 7)});
        QVERIFY(m_desk->runs.calls.isEmpty());
        QVERIFY2(words(part<ChangesCard>()).contains(QStringLiteral("2 staged")),
                 qPrintable(words(part<ChangesCard>())));
        button("Undo").trigger();
        button("Redo").trigger();
        button("Apply").trigger();
        const QString plan = QStringLiteral("plan %1 ").arg(toQt(id));
        QCOMPARE(m_desk->runs.calls,
                 (QStringList{
                     plan + QStringLiteral("enc1.1: freeze"),
                     plan + QStringLiteral("dec1.1: {segmentation} | {depth, normal} separate")}));
        QTRY_VERIFY_WITH_TIMEOUT(m_page->subject() != nullptr, sharingPatience);
        QVERIFY(m_page->subject()->rules().empty());
    }

    void aRunThatHasEndedIsShownAndLeftAlone() {
        open(run(RunState::Finished));
        const SharingPlan before = plan();
        choose(0, 0);
        press(Qt::Key_S);
        QCOMPARE(plan(), before);
        QVERIFY(words(part<ChangesCard>()).contains(QStringLiteral("can't be changed")));
        QVERIFY(!button("Apply").isEnabled());
    }

    void aTrialPausesTheRunAndLetsItGoOn() {
        const RunId id = run(RunState::Running);
        open(id);
        choose(3, 0);
        press(Qt::Key_S);
        QTRY_VERIFY_WITH_TIMEOUT(button("Try…").isEnabled(), sharingPatience);
        button("Try…").trigger();
        auto& trial = part<TrialCard>();
        QVERIFY(trial.isVisible());
        trial.stepsBox()->setValue(12);
        QTest::mouseClick(trial.startButton(), Qt::LeftButton);
        QCOMPARE(m_desk->runs.calls, QStringList{QStringLiteral("pause ") + toQt(id)});
        QVERIFY(m_desk->jobs.tried.empty());
        m_desk->runs.setRuns({{id, RunState::Paused}});
        QCOMPARE(m_desk->jobs.tried.size(), 1U);
        QCOMPARE(m_desk->jobs.tried.back().question.second,
                 std::vector<std::string>{"dec1.1: {segmentation} | {depth, normal} separate"});
        Trial answer{.step = 300};
        for (TriedPlan* plan : {&answer.now, &answer.changed})
            plan->steps = {{.position = {301, 1, 1},
                            .values = {{"", "loss", plan == &answer.now ? 2.0 : 1.5}},
                            .stepSeconds = 0.01}};
        m_desk->jobs.tried.back().answer(answer);
        QCOMPARE(m_desk->runs.calls.last(), QStringLiteral("resume ") + toQt(id));
        QVERIFY2(trial.lines().contains(QStringLiteral("loss, 2.000, 1.500")),
                 qPrintable(trial.lines().join('\n')));
        QTest::mouseClick(&push(trial, "Apply the change"), Qt::LeftButton);
        QVERIFY(m_desk->runs.calls.last().startsWith(QStringLiteral("plan ")));
        QVERIFY(!trial.isVisible());
    }

    void aTrialThatIsStoppedLeavesTheRunAsItWas() {
        const RunId id = run(RunState::Running);
        open(id);
        choose(3, 0);
        press(Qt::Key_S);
        QTRY_VERIFY_WITH_TIMEOUT(button("Try…").isEnabled(), sharingPatience);
        button("Try…").trigger();
        auto& trial = part<TrialCard>();
        QTest::mouseClick(trial.startButton(), Qt::LeftButton);
        m_desk->runs.setRuns({{id, RunState::Paused}});
        QVERIFY(trial.isTrying());
        QTest::mouseClick(&push(trial, "Close"), Qt::LeftButton);
        QCOMPARE(m_desk->runs.calls.last(), QStringLiteral("resume ") + toQt(id));
        QVERIFY(m_desk->jobs.tried.back().reply.context.isNull()); // the job ends with its asker
        QCOMPARE(m_page->subject()->rules().size(), 1U);           // still staged
    }

    void aPlansFileGoesOutAndComesBack() {
        open();
        const QString file = m_desk->temporary.filePath(QStringLiteral("plan.json"));
        m_page->edit(
            {.kind = PlanEditKind::Separate, .cells = cellsOf(std::vector<std::size_t>{2, 3}, 7)});
        const SharingPlan kept = plan();
        m_desk->dialogs.files = {file, file, file};
        auto& menu = *button("File").menu();
        const auto choose = [&](const char* text) {
            for (QAction* entry : menu.actions())
                if (entry->text() == QString::fromUtf8(text))
                    entry->trigger();
        };
        choose("Save the plan…");
        QVERIFY(QFile::exists(file));
        button("Undo").trigger();
        QTRY_VERIFY(plan() != kept);
        choose("Open a plan…");
        QCOMPARE(plan(), kept);
        QFile broken(file);
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("{\"format\": \"concertina-plan\", \"version\": 9}");
        broken.close();
        choose("Open a plan…");
        QVERIFY(words(part<ChangesCard>()).contains(QStringLiteral("version 9")));
        QCOMPARE(plan(), kept);
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("{\"format\": \"concertina-plan\", \"ver"); // cut
        broken.close();
        m_desk->dialogs.files = {file};
        choose("Open a plan…");
        QVERIFY2(refusal().contains(QStringLiteral("plan.json")), qPrintable(refusal()));
        QCOMPARE(plan(), kept);
    }

    void picturesAreVectorsOrPixels_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("word"); ///< that stands in it
        QTest::newRow("map") << "map"
                             << "Surface normals";
        QTest::newRow("matrix") << "matrix"
                                << "dec2.1";
    }

    void picturesAreVectorsOrPixels() {
        QFETCH(QString, what);
        QFETCH(QString, word);
        open();
        const QString title = QStringLiteral("Save the %1 as a picture…").arg(what);
        for (const auto& [ending, start] :
             {std::pair("svg", "<?xml"), {"pdf", "%PDF-"}, {"png", "\x89PNG"}}) {
            const QString picture =
                m_desk->temporary.filePath(what + QLatin1Char('.') + QLatin1String(ending));
            m_desk->dialogs.files = {picture};
            for (QAction* entry : button("File").menu()->actions())
                if (entry->text() == title)
                    entry->trigger();
            QFile file(picture);
            QVERIFY2(file.open(QIODevice::ReadOnly), ending);
            const QByteArray bytes = file.readAll();
            QVERIFY2(bytes.startsWith(start), ending);
            if (QByteArray(ending) == "svg") {
                QVERIFY(bytes.contains(word.toUtf8()));
                QVERIFY(!bytes.contains("<image"));
            }
        }
    }
};

QTEST_MAIN(TestSharingPage)
#include "tst_sharingpage.moc"
