// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/run_group.h"

#include <QTest>

using namespace concertina;

class RunGroupTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theNameOfAGroupIsWhatStandsBeforeItsTime() {
        const std::string group = groupNameAt("all tasks", 1'790'000'000);
        QVERIFY(group.starts_with("all tasks 2026-09-"));
        QCOMPARE(nameOfGroup(group), std::string("all tasks"));
        QVERIFY(groupNameAt("all tasks", 1'790'000'001) != group);
    }

    void anyOtherNameIsItself() {
        for (const char* name : {"", "all tasks", "2026-05-01 12:00:00", " 2026-05-01 12:00:0",
                                 "a 2026-05-01T12:00:00", "a-2026-05-01 12:00:00"})
            QCOMPARE(nameOfGroup(name), std::string(name));
    }

    void runsOfOneNameAreOneExperiment() {
        const std::vector<std::string> names{"a", "b", "a", "c", "b"};
        QCOMPARE(experimentsOf(names), (std::vector<Places>{{0, 2}, {1, 4}, {3}}));
        QVERIFY(experimentsOf({}).empty());
    }

    void linesAreCalledByTheirNameOrTheirGroups() {
        const std::string group = groupNameAt("widths", 1'790'000'000);
        QCOMPARE(nameTogether(std::vector<std::string>{"a", "a"}, group), std::string("a"));
        QCOMPARE(nameTogether(std::vector<std::string>{"a", "b"}, group), std::string("widths"));
    }

    void eachExperimentCostsOnceAndBeforeItBeginsNothing() {
        const std::vector<std::string> names{"a", "a", "b", "c"};
        const std::vector<double> costs{0, 100, 20, 0};
        QCOMPARE(costTogether(names, costs), 120.0);
        QCOMPARE(costTogether({}, {}), 0.0);
    }

    void linesOfATable() {
        const std::vector<GroupedRun> runs{{"g", "all", ""},        {"g", "all", ""},
                                           {"g", "depth", "depth"}, {"g", "normal", "normal"},
                                           {"g", "depth", "depth"}, {std::nullopt, "all", ""},
                                           {"h", "all", ""},        {"g", "other depth", "depth"},
                                           {"g", "more", ""},       {std::nullopt, "all", ""}};
        QCOMPARE(tableLines(runs), (std::vector<Places>{{0, 1}, {2, 3, 4}, {5}, {6}, {7}, {8}, {9}}));
        QVERIFY(tableLines({}).empty());
    }
};

QTEST_APPLESS_MAIN(RunGroupTest)
#include "tst_run_group.moc"
