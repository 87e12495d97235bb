// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/plan_change.h"
#include "tests/model/test_catalogue.h"
#include "tests/ui/monitor_testing.h"
#include "ui/monitor/replan_panel.h"
#include "widgets/controls/toned_label.h"
#include "widgets/sharing/sharing_matrix.h"

#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>

namespace concertina::testing {

/// A Monitor with the panel that changes the sharing of a run.
class ReplanFixture : protected MonitorFixture {
protected:
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

    void beginReplanTest() {
        beginTest();
        m_store = std::make_unique<Store>(m_desk->openStore());
    }
    void endReplanTest() {
        endTest();
        m_store.reset();
    }
};

} // namespace concertina::testing
