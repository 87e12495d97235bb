// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/replan_testing.h"

#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

// Single rules that were made on the panel, and the way back from those that are in effect.

class TestReplanRules : public QObject, private ReplanFixture {
    Q_OBJECT

private Q_SLOTS:
    void init() { beginReplanTest(); }
    void cleanup() { endReplanTest(); }

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
        QVERIFY(
            m_desk->navigator.messages.last().contains(QStringLiteral("300: enc1.1: separate")));
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
        QVERIFY(m_desk->navigator.messages.last().contains(QStringLiteral("goes on")));
    }

    void aPlanThatCannotBeReadIsReported() {
        m_run = makeRun(*m_store, {.state = RunState::Running, .step = 300});
        done(m_store->recordPlan(m_run, {.spec = testSpec(), .plan = Json("damaged")}));
        m_desk->runs.own = {{m_run, RunState::Running}};
        open(m_run);
        QTRY_VERIFY_WITH_TIMEOUT(hasPanels(), monitorPatience);
        button("Sharing…").trigger();
        QVERIFY(!panel().isVisible());
        QVERIFY(m_desk->navigator.messages.last().contains(QStringLiteral("cannot be read")));
    }
};

QTEST_MAIN(TestReplanRules)
#include "tst_replanrules.moc"
