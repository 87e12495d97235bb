// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/sharing_testing.h"
#include "ui/experiment/plan_draft.h"
#include "ui/sharing/costs_strip.h"

#include <QSpinBox>
#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

// The sharing of a run, changed by rules: typed, chosen and suggested ones, and the way back.

class TestSharingRun : public QObject, private SharingFixture {
    Q_OBJECT

    const LayerPlan& layer(std::size_t index) { return plan().layers[index]; }
    void pick(std::vector<std::size_t> layers) { m_page->matrix()->showSelected(layers); }

    void suggest() {
        for (auto* button : part<ChangesCard>().findChildren<QToolButton*>())
            if (button->text() == QStringLiteral("Suggest splits"))
                QTest::mouseClick(button, Qt::LeftButton);
    }

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }

    void costsAreThoseOfTheDatasetsOwnClasses() {
        RunRecord record =
            *m_store->run(makeRun(*m_store, {.state = RunState::Running, .step = 300}));
        const Catalogue catalogue = testCatalogue();
        const auto classesOfHead = [&] {
            const auto draft = PlanDraft::of(record, std::nullopt, catalogue);
            const LayerGraph& graph = draft->before()->graph;
            return graph.node(graph.outputs.front()).channels;
        };
        const Json parts = {{"name", "parts"}, {"classes", Json(std::vector<int>(40))}};
        const Json labels = {{"name", "segmentation"}, {"classes", Json(std::vector<int>(7))}};
        record.dataset = {{"name", "two kinds"}, {"targets", {parts, labels}}};
        QCOMPARE(classesOfHead(), 7);
        record.dataset = {{"name", "two kinds"}, {"targets", {labels, parts}}};
        QCOMPARE(classesOfHead(), 7);
    }

    void nothingIsToBeAppliedAtFirst() {
        open(run(RunState::Running));
        QVERIFY(!button("Apply").isEnabled());
        QVERIFY(!button("Discard").isEnabled());
        QVERIFY(words().contains(QStringLiteral("As it is trained now")));
    }

    void whatWouldChangeIsReportedBeforeItDoes() {
        open(run(RunState::Running));
        pressAll(0, Qt::Key_M);
        QVERIFY(button("Apply").isEnabled());
        QVERIFY2(words().contains(QStringLiteral(
                     "enc1.1: M {segmentation} | {depth} | {normal}, before {segmentation, depth, "
                     "normal}; merged")),
                 qPrintable(words()));
        QVERIFY(part<CostsStrip>().lines().join(QLatin1Char(' ')).contains(QStringLiteral(" → ")));
        QVERIFY(m_desk->runs.calls.isEmpty());
    }

    void discardGoesBackToWhatIsTrained() {
        open(run(RunState::Running));
        const SharingPlan before = plan();
        pressAll(0, Qt::Key_S);
        button("Discard").trigger();
        QCOMPARE(plan(), before);
        QVERIFY(!button("Apply").isEnabled());
    }

    void aTypedRuleJoinsWhatWouldChange() {
        open(run(RunState::Running));
        type("  dec1.*: kernel plain ");
        QVERIFY(ruleLine().text().isEmpty());
        QVERIFY2(words().contains(QStringLiteral("dec1.1: kernel plain, before factored")),
                 qPrintable(words()));
        type("enc1.1: freeze M");
        QVERIFY2(words().contains(QStringLiteral("enc1.1: frozen: M")), qPrintable(words()));
        apply();
        QCOMPARE(applied(), (QStringList{QStringLiteral("dec1.*: kernel plain"),
                                         QStringLiteral("enc1.1: freeze M")}));
    }

    void aWrongRuleIsRefusedInPlace_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("says");
        QTest::newRow("syntax") << "enc1.1 freeze"
                                << "a pattern of layer names";
        QTest::newRow("layer") << "enc9.1: separate"
                               << "enc9.1";
        QTest::newRow("factor") << "enc1.1: freeze Q"
                                << "\"Q\"";
        QTest::newRow("kernel") << "enc1.1: kernel magic"
                                << "magic";
        QTest::newRow("task") << "enc1.1: {depth} | {edges} separate"
                              << "edges";
        QTest::newRow("nothing") << "dec1.1: tied"
                                 << "a rule that changes it";
    }
    void aWrongRuleIsRefusedInPlace() {
        QFETCH(const QString, rule);
        QFETCH(const QString, says);
        open(run(RunState::Running));
        pressAll(0, Qt::Key_M);
        const QString before = words();
        type(qPrintable(rule));
        QVERIFY2(refusal().contains(says), qPrintable(refusal()));
        QVERIFY(ruleLine().accessibleDescription().contains(says));
        QCOMPARE(ruleLine().text(), rule);                                     // to be mended
        QVERIFY(words().contains(QStringLiteral("enc1.1: M {segmentation}"))); // as it was
        QTest::keyClick(&ruleLine(), Qt::Key_Backspace);
        QCOMPARE(refusal(), QString());
        QCOMPARE(words(), before);
    }

    void aStateThatALayerCannotHaveIsRefusedInWords() {
        open(run(RunState::Running));
        type("enc1.1: kernel plain");
        pressAll(0, Qt::Key_M);
        QVERIFY2(refusal().contains(QStringLiteral("merged")), qPrintable(refusal()));
        QVERIFY(!layer(0).merged);
    }

    /// Back to tied, of the three edits the kernel is what is left.
    void whatIsTakenBackByHandIsNotAskedFor() {
        open(run(RunState::Running));
        pressAll(0, Qt::Key_S);
        type("enc1.1: kernel plain");
        pressAll(0, Qt::Key_T);
        apply();
        QCOMPARE(applied(), QStringList{QStringLiteral("enc1.1: kernel plain")});
    }

    void whatChangesNothingIsNotAskedFor() {
        open(run(RunState::Running));
        pressAll(0, Qt::Key_S);
        pressAll(0, Qt::Key_T);
        type("dec1.1: freeze");
        apply();
        QCOMPARE(applied(), QStringList{QStringLiteral("dec1.1: freeze")});
    }

    void oneRuleIsTakenOutAndTheOthersStay() {
        open(run(RunState::Running));
        for (const char* rule : {"enc1.1: separate", "dec1.1: freeze", "enc2.1: merged"})
            type(rule);
        QTest::mouseClick(&called<QToolButton>("Remove dec1.1: freeze"), Qt::LeftButton);
        QVERIFY2(!words().contains(QStringLiteral("frozen")), qPrintable(words()));
        QCOMPARE(layer(0).kernels().groups.size(), 3U);
        // By the keyboard from rule to rule, and with the last one to where another is typed.
        called<QToolButton>("Remove enc1.1: separate").setFocus();
        QTest::keyClick(m_page->focusWidget(), Qt::Key_Delete);
        QCOMPARE(m_page->focusWidget()->accessibleName(), QStringLiteral("Remove enc2.1: merged"));
        QCOMPARE(layer(0).kernels().groups.size(), 1U);
        QVERIFY(button("Apply").isEnabled());
        QTest::keyClick(m_page->focusWidget(), Qt::Key_Space);
        QVERIFY(!button("Apply").isEnabled());
        QVERIFY(words().contains(QStringLiteral("As it is trained now")));
        QVERIFY(ruleLine().hasFocus());
    }

    /// A rule that others build on is not taken out under them, and they are not dropped.
    void aRuleThatOthersNeedStaysAndSaysWhy() {
        open(run(RunState::Running));
        for (const char* rule : {"enc1.1: separate", "enc1.1: kernel plain", "enc1.1: tied"})
            type(rule);
        QTest::mouseClick(&called<QToolButton>("Remove enc1.1: separate"), Qt::LeftButton);
        QVERIFY2(refusal().contains(QStringLiteral("\"enc1.1: separate\" stays")),
                 qPrintable(refusal()));
        QVERIFY2(refusal().contains(QStringLiteral("enc1.1: tied: ")), qPrintable(refusal()));
        QTest::mouseClick(&called<QToolButton>("Remove enc1.1: tied"), Qt::LeftButton);
        QCOMPARE(refusal(), QString());
        QTest::mouseClick(&called<QToolButton>("Remove enc1.1: separate"), Qt::LeftButton);
        QCOMPARE(refusal(), QString());
        apply();
        QCOMPARE(applied(), QStringList{QStringLiteral("enc1.1: kernel plain")});
    }

    void theMenuActsOnTheSelectedLayers() {
        open(run(RunState::Running));
        auto& also = called<QToolButton>("More changes of the selected layers");
        QVERIFY(!also.isEnabled());
        pick({0, 1, 2, 3});
        QVERIFY(also.isEnabled());
        entry("Freeze").trigger();
        QVERIFY(layer(0).isAllFrozen());
        QVERIFY2(words().contains(QStringLiteral("enc1.1, enc2.1, dec2.1, dec1.1: frozen: U, M")),
                 qPrintable(words()));
        pick({0});
        entry("Unfreeze").trigger();
        QVERIFY(!layer(0).isAllFrozen());
        QVERIFY(layer(1).isAllFrozen());
        entry("Plain").trigger();
        QVERIFY2(words().contains(QStringLiteral("kernel plain, before factored")),
                 qPrintable(words()));
    }

    void whatTheMenuCannotDoSaysWhy() {
        open(run(RunState::Running));
        pressAll(0, Qt::Key_S);
        auto& menu = *qobject_cast<QMenu*>(entry("Freeze").parent());
        Q_EMIT menu.aboutToShow();
        QVERIFY(entry("Freeze").isEnabled());
        QVERIFY(!entry("Unfreeze").isEnabled());
        QVERIFY(entry("Unfreeze").toolTip().contains(QStringLiteral("so already")));
        QVERIFY(entry("Plain").isEnabled());
        QVERIFY(!entry("Factored").isEnabled());
        // Factors that are one cannot be made from kernels that are three.
        type("enc1.1: kernel plain");
        type("enc1.1: tied");
        Q_EMIT menu.aboutToShow();
        QVERIFY(!entry("Plain").isEnabled());
    }

    void theLastChangeOfAnIdleRunIsTakenBack() {
        const RunId id = run(RunState::Stopped, {"300: enc1.1: separate", "600: dec1.1: freeze"});
        open(id);
        QCOMPARE(layer(0).kernels().groups.size(), 3U);
        QVERIFY(button("Undo last change").isEnabled());
        QVERIFY2(
            button("Undo last change").toolTip().contains(QStringLiteral("300: enc1.1: separate")),
            qPrintable(button("Undo last change").toolTip()));
        button("Undo last change").trigger();
        QCOMPARE(m_desk->runs.calls, QStringList{QStringLiteral("undo ") + toQt(id)});
        m_desk->runs.undone("300: enc1.1: separate");
        QVERIFY(
            m_desk->navigator.messages.last().contains(QStringLiteral("300: enc1.1: separate")));
    }

    void withoutAChangeThereIsNothingToTakeBack() {
        open(run(RunState::Stopped));
        QVERIFY(!button("Undo last change").isEnabled());
        QVERIFY(button("Undo last change").toolTip().contains(QStringLiteral("not changed")));
    }

    void aRunThatIsTrainedCannotGoBack() {
        open(run(RunState::Running, {"100: enc1.1: separate"}));
        QVERIFY(!button("Undo last change").isEnabled());
        QVERIFY2(
            button("Undo last change").toolTip().contains(QStringLiteral("Stop the run first")),
            qPrintable(button("Undo last change").toolTip()));
    }

    /// What `replan` has put there for when the run goes on is part of what it is.
    void anIdleRunIsShownAsItWouldGoOn() {
        open(run(RunState::Stopped, {"300: enc1.1: separate"}));
        QVERIFY(words().contains(QStringLiteral("As it is trained now")));
        pressAll(0, Qt::Key_T);
        apply();
        QCOMPARE(applied(), QStringList{QStringLiteral("enc1.1: tied")});
        QVERIFY(m_desk->navigator.messages.last().contains(QStringLiteral("goes on")));
    }

    /// What is joined is averaged: the loss is offered to be looked at before that is kept.
    void aJoinIsMeasuredBeforeItIsKept() {
        const RunId id = run(RunState::Stopped, {"300: enc1.1: separate"});
        open(id);
        pressAll(0, Qt::Key_T);
        button("Apply").trigger();
        QVERIFY(applied().isEmpty());
        auto& trial = part<TrialCard>();
        QVERIFY(trial.isVisible());
        QVERIFY2(trial.words().contains(QStringLiteral("what is joined is averaged")),
                 qPrintable(trial.words()));
        QTest::mouseClick(trial.startButton(), Qt::LeftButton);
        Trial answer{.step = 300};
        for (TriedPlan* plan : {&answer.now, &answer.changed})
            for (const double loss : {1.0, 0.8})
                plan->steps.push_back(
                    {.position = {301, 1, 1},
                     .values = {{"", "loss", plan == &answer.now ? loss : loss + 0.25}},
                     .stepSeconds = 0.01});
        m_desk->jobs.tried.back().answer(answer);
        QVERIFY2(trial.lines().contains(QStringLiteral("loss at once, 1.000, 1.250")),
                 qPrintable(trial.lines().join('\n')));
        button("Apply").trigger(); // it was seen
        QCOMPARE(applied(), QStringList{QStringLiteral("enc1.1: tied")});
        QVERIFY(!trial.isVisible());
    }

    void aPlanThatCannotBeReadIsReported() {
        const RunId id = makeRun(*m_store, {.state = RunState::Running, .step = 300});
        done(m_store->recordPlan(id, {.spec = testSpec(), .plan = Json("damaged")}));
        m_page = std::make_unique<SharingPage>(m_desk->context());
        m_page->show();
        QVERIFY(m_page->open(EditSharing{id}));
        QTRY_VERIFY_WITH_TIMEOUT(words().contains(QStringLiteral("cannot be read")),
                                 sharingPatience);
    }

    void suggestedSplitsAreStagedWithTheirReasons() {
        const RunId id = run(RunState::Running);
        measure(id, 50, -0.5);
        measure(id, 100, -0.7);
        open(id);
        suggest();
        part<ChangesCard>().findChild<QSpinBox*>()->setValue(300); // per cent
        QTRY_VERIFY_WITH_TIMEOUT(words().contains(QStringLiteral("depth and normal -0.60")),
                                 sharingPatience);
        QVERIFY(m_desk->runs.calls.isEmpty()); // they wait
        apply();
        QVERIFY2(applied().join(QLatin1Char('|')).contains(QStringLiteral("dec1.1: ")),
                 qPrintable(applied().join(QLatin1Char('|'))));
    }

    void withoutASureConflictNoSplitIsSuggested() {
        const RunId id = run(RunState::Running);
        measure(id, 50, -0.5); // once
        m_desk->runs.own.clear();
        done(m_store->release(id, RunState::Stopped, ""));
        open(id);
        suggest();
        QTRY_VERIFY_WITH_TIMEOUT(words().contains(QStringLiteral("No split is suggested")),
                                 sharingPatience);
        QVERIFY(!button("Apply").isEnabled());
    }
};

QTEST_MAIN(TestSharingRun)
#include "tst_sharingrun.moc"
