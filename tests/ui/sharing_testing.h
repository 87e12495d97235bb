// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/plan_change.h"
#include "tests/model/test_catalogue.h"
#include "tests/ui/ui_testing.h"
#include "ui/experiment/experiment_draft.h"
#include "ui/sharing/changes_card.h"
#include "ui/sharing/rule_line.h"
#include "ui/sharing/sharing_page.h"
#include "ui/sharing/trial_card.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/plan_matrix.h"
#include "widgets/sharing/plan_matrix_view.h"
#include "widgets/sharing/sharing_map.h"
#include "widgets/theme/colors.h"

#include <QAction>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTest>

#include <memory>
#include <string>
#include <vector>

namespace concertina::testing {

inline constexpr int sharingPatience = 30000; // ms; for a machine that is busy with other builds

/// The page Sharing over a temporary store, and short ways to what it shows.
class SharingFixture {
protected:
    void open(const RunId& run = {}) {
        m_page = std::make_unique<SharingPage>(m_desk->context());
        m_desk->draft->document().load(testSpec(), {});
        m_page->resize(1294, 696);
        m_page->show();
        QVERIFY(m_page->open(EditSharing{run}));
        QTRY_VERIFY_WITH_TIMEOUT(m_page->subject() && m_page->subject()->after()
                                     && !m_desk->draft->isBusy(),
                                 sharingPatience);
        QCoreApplication::processEvents();
    }

    /// A run at step 300. Its changes before that step are in effect, later ones wait.
    RunId run(RunState state, const std::vector<std::string>& changes = {}) {
        return run(testSpec(), state, changes);
    }
    RunId run(const ExperimentSpec& spec, RunState state,
              const std::vector<std::string>& changes = {}) {
        MadeUpRun made{.state = RunState::Running, .step = 300};
        made.spec = spec;
        made.spec.network.planChanges = changes;
        const RunId id = makeRun(*m_store, made);
        Json inEffect = Json::array();
        for (const PlanChange& change : planChangesOf(made.spec.network))
            if (change.step < made.step)
                inEffect.push_back({{"step", change.step}, {"change", rulesText(change)}});
        const auto design =
            designNetwork(made.spec, m_desk->catalogue, std::vector{1, 1, 1}).design;
        const auto plan =
            designAfter(made.spec.network, inEffect.size(), design, m_desk->catalogue).plan;
        done(m_store->recordPlan(id,
                                 {.spec = made.spec, .plan = toJson(plan), .changes = inEffect}));
        if (state == RunState::Running)
            m_desk->runs.own = {{id, RunState::Running}};
        else
            done(m_store->release(id, state, ""));
        return id;
    }

    /// The cosine of depth and normals in dec1.1, of a run that this process trains.
    void measure(const RunId& run, std::int64_t step, double cosine) {
        ConflictRows rows;
        for (const char* factor : {"U", "V"})
            rows.push_back({step, "dec1.1", factor, "depth", "normal", "exact-half", cosine, 1, 2});
        const auto out = valueOf(StoreWriter::open(m_desk->folder(), run));
        done(out->append(std::move(rows)));
        done(out->close());
    }

    const SharingPlan& plan() { return m_page->subject()->after()->plan; }
    SharingPlan planOf(const std::vector<std::string>& rules) {
        const auto layers = m_page->subject()->after()->sharedFactors();
        return resolvePlan(rules, layers, plan().tasks, "").plan;
    }
    QAction& button(const char* text) {
        for (QAction* action : m_page->barActions())
            if (action->text() == QString::fromUtf8(text))
                return *action;
        qFatal("no button %s", text);
    }
    QPushButton& push(QWidget& in, const char* text) {
        for (auto* found : in.findChildren<QPushButton*>())
            if (found->text() == QString::fromUtf8(text))
                return *found;
        qFatal("no button %s", text);
    }
    template <class Widget>
    Widget& part() {
        return *m_page->findChild<Widget*>();
    }
    QString words() { return words(part<ChangesCard>()); }
    QString words(QWidget& of) {
        QStringList all;
        for (auto* label : of.findChildren<TonedLabel*>())
            if (label->isVisible())
                all << label->text();
        return all.join(QLatin1Char('\n'));
    }
    void choose(int row, int task) {
        auto* view = m_page->matrix()->view();
        view->setCurrentIndex(view->model()->index(row, task));
        view->setFocus();
    }
    void press(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(m_page->matrix()->view(), static_cast<Qt::Key>(key), modifiers);
    }
    QRect cell(int row, int task) {
        auto* view = m_page->matrix()->view();
        return view->visualRect(view->model()->index(row, task));
    }
    void pressAll(int row, int key) { ///< for all tasks of a row
        m_page->matrix()->showSelected(m_page->matrix()->model().row(row).layers);
        m_page->matrix()->view()->setFocus();
        press(key);
    }
    QString refusal() {
        for (auto* label : part<ChangesCard>().findChildren<TonedLabel*>())
            if (label->isVisible()
                && label->palette().color(QPalette::WindowText)
                       == color(ColorRole::Bad, label->palette()))
                return label->text();
        return {};
    }
    template <class T>
    T& called(const char* accessibleName) {
        for (auto* found : m_page->findChildren<T*>())
            if (found->accessibleName() == QString::fromUtf8(accessibleName))
                return *found;
        qFatal("nothing is called %s", accessibleName);
    }
    QLineEdit& ruleLine() { return called<QLineEdit>("Rule"); }
    void type(const char* rule) {
        ruleLine().setFocus();
        ruleLine().clear();
        QTest::keyClicks(&ruleLine(), QString::fromUtf8(rule));
        QTest::keyClick(&ruleLine(), Qt::Key_Return);
    }
    /// Of the menu beside the line for rules.
    QAction& entry(const char* text) {
        for (auto* menu : part<RuleLine>().findChildren<QMenu*>())
            for (QAction* found : menu->actions())
                if (found->text() == QString::fromUtf8(text))
                    return *found;
        qFatal("no entry %s", text);
    }
    /// Also what alters the outputs at once, for which a look at the loss is offered.
    void apply() {
        button("Apply").trigger();
        if (part<TrialCard>().isVisible())
            QTest::mouseClick(&push(part<TrialCard>(), "Apply the change"), Qt::LeftButton);
    }
    QStringList applied() { ///< the rules that reached the run
        QStringList rules;
        for (const QString& call : m_desk->runs.calls)
            if (call.startsWith(QStringLiteral("plan ")))
                rules << call.section(QLatin1Char(' '), 2);
        return rules;
    }

    void beginTest() {
        useTheme(false);
        m_desk = std::make_unique<Desk>();
        m_store = std::make_unique<Store>(m_desk->openStore());
    }
    void endTest() {
        m_page.reset();
        m_store.reset();
        m_desk.reset();
    }

    std::unique_ptr<Desk> m_desk;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<SharingPage> m_page;
};

} // namespace concertina::testing
