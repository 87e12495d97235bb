// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_change.h"
#include "tests/model/test_catalogue.h"
#include "tests/ui/monitor_testing.h"
#include "ui/monitor/plan_draft.h"
#include "ui/monitor/replan_panel.h"
#include "widgets/controls/toned_label.h"
#include "widgets/sharing/sharing_matrix.h"

#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

// The sharing of a run that is trained, changed from Monitor.

class TestReplanPanel : public QObject, private MonitorFixture {
    Q_OBJECT

    RunId m_run;

    /// Changes before step 300 are in effect.
    void openPanel(const std::vector<std::string>& changes = {}) {
        makeChanged(RunState::Running, changes);
        m_desk->runs.own = {{m_run, RunState::Running}};
        showPanel();
    }
    /// A run that stopped at step 300; changes of that step wait.
    void openIdle(const std::vector<std::string>& changes) {
        makeChanged(RunState::Stopped, changes);
        showPanel();
    }
    void makeChanged(RunState state, const std::vector<std::string>& changes) {
        MadeUpRun made{.state = RunState::Running, .step = 300};
        made.spec = testSpec();
        made.spec.network.planChanges = changes;
        m_run = makeRun(*m_store, made);
        Json inEffect = Json::array();
        for (const PlanChange& change : planChangesOf(made.spec.network))
            if (change.step < made.step)
                inEffect.push_back({{"step", change.step}, {"change", rulesText(change)}});
        const std::vector<int> outputs(3, 1);
        const auto design = designNetwork(made.spec, testCatalogue(), outputs).design;
        const auto plan =
            designAfter(made.spec.network, inEffect.size(), design, testCatalogue()).plan;
        done(m_store->recordPlan(
            m_run, {.spec = made.spec, .plan = toJson(plan), .changes = inEffect}));
        if (state != RunState::Running)
            done(m_store->release(m_run, state, ""));
    }
    bool isOffered() const { return buttons().contains(QString::fromUtf8("Sharing…")); }
    void showPanel() {
        open(m_run);
        QTRY_VERIFY_WITH_TIMEOUT(isOffered(), monitorPatience);
        QTRY_VERIFY_WITH_TIMEOUT(hasPanels(), monitorPatience);
        button("Sharing…").trigger();
        QVERIFY(panel().isVisible());
    }
    ReplanPanel& panel() { return part<ReplanPanel>(); }
    QPushButton& panelButton(const char* text) {
        for (auto* found : panel().findChildren<QPushButton*>())
            if (found->text() == QString::fromUtf8(text))
                return *found;
        qFatal("no button %s", text);
    }
    QString words() {
        QStringList all;
        for (auto* label : panel().findChildren<TonedLabel*>())
            if (label->isVisible())
                all << label->text();
        return all.join(QLatin1Char('\n'));
    }
    QString refusal() {
        for (auto* label : panel().findChildren<TonedLabel*>())
            if (label->isVisible()
                && label->palette().color(QPalette::WindowText)
                       == color(ColorRole::Bad, label->palette()))
                return label->text();
        return {};
    }
    template <class T>
    T& panelChild(const char* accessibleName) {
        for (auto* found : panel().findChildren<T*>())
            if (found->accessibleName() == QString::fromUtf8(accessibleName))
                return *found;
        qFatal("nothing is called %s", accessibleName);
    }
    QLineEdit& ruleLine() { return panelChild<QLineEdit>("Rule"); }
    void type(const char* rule) {
        ruleLine().setFocus();
        ruleLine().clear();
        QTest::keyClicks(&ruleLine(), QString::fromUtf8(rule));
    }
    QAction& menuEntry(const char* text) {
        for (auto* menu : panel().findChildren<QMenu*>())
            for (QAction* entry : menu->actions())
                if (entry->text() == QString::fromUtf8(text))
                    return *entry;
        qFatal("no entry %s", text);
    }
    /// Puts the first row's layers (enc1) into a state by its key.
    void press(int key) {
        auto* view = panel().matrix()->view();
        view->setCurrentIndex(view->model()->index(0, 0));
        QTest::keyClick(view, static_cast<Qt::Key>(key));
    }

