// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/replan_testing.h"
#include "ui/experiment/plan_draft.h"

#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

// The sharing of a run that is trained, changed from Monitor.

class TestReplanPanel : public QObject, private ReplanFixture {
    Q_OBJECT

private Q_SLOTS:
    void init() { beginReplanTest(); }
    void cleanup() { endReplanTest(); }

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

    void itIsThereForRunsThatThisProcessTrainsOrNone() {
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

    void whatWouldChangeIsReportedBeforeItDoes() {
        openPanel();
        press(Qt::Key_M);
        QVERIFY(panelButton("Apply").isEnabled());
        QVERIFY2(words().contains(QStringLiteral(
                     "enc1.1: M {segmentation} | {depth} | {normal}, before {segmentation, depth, "
                     "normal}; merged")),
                 qPrintable(words()));
        QVERIFY2(words().contains(QStringLiteral("Step time ÷ plain: "))
                     && words().contains(QStringLiteral(" → ")),
                 qPrintable(words()));
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
};

QTEST_MAIN(TestReplanPanel)
#include "tst_replanpanel.moc"
