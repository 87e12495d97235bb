// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_change.h"
#include "tests/model/test_catalogue.h"
#include "tests/ui/monitor_testing.h"
#include "ui/monitor/replan_panel.h"
#include "widgets/controls/toned_label.h"
#include "widgets/sharing/sharing_matrix.h"

#include <QListView>
#include <QPushButton>

using namespace concertina;
using namespace concertina::testing;

// The sharing of a run that is trained, changed from Monitor.

class TestReplanPanel : public QObject, private MonitorFixture {
    Q_OBJECT

    RunId m_run;

    void openPanel() {
        m_run = makeRun(*m_store, {.state = RunState::Running, .step = 300});
        m_desk->runs.own = {{m_run, RunState::Running}};
        open(m_run);
        QTRY_VERIFY_WITH_TIMEOUT(button("Sharing…").isVisible(), monitorPatience);
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
            all << label->text();
        return all.join(QLatin1Char('\n'));
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

    void itIsThereForRunsOfThisProcessAlone() {
        const RunId run = makeRun(*m_store, {.state = RunState::Running, .step = 300});
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(hasPanels(), monitorPatience);
        for (const QString& text : buttons())
            QVERIFY(text != QString::fromUtf8("Sharing…"));
        m_desk->runs.setRuns({{run, RunState::Paused}});
        QTRY_VERIFY_WITH_TIMEOUT(button("Sharing…").isVisible(), monitorPatience);
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