    std::unique_ptr<Store> m_store;

private Q_SLOTS:
    void init() {
        beginTest();
        m_store = std::make_unique<Store>(m_desk->openStore());
    }
    void cleanup() {
        endTest();
        m_store.reset();
    }

    void costsAreThoseOfTheDatasetsOwnClasses() {
        RunRecord record = *m_store->run(makeRun(*m_store, {.state = RunState::Running, .step = 300}));
        const Catalogue catalogue = testCatalogue();
        const auto classesOfHead = [&] {
            const auto draft = PlanDraft::of(record, std::nullopt, catalogue);
            const LayerGraph& graph = draft->before().graph;
            return graph.node(graph.outputs.front()).channels;
        };
        const Json parts = {{"name", "parts"}, {"classes", Json(std::vector<int>(40))}};
        const Json labels = {{"name", "segmentation"}, {"classes", Json(std::vector<int>(7))}};
        record.dataset = {{"name", "two kinds"}, {"targets", {parts, labels}}};
        QCOMPARE(classesOfHead(), 7);
        record.dataset = {{"name", "two kinds"}, {"targets", {labels, parts}}};
        QCOMPARE(classesOfHead(), 7);
    }

    void itIsThereForRunsThatThisProcessTrainsOrNobody() {
        const RunId run = makeRun(*m_store, {.state = RunState::Running, .step = 300});
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(hasPanels(), monitorPatience);
        QVERIFY(!isOffered());
        m_desk->runs.setRuns({{run, RunState::Paused}});
        QTRY_VERIFY_WITH_TIMEOUT(isOffered(), monitorPatience);
        m_desk->runs.setRuns({{run, RunState::Queued}});
        QVERIFY(!isOffered());
        m_desk->runs.setRuns({});
        done(m_store->setState(run, RunState::Paused, "")); // in the memory of its owner
        QTRY_VERIFY_WITH_TIMEOUT(buttons().contains(QStringLiteral("Resume")), monitorPatience);
        QVERIFY(!isOffered());
        done(m_store->release(run, RunState::Stopped, ""));
        QTRY_VERIFY_WITH_TIMEOUT(isOffered(), monitorPatience);
    }

    void nothingIsToBeAppliedAtFirst() {
        openPanel();
        QVERIFY(!panelButton("Apply").isEnabled());
        QVERIFY(!panelButton("Reset").isEnabled());
        QVERIFY(words().contains(QStringLiteral("As it is trained now")));
    }

    void whatWouldChangeIsToldBeforeItDoes() {
        openPanel();
        press(Qt::Key_M);
        QVERIFY(panelButton("Apply").isEnabled());
        QVERIFY2(words().contains(QStringLiteral(
                     "enc1.1: M {segmentation} | {depth} | {normal}, before {segmentation, depth, "
                     "normal}; merged")),
                 qPrintable(words()));
        QVERIFY2(words().contains(QStringLiteral(" → ×")), qPrintable(words()));
        QVERIFY(panel().matrix()->model().row(0).state == SharingState::Merged);
        QVERIFY(m_desk->runs.calls.isEmpty());
    }

    void appliedRulesReachTheRun() {
        openPanel();
        press(Qt::Key_M);
        press(Qt::Key_S); // takes the place of the first
        QTest::mouseClick(&panelButton("Apply"), Qt::LeftButton);
        QVERIFY(!panel().isVisible());
        QCOMPARE(m_desk->runs.calls,
                 QStringList{QStringLiteral("plan %1 enc1.1: separate")
                                 .arg(QString::fromStdString(m_run))});
    }

    void resetGoesBackToWhatIsTrained() {
        openPanel();
        press(Qt::Key_S);
        QTest::mouseClick(&panelButton("Reset"), Qt::LeftButton);
        QVERIFY(!panelButton("Apply").isEnabled());
        QVERIFY(panel().matrix()->model().row(0).state == SharingState::Tied);
    }

    void cancelAndEscapeDoNothing() {
        openPanel();
        press(Qt::Key_S);
        QTest::mouseClick(&panelButton("Cancel"), Qt::LeftButton);
        QVERIFY(!panel().isVisible());
        button("Sharing…").trigger();
        QVERIFY(panel().isVisible());
        QVERIFY(!panelButton("Apply").isEnabled()); // it begins anew
        QTest::keyClick(&panel(), Qt::Key_Escape);
        QVERIFY(!panel().isVisible());
        QVERIFY(m_desk->runs.calls.isEmpty());
    }

