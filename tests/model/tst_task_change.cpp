// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_design.h"
#include "core/model/task_change.h"
#include "core/model/validate.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>

using namespace concertina;

namespace {

/// Segmentation and depth, with rules; normals can be added.
PlannedNetwork pairOf(const Texts& rules, const Texts& changes = {}) {
    PlannedNetwork network{.spec = testSpec(), .initial = "k7f3m2qd@40"};
    network.spec.name = "pair";
    network.spec.tasks.pop_back();
    network.spec.network.sharing = rules;
    network.spec.network.planChanges = changes;
    network.changes = changes.size();
    const std::vector<int> outputs(2, 1);
    DesignResult made = designNetwork(network.spec, testCatalogue(), outputs);
    if (!made.problems.empty())
        qFatal("%s", toText(made.problems).c_str());
    network.plan = std::move(made.design.plan);
    return network;
}

SharingPlan planOf(const ExperimentSpec& spec) {
    const std::vector<int> outputs(spec.tasks.size(), 1);
    return designNetwork(spec, testCatalogue(), outputs).design.plan;
}

/// "M {segmentation} | {depth, normal}" of a layer.
std::string groupsOf(const SharingPlan& plan, const std::string& layer, const std::string& part) {
    for (const LayerPlan& own : plan.layers) {
        if (own.layer != layer)
            continue;
        const auto k = std::ranges::find(own.factors, part) - own.factors.begin();
        const Partition& partition = part == "bias"   ? own.bias
                                     : part == "norm" ? own.norm
                                                      : own.partitions[static_cast<std::size_t>(k)];
        std::string text;
        for (const auto& names : groupNames(partition, plan.tasks)) {
            text += text.empty() ? "" : " | ";
            for (const std::string& name : names)
                text += name.substr(0, 1);
        }
        return text;
    }
    return "no layer";
}

} // namespace

class TaskChangeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aTaskThatIsAddedSharesWhatIsOneAndHasItsOwnWhereTheOthersHave() {
        const PlannedNetwork network =
            pairOf({"*: tied", "dec1.1: factors shared", "dec2.1: separate", "enc2.1: merged"});
        const auto spec = withTaskAdded(network, {.id = "normal"}, testCatalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        QVERIFY(validate(*spec, testCatalogue()).empty());
        QCOMPARE(spec->name, std::string("pair + normal"));
        QCOMPARE(spec->network.initial, std::string("k7f3m2qd@40"));
        QVERIFY(spec->tasks[0].rests && spec->tasks[1].rests && !spec->tasks[2].rests);
        const SharingPlan plan = planOf(*spec);
        QCOMPARE(plan.resting, TaskSet{0b011});
        for (const char* part : {"U", "M", "V", "bias", "norm"}) {
            QCOMPARE(groupsOf(plan, "enc1.1", part), std::string("sdn"));
            QCOMPARE(groupsOf(plan, "dec2.1", part), std::string("s | d | n"));
            QCOMPARE(groupsOf(plan, "enc2.1", part), std::string("sdn")); // was merged
        }
        QCOMPARE(groupsOf(plan, "dec1.1", "U"), std::string("sdn"));
        QCOMPARE(groupsOf(plan, "dec1.1", "M"), std::string("s | d | n"));
        QCOMPARE(groupsOf(plan, "dec1.1", "norm"), std::string("s | d | n"));
        QVERIFY(std::ranges::none_of(plan.layers, &LayerPlan::merged));
    }

