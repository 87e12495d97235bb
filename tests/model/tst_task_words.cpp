// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/task_words.h"

#include "core/model/network_design.h"
#include "core/model/validate.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

namespace {

ExperimentSpec withNames(const Texts& names) {
    ExperimentSpec spec = testSpec();
    spec.tasks.clear();
    for (const std::string& name : names)
        spec.tasks.push_back({.method = {"segmentation", Json::object()}, .name = name});
    return spec;
}

Texts codes(const ExperimentSpec& spec) {
    Texts all;
    for (const Problem& problem : validate(spec, testCatalogue()))
        all.push_back(problem.code + " at " + problem.path);
    return all;
}

} // namespace

class TaskWordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tasksWithoutNamesAreAsTheirMethods() {
        const auto words = taskWords(withNames({""}), testCatalogue());
        QVERIFY((words == std::vector<TaskWords>{{"S", "Segmentation"}}));
        const ExperimentSpec same = withNames({"segmentation"}); // a name that says nothing
        QVERIFY(taskWords(same, testCatalogue()) == words);
    }

    void lettersOfSeveralTasksDiffer() {
        const auto words = taskWords(withNames({"", "stuff", "parts", "ünits"}), testCatalogue());
        QVERIFY((words
                 == std::vector<TaskWords>{
                     {"S", "Segmentation"}, {"S2", "stuff"}, {"P", "parts"}, {"ü", "ünits"}}));
    }

    void tasksAreFoundByName() {
        const ExperimentSpec spec = withNames({"", "stuff"});
        const Catalogue known = testCatalogue();
        QCOMPARE(taskNamed(spec, known, "stuff"), known.task("segmentation"));
        QVERIFY(taskNamed(spec, known, "depth") == nullptr);
        QCOMPARE(taskWords(spec, testCatalogue(), "stuff").letter, std::string("S2"));
        QCOMPARE(taskWords(spec, testCatalogue(), "gone").label, std::string("gone"));
    }

    void eachTaskNeedsANameThatRulesCanSay() {
        QCOMPARE(codes(withNames({"", "stuff"})), Texts{});
        QCOMPARE(codes(withNames({"", ""})), Texts{"tasks.twice at tasks.1.id"});
        QCOMPARE(codes(withNames({"", "segmentation"})), Texts{"tasks.twice at tasks.1.name"});
        for (const char* wrong : {"a,b", "a b", "a.b", "a/b", "{a}", "a|b", "a*"})
            QCOMPARE(codes(withNames({"", wrong})), Texts{"tasks.name at tasks.1.name"});
        QCOMPARE(codes(withNames({"", std::string(101, 'a')})),
                 Texts{"tasks.name at tasks.1.name"});
    }

    void plansAndRulesNameTasksAsTheyAreCalled() {
        ExperimentSpec spec = withNames({"", "stuff"});
        spec.network.sharing = {"*: {segmentation} | {stuff} separate"};
        const auto design = designNetwork(spec, testCatalogue(), std::vector{3, 4});
        QCOMPARE(design.problems, Problems{});
        QCOMPARE(design.design.plan.tasks, (Texts{"segmentation", "stuff"}));
        QCOMPARE(design.design.plan.layers.front().kernels().groups.size(), 2U);
    }
};

QTEST_GUILESS_MAIN(TaskWordsTest)
#include "tst_task_words.moc"