    void aTypedRuleJoinsWhatWouldChange() {
        openPanel();
        QVERIFY(!panelButton("Add").isEnabled());
        type("  dec1.*: kernel plain ");
        QVERIFY(panelButton("Add").isEnabled());
        QTest::mouseClick(&panelButton("Add"), Qt::LeftButton);
        QVERIFY2(words().contains(QStringLiteral("dec1.1: kernel plain, before factored")),
                 qPrintable(words()));
        type("enc1.1: freeze M");
        QTest::keyClick(&ruleLine(), Qt::Key_Return);
        QVERIFY(ruleLine().text().isEmpty());
        QVERIFY2(words().contains(QStringLiteral("enc1.1: frozen: M")), qPrintable(words()));
        QTest::mouseClick(&panelButton("Apply"), Qt::LeftButton);
        const QString plan = QStringLiteral("plan %1 ").arg(QString::fromStdString(m_run));
        QCOMPARE(m_desk->runs.calls, (QStringList{plan + QStringLiteral("dec1.*: kernel plain"),
                                                  plan + QStringLiteral("enc1.1: freeze M")}));
    }

    void aWrongRuleIsRefusedInPlace_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("words");
        QTest::newRow("syntax") << "enc1.1 freeze" << "a pattern of layer names";
        QTest::newRow("layer") << "enc9.1: separate" << "enc9.1";
        QTest::newRow("factor") << "enc1.1: freeze Q" << "\"Q\"";
        QTest::newRow("kernel") << "enc1.1: kernel magic" << "magic";
        QTest::newRow("task") << "enc1.1: {depth} | {edges} separate" << "edges";
        QTest::newRow("nothing") << "dec1.1: tied" << "a rule that changes it";
    }
    void aWrongRuleIsRefusedInPlace() {
        QFETCH(const QString, rule);
        QFETCH(const QString, words);
        openPanel();
        press(Qt::Key_M);
        const QString before = this->words();
        ruleLine().setFocus();
        QTest::keyClicks(&ruleLine(), rule);
        QTest::keyClick(&ruleLine(), Qt::Key_Return);
        QVERIFY2(refusal().contains(words), qPrintable(refusal()));
        QVERIFY(ruleLine().accessibleDescription().contains(words));
        QCOMPARE(ruleLine().text(), rule); // to be mended
        QVERIFY(this->words().contains(QStringLiteral("enc1.1: M {segmentation}"))); // as it was
        QTest::keyClick(&ruleLine(), Qt::Key_Backspace);
        QCOMPARE(refusal(), QString());
        QCOMPARE(this->words(), before);
    }

    void aStateThatALayerCannotHaveIsRefusedInWords() {
        openPanel();
        type("enc1.1: kernel plain");
        QTest::keyClick(&ruleLine(), Qt::Key_Return);
        press(Qt::Key_M);
        QVERIFY2(refusal().contains(QStringLiteral("merged")), qPrintable(refusal()));
        QVERIFY(panel().matrix()->model().row(0).state == SharingState::Tied);
    }

    /// A kernel made anew needs the state before it: a later state may not take that one's place.
    void aStateBehindAKernelLeavesTheOneBeforeIt() {
        openPanel();
        press(Qt::Key_S);
        type("enc1.1: kernel plain");
        QTest::keyClick(&ruleLine(), Qt::Key_Return);
        press(Qt::Key_T);
        QTest::mouseClick(&panelButton("Apply"), Qt::LeftButton);
        QStringList rules;
        for (const QString& call : m_desk->runs.calls)
            rules << call.section(QLatin1Char(' '), 2);
        QCOMPARE(rules, (QStringList{QStringLiteral("enc1.1: separate"),
                                     QStringLiteral("enc1.1: kernel plain"),
                                     QStringLiteral("enc1.1: tied")}));
    }

    void whatChangesNothingIsNotAskedFor() {
        openPanel();
        press(Qt::Key_S);
        press(Qt::Key_T);
        QVERIFY(!panelButton("Apply").isEnabled());
        type("dec1.1: freeze");
        QTest::keyClick(&ruleLine(), Qt::Key_Return);
        QTest::mouseClick(&panelButton("Apply"), Qt::LeftButton);
        QCOMPARE(m_desk->runs.calls, QStringList{QStringLiteral("plan %1 dec1.1: freeze")
                                                     .arg(QString::fromStdString(m_run))});
    }

    void oneRuleIsTakenOutAndTheOthersStay() {
        openPanel();
        for (const char* rule : {"enc1.1: separate", "dec1.1: freeze", "enc2.1: merged"}) {
            type(rule);
            QTest::keyClick(&ruleLine(), Qt::Key_Return);
        }
        QTest::mouseClick(&panelChild<QToolButton>("Remove dec1.1: freeze"), Qt::LeftButton);
        QVERIFY2(!words().contains(QStringLiteral("frozen")), qPrintable(words()));
        QVERIFY(panel().matrix()->model().row(0).state == SharingState::Separate);
        // By the keyboard from rule to rule, and with the last one to where another is typed.
        panelChild<QToolButton>("Remove enc1.1: separate").setFocus();
        QTest::keyClick(panel().focusWidget(), Qt::Key_Delete);
        QCOMPARE(panel().focusWidget()->accessibleName(), QStringLiteral("Remove enc2.1: merged"));
        QVERIFY(panel().matrix()->model().row(0).state == SharingState::Tied);
        QVERIFY(panelButton("Apply").isEnabled());
        QTest::keyClick(panel().focusWidget(), Qt::Key_Space);
        QVERIFY(!panelButton("Apply").isEnabled());
        QVERIFY(!panelButton("Reset").isEnabled());
        QVERIFY(words().contains(QStringLiteral("As it is trained now")));
        QVERIFY(ruleLine().hasFocus());
    }

    /// A rule that others build on is not taken out under them, and they are not dropped.
    void aRuleThatOthersNeedStaysAndSaysWhy() {
        openPanel();
        for (const char* rule : {"enc1.1: separate", "enc1.1: kernel plain", "enc1.1: tied"}) {
            type(rule);
            QTest::keyClick(&ruleLine(), Qt::Key_Return);
        }
        QTest::mouseClick(&panelChild<QToolButton>("Remove enc1.1: separate"), Qt::LeftButton);
        QVERIFY2(refusal().contains(QStringLiteral("\"enc1.1: separate\" stays")),
                 qPrintable(refusal()));
        QVERIFY2(refusal().contains(QStringLiteral("enc1.1: tied: ")), qPrintable(refusal()));
        QVERIFY(words().contains(QStringLiteral("enc1.1: separate\n"))); // in the list as before
        QTest::mouseClick(&panelChild<QToolButton>("Remove enc1.1: tied"), Qt::LeftButton);
        QCOMPARE(refusal(), QString());
        QTest::mouseClick(&panelChild<QToolButton>("Remove enc1.1: separate"), Qt::LeftButton);
        QCOMPARE(refusal(), QString());
        QTest::mouseClick(&panelButton("Apply"), Qt::LeftButton);
        QCOMPARE(
            m_desk->runs.calls,
            QStringList{
                QStringLiteral("plan %1 enc1.1: kernel plain").arg(QString::fromStdString(m_run))});
    }

    void theMenuActsOnTheSelectedLayers() {
        openPanel();
        auto& also = panelChild<QToolButton>("More changes of the selected layers");
        QVERIFY(!also.isEnabled());
        panel().matrix()->view()->selectAll();
        QVERIFY(also.isEnabled());
        menuEntry("Freeze").trigger();
        QVERIFY(panel().matrix()->model().row(0).isAllFrozen());
        QVERIFY2(words().contains(QStringLiteral("enc1.1, enc2.1, dec2.1, dec1.1: frozen: U, M")),
                 qPrintable(words()));
        press(Qt::Key_Home); // the first row alone
        menuEntry("Unfreeze").trigger();
        QVERIFY(!panel().matrix()->model().row(0).isAllFrozen());
        QVERIFY(panel().matrix()->model().row(1).isAllFrozen());
        menuEntry("Plain").trigger();
        QVERIFY2(words().contains(QStringLiteral("kernel plain, before factored")),
                 qPrintable(words()));
    }

    void whatTheMenuCannotDoSaysWhy() {
        openPanel();
        press(Qt::Key_S);
        auto& menu = *qobject_cast<QMenu*>(menuEntry("Freeze").parent());
        Q_EMIT menu.aboutToShow();
        QVERIFY(menuEntry("Freeze").isEnabled());
        QVERIFY(!menuEntry("Unfreeze").isEnabled());
        QVERIFY(menuEntry("Unfreeze").toolTip().contains(QStringLiteral("so already")));
        QVERIFY(menuEntry("Plain").isEnabled());
        QVERIFY(!menuEntry("Factored").isEnabled());
        // Factors that are one cannot be made from kernels that are three.
        type("enc1.1: kernel plain");
        QTest::keyClick(&ruleLine(), Qt::Key_Return);
        type("enc1.1: tied");
        QTest::keyClick(&ruleLine(), Qt::Key_Return);
        Q_EMIT menu.aboutToShow();
        QVERIFY(!menuEntry("Plain").isEnabled());
    }

    void theLastChangeOfAnIdleRunIsTakenBack() {
        openIdle({"300: enc1.1: separate", "600: dec1.1: freeze"});
        QVERIFY(panel().matrix()->model().row(0).state == SharingState::Separate);
        QVERIFY(panelButton("Undo last change").isEnabled());
        QVERIFY2(panelButton("Undo last change").toolTip().contains(
                     QStringLiteral("300: enc1.1: separate")),
                 qPrintable(panelButton("Undo last change").toolTip()));
        QTest::mouseClick(&panelButton("Undo last change"), Qt::LeftButton);
        QVERIFY(!panel().isVisible());
        QCOMPARE(m_desk->runs.calls,
                 QStringList{QStringLiteral("undo ") + QString::fromStdString(m_run)});
        m_desk->runs.undone("300: enc1.1: separate");
        QVERIFY(m_desk->navigator.told.last().contains(QStringLiteral("300: enc1.1: separate")));
    }

    void withoutAChangeThereIsNothingToTakeBack() {
        openIdle({});
        QVERIFY(!panelButton("Undo last change").isEnabled());
        QVERIFY(panelButton("Undo last change").toolTip().contains(QStringLiteral("not changed")));
    }

    void aRunThatIsTrainedCannotGoBack() {
        openPanel({"100: enc1.1: separate"});
        QVERIFY(!panelButton("Undo last change").isEnabled());
        QVERIFY2(panelButton("Undo last change").toolTip().contains(
                     QStringLiteral("Stop the run first")),
                 qPrintable(panelButton("Undo last change").toolTip()));
    }

    /// What `replan` has put there for when the run goes on is part of what it is.
    void anIdleRunIsShownAsItWouldGoOn() {
        openIdle({"300: enc1.1: separate"});
        QVERIFY(words().contains(QStringLiteral("As it is trained now")));
        press(Qt::Key_T);
        QTest::mouseClick(&panelButton("Apply"), Qt::LeftButton);
        QCOMPARE(m_desk->runs.calls, QStringList{QStringLiteral("plan %1 enc1.1: tied")
                                                     .arg(QString::fromStdString(m_run))});
        QVERIFY(m_desk->navigator.told.last().contains(QStringLiteral("goes on")));
    }

    void aPlanThatCannotBeReadIsTold() {
        m_run = makeRun(*m_store, {.state = RunState::Running, .step = 300});
        done(m_store->recordPlan(m_run, {.spec = testSpec(), .plan = Json("damaged")}));
        m_desk->runs.own = {{m_run, RunState::Running}};
        open(m_run);
        QTRY_VERIFY_WITH_TIMEOUT(hasPanels(), monitorPatience);
        button("Sharing…").trigger();
        QVERIFY(!panel().isVisible());
        QVERIFY(m_desk->navigator.told.last().contains(QStringLiteral("cannot be read")));
    }
};

QTEST_MAIN(TestReplanPanel)
#include "tst_replanpanel.moc"
