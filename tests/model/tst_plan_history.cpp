// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_history.h"
#include "tests/model/toy_layers.h"
#include "tests/printing.h"

#include <QTest>

#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

SharingPlan large(int layers, int tasks) {
    SharingPlan plan;
    for (int t = 0; t < tasks; ++t)
        plan.tasks.push_back("task" + std::to_string(t));
    for (int i = 0; i < layers; ++i)
        plan.layers.push_back(planAtStart(factored("dec" + std::to_string(i) + ".1"), tasks));
    return plan;
}

/// Every part of every layer in groups by chance.
SharingPlan shuffled(SharingPlan plan, std::mt19937& random, unsigned kinds) {
    const int tasks = plan.taskCount();
    const auto any = [&] {
        std::vector<TaskSet> groups(2 + random() % kinds, 0);
        for (int task = 0; task < tasks; ++task)
            groups[random() % groups.size()] |= taskBit(task);
        std::erase(groups, TaskSet{0});
        return partitionOf(std::move(groups));
    };
    for (LayerPlan& layer : plan.layers) {
        for (Partition& partition : layer.partitions)
            partition = any();
        layer.bias = any();
        layer.norm = any();
        layer.merged = random() % 2 == 0;
        layer.frozen =
            random() % 2 == 0 ? std::vector<std::string>{"M", "norm"} : std::vector<std::string>{};
    }
    return plan;
}

} // namespace

class PlanHistoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void undoAndRedoGoThroughAllPlans() {
        std::mt19937 random(3);
        std::vector<SharingPlan> plans{large(6, 4)};
        PlanHistory history(plans.front());
        QVERIFY(!history.canUndo() && !history.canRedo());
        for (int step = 0; step < 30; ++step) {
            plans.push_back(shuffled(plans.back(), random, 3));
            if (step == 10) // a network of fewer layers, and one of other tasks
                plans.back().layers.pop_back();
            if (step == 20)
                plans.back() = large(3, 2);
            history.add("step " + std::to_string(step), plans.back());
        }
        for (std::size_t at = 30; at-- > 0;) {
            QCOMPARE(history.undoName(), "step " + std::to_string(at));
            history.undo();
            QVERIFY(history.plan() == plans[at]);
        }
        QVERIFY(!history.canUndo());
        for (std::size_t at = 1; at <= 30; ++at) {
            QCOMPARE(history.redoName(), "step " + std::to_string(at - 1));
            history.redo();
            QVERIFY(history.plan() == plans[at]);
        }
        for (const std::size_t at : {3U, 29U, 0U, 15U}) {
            history.go(at);
            QVERIFY(history.plan() == plans[at]);
            QCOMPARE(history.position(), std::size_t{at});
        }
    }

    void anEditBehindAnUndoEndsWhatWasUndone() {
        PlanHistory history(large(2, 2));
        SharingPlan one = history.plan(), other = one;
        one.layers[0].norm = apart(2);
        other.layers[1].merged = true;
        history.add("one", one);
        history.undo();
        history.add("other", other);
        QVERIFY(!history.canRedo());
        QCOMPARE(history.size(), std::size_t{1});
        history.undo();
        history.redo();
        QVERIFY(history.plan() == other);
    }

    void whatChangesNothingIsNoStep() {
        PlanHistory history(large(2, 2));
        history.add("nothing", history.plan());
        QVERIFY(!history.canUndo());
    }

    /// The project's bound: 1,000 steps of 200 layers × 10 tasks in 20 MB, here each over all rows
    /// and all parts.
    void aThousandStepsOverAllRowsTakeLittleMemory() {
        std::mt19937 random(7);
        PlanHistory history(large(200, 10));
        // Forty pictures of groups by chance, more than a person comes to in a session.
        std::vector<SharingPlan> plans;
        for (int i = 0; i < 40; ++i)
            plans.push_back(shuffled(history.plan(), random, 4));
        for (std::size_t step = 0; step < 1000; ++step)
            history.add("paint all rows", plans[step % plans.size()]);
        QCOMPARE(history.size(), std::size_t{1000});
        QVERIFY2(history.bytes() < 20'000'000, std::to_string(history.bytes()).c_str());
        history.go(0);
        QVERIFY(history.plan() == large(200, 10));
    }
};

QTEST_APPLESS_MAIN(PlanHistoryTest)
#include "tst_plan_history.moc"
