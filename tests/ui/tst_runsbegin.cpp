// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_design.h"
#include "core/model/validate.h"
#include "tests/model/test_catalogue.h"
#include "tests/ui/runs_testing.h"
#include "ui/runs/begin_menu.h"

using namespace concertina;
using namespace concertina::testing;

// What can begin as a run ended, from the table of runs.

namespace {

/// The menu as a person opens it, read: the session gives it this.
class OpenMenu {
public:
    OpenMenu(RunsBench& bench, Expected<PlannedNetwork> network)
        : m_menu(*bench.page().findChild<BeginMenu*>()) {
        Q_EMIT m_menu.aboutToShow();
        bench.desk.jobs.begun.back().answer(std::move(network));
    }

    QStringList texts() const {
        QStringList all;
        for (const QAction* action : m_menu.actions())
            if (!action->isSeparator())
                all << action->text();
        return all;
    }

    void choose(const QString& text) const {
        for (QAction* action : m_menu.actions())
            if (action->text() == text)
                action->trigger();
    }

private:
    BeginMenu& m_menu;
};

ExperimentSpec pairSpec(const std::vector<std::string>& rules) {
    ExperimentSpec spec = testSpec();
    spec.name = "pair";
    spec.tasks.pop_back(); // normals are left to be added
    spec.network.sharing = rules;
    return spec;
}

RunId pairRun(Store& store, const std::vector<std::string>& rules) {
    return makeRun(store, {.name = "pair", .checkpoint = true, .spec = pairSpec(rules)});
}

PlannedNetwork networkOf(const RunId& run, const std::vector<std::string>& rules) {
    const ExperimentSpec spec = pairSpec(rules);
    const std::vector<int> outputs(2, 1);
    return {.spec = spec,
            .plan = designNetwork(spec, testCatalogue(), outputs).design.plan,
            .initial = run + "@600"};
}

} // namespace

class TestRunsBegin : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aTaskThatARunLacksCanBeAdded() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const std::vector<std::string> rules{"*: {segmentation} | {depth} separate"};
        const RunId run = pairRun(store, rules);
        bench.openWith(1);
        bench.select({run});
        const OpenMenu menu(bench, networkOf(run, rules));
        QTRY_COMPARE(menu.texts(), (QStringList{"Its tasks", "Add surface normals",
                                                "Drop segmentation", "Drop depth"}));
        menu.choose("Add surface normals");
        QCOMPARE(bench.desk.navigator.setUps.size(), 1U);
        const auto& [spec, origin] = bench.desk.navigator.setUps[0];
        QCOMPARE(origin, QStringLiteral("begins from pair"));
        QCOMPARE(spec.network.initial, run + "@600");
        QCOMPARE(spec.tasks.size(), 3U);
        QVERIFY(spec.tasks[0].rests && spec.tasks[1].rests && !spec.tasks[2].rests);
        QVERIFY(validate(spec, testCatalogue()).empty());
    }

    void aTaskCanBeDroppedAndAllCanGoOn() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId run = pairRun(store, {"*: merged"});
        bench.openWith(1);
        bench.select({run});
        const OpenMenu menu(bench, networkOf(run, {"*: merged"}));
        QTRY_COMPARE(menu.texts().size(), 4);
        menu.choose("Drop depth");
        menu.choose("Its tasks");
        QCOMPARE(bench.desk.navigator.setUps.size(), 2U);
        QCOMPARE(bench.desk.navigator.setUps[0].first.tasks.size(), 1U);
        QCOMPARE(bench.desk.navigator.setUps[1].first.tasks.size(), 2U);
        for (const auto& [spec, origin] : bench.desk.navigator.setUps) {
            QCOMPARE(spec.network.initial, run + "@600");
            QVERIFY(validate(spec, testCatalogue()).empty());
        }
    }

    void aRunWithoutACheckpointSaysWhy() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId run = pairRun(store, {"*: tied"});
        bench.openWith(1);
        bench.select({run});
        const OpenMenu menu(bench, failure({"run.no_checkpoint", run, "no checkpoint",
                                            "a run that has trained", ""}));
        QTRY_VERIFY(menu.texts().join(" ").contains("no checkpoint"));
    }

    void onlyOneRunCanBeBegunFrom() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId run = pairRun(store, {"*: tied"});
        const RunId other = makeRun(store, {.name = "other"});
        bench.openWith(2);
        QAction* begin = bench.page().findChild<BeginMenu*>()->menuAction();
        QVERIFY(bench.table().actions().contains(begin));
        bench.select({run});
        QTRY_VERIFY(begin->isEnabled());
        bench.select({run, other});
        QTRY_VERIFY(!begin->isEnabled());
    }
};

QTEST_MAIN(TestRunsBegin)
#include "tst_runsbegin.moc"