    void itHasItsOwnWhereThatIsAskedForToo() {
        const PlannedNetwork network = pairOf({"*: tied"});
        const auto spec = withTaskAdded(
            network, {.id = "normal", .layers = "dec*", .from = "depth"}, testCatalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        QCOMPARE(spec->tasks[2].from, std::string("depth"));
        const SharingPlan plan = planOf(*spec);
        QCOMPARE(groupsOf(plan, "enc1.1", "M"), std::string("sdn"));
        QCOMPARE(groupsOf(plan, "dec1.1", "M"), std::string("sd | n"));
        QCOMPARE(groupsOf(plan, "dec1.1", "norm"), std::string("sd | n"));
        QCOMPARE(groupsOf(plan, "dec1.1", "V"), std::string("sdn"));
        const auto separate =
            withTaskAdded(network, {.id = "normal", .layers = "*", .state = SharingState::Separate},
                          testCatalogue());
        QCOMPARE(groupsOf(planOf(*separate), "enc1.1", "V"), std::string("sd | n"));
    }

    void groupsThatWereWrittenDownAreWrittenAnew() {
        const PlannedNetwork network =
            pairOf({"*: {segmentation} | {depth} separate", "enc1.1: tied", "enc*: freeze U"});
        const auto spec = withTaskAdded(network, {.id = "normal"}, testCatalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        QCOMPARE(groupsOf(planOf(*spec), "dec1.1", "U"), std::string("s | d | n"));
        QCOMPARE(planOf(*spec).layers[0].frozen, Texts{"U"});
    }

    void aTaskThatIsDroppedLeavesTheOthersGroups() {
        PlannedNetwork network{.spec = testSpec(), .initial = "k7f3m2qd@40"};
        network.spec.network.sharing = {"*: {segmentation, normal} | {depth} separate",
                                        "dec1.1: merged", "enc2.1: factors shared"};
        network.plan = planOf(network.spec);
        const auto spec = withTaskDropped(network, "depth", testCatalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        QVERIFY(validate(*spec, testCatalogue()).empty());
        QCOMPARE(spec->tasks.size(), 2U);
        QVERIFY(!spec->tasks[0].rests && !spec->tasks[1].rests);
        const SharingPlan plan = planOf(*spec);
        QCOMPARE(plan.tasks, (Texts{"segmentation", "normal"}));
        QCOMPARE(groupsOf(plan, "enc1.1", "U"), std::string("sn"));
        QCOMPARE(groupsOf(plan, "enc2.1", "M"), std::string("s | n"));
        QCOMPARE(groupsOf(plan, "dec1.1", "M"), std::string("sn"));
        QVERIFY(std::ranges::none_of(plan.layers, &LayerPlan::merged));
    }

    void whatATaskRestedForIsTrainedAgainWhenItIsGone() {
        PlannedNetwork network = pairOf({"*: tied"});
        network.spec.network.initial = "old@5";
        network.spec.tasks[0].rests = true;
        network.plan.resting = 0b01;
        const auto spec = withTaskDropped(network, "depth", testCatalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        QVERIFY(!spec->tasks[0].rests);
    }

    void whatCannotBeIsAProblem() {
        const PlannedNetwork network = pairOf({"*: tied"});
        const auto added = [&](const AddedTask& task) {
            const auto spec = withTaskAdded(network, task, testCatalogue());
            return spec ? std::string() : spec.error().code;
        };
        QCOMPARE(added({.id = "depth"}), std::string("tasks.twice"));
        QCOMPARE(added({.id = "edges"}), std::string("method.unknown"));
        QCOMPARE(added({.id = "normal", .layers = "mid*"}), std::string("sharing.no_layer"));
        QCOMPARE(added({.id = "normal", .from = "normal"}), std::string("tasks.from"));
        PlannedNetwork plain = network;
        plain.spec.network.kernels = {KernelSpec{}};
        plain.plan = planOf(plain.spec);
        const auto coreless =
            withTaskAdded(plain, {.id = "normal", .layers = "dec*"}, testCatalogue());
        QCOMPARE(coreless.error().code, std::string("sharing.no_core"));
        QCOMPARE(withTaskDropped(network, "normal", testCatalogue()).error().code,
                 std::string("tasks.unknown"));
        const auto one = withTaskDropped(network, "depth", testCatalogue());
        const PlannedNetwork alone{.spec = *one, .plan = planOf(*one), .initial = "x@1"};
        QCOMPARE(withTaskDropped(alone, "segmentation", testCatalogue()).error().code,
                 std::string("tasks.none"));
    }

    void changesOfTheTrainedPlanAreInTheNewRules() {
        PlannedNetwork network = pairOf({"*: tied"});
        network.spec.network.planChanges = {"4: dec1.1: separate", "9: enc*: kernel plain",
                                            "900: *: separate"};
        network.changes = 2; // the last is still to come
        const std::vector<int> outputs(2, 1);
        ExperimentSpec done = network.spec;
        done.network.sharing.push_back("dec1.1: separate");
        done.network.kernels.push_back({"enc*", {"plain", Json::object()}});
        done.network.planChanges.clear();
        network.plan = planOf(done);
        const auto spec = withTaskAdded(network, {.id = "normal"}, testCatalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        QVERIFY(spec->network.planChanges.empty());
        QCOMPARE(spec->network.kernels.back().method.id, std::string("plain"));
        QCOMPARE(groupsOf(planOf(*spec), "dec1.1", "U"), std::string("s | d | n"));
        QCOMPARE(groupsOf(planOf(*spec), "enc1.1", "W"), std::string("sdn"));
    }
};

QTEST_APPLESS_MAIN(TaskChangeTest)
#include "tst_task_change.moc"
