// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/partition.h"
#include "tests/model/labelings.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

namespace {

const int four = 4;

/// Two tasks are together where both say so: the definition, pair by pair.
bool togetherInBoth(const Labeling& a, const Labeling& b, std::size_t s, std::size_t t) {
    return a[s] == a[t] && b[s] == b[t];
}

/// Whether every group of `fine` lies in one group of `coarse`.
bool refines(const Labeling& fine, const Labeling& coarse) {
    for (std::size_t s = 0; s < fine.size(); ++s)
        for (std::size_t t = 0; t < fine.size(); ++t)
            if (fine[s] == fine[t] && coarse[s] != coarse[t])
                return false;
    return true;
}

} // namespace

class PartitionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thereAreFifteenPartitionsOfFourTasks() {
        const auto all = allLabelings(four);
        QCOMPARE(all.size(), std::size_t{15}); // Bell's number
        for (const Labeling& labeling : all) {
            QVERIFY(isPartition(fromLabels(labeling), four));
            QCOMPARE(labelingOf(fromLabels(labeling), four), labeling);
        }
    }

    void refinementIsPairwise() {
        for (const Labeling& a : allLabelings(four))
            for (const Labeling& b : allLabelings(four)) {
                const Partition both = commonRefinement(fromLabels(a), fromLabels(b));
                QVERIFY(isPartition(both, four));
                const Labeling labels = labelingOf(both, four);
                for (std::size_t s = 0; s < labels.size(); ++s)
                    for (std::size_t t = 0; t < labels.size(); ++t)
                        QCOMPARE(labels[s] == labels[t], togetherInBoth(a, b, s, t));
            }
    }

    void refinementIsTheCoarsestThatRefinesBoth() {
        const auto all = allLabelings(four);
        for (const Labeling& a : all)
            for (const Labeling& b : all) {
                const Labeling both =
                    labelingOf(commonRefinement(fromLabels(a), fromLabels(b)), four);
                QVERIFY(refines(both, a) && refines(both, b));
                for (const Labeling& c : all)
                    QVERIFY(!(refines(c, a) && refines(c, b)) || refines(c, both));
            }
    }

    void refinementDoesNotDependOnOrder() {
        const auto all = allLabelings(four);
        for (const Labeling& a : all)
            for (const Labeling& b : all) {
                const Partition p = fromLabels(a), q = fromLabels(b);
                QVERIFY(commonRefinement(p, q) == commonRefinement(q, p));
                for (const Labeling& c : all) {
                    const Partition r = fromLabels(c);
                    QVERIFY(commonRefinement(commonRefinement(p, q), r)
                            == commonRefinement(p, commonRefinement(q, r)));
                }
            }
    }

    void togetherChangesNothingAndApartWins() {
        for (const Labeling& labeling : allLabelings(four)) {
            const Partition partition = fromLabels(labeling);
            QVERIFY(commonRefinement(partition, partition) == partition);
            QVERIFY(commonRefinement(partition, together(four)) == partition);
            QVERIFY(commonRefinement(partition, apart(four)) == apart(four));
        }
    }

    void groupsAreOrderedByTheirFirstTask() {
        QVERIFY(partitionOf({TaskSet{0b1000}, TaskSet{0b0110}, TaskSet{0b0001}})
                == (Partition{{0b0001, 0b0110, 0b1000}}));
    }

    void whatIsNoPartitionIsRefused() {
        QVERIFY(isPartition({{0b01, 0b10}}, 2));
        QVERIFY(!isPartition({{0b01}}, 2));       // a task is missing
        QVERIFY(!isPartition({{0b11, 0b10}}, 2)); // one is twice
        QVERIFY(!isPartition({{0b11, 0}}, 2));    // a group is empty
        QVERIFY(!isPartition({{0b111}}, 2));      // there is no such task
        QVERIFY(!isPartition({}, 2));
    }

    void sixtyFourTasksAreTheMost() {
        QCOMPARE(allTasks(MaxTasks), ~TaskSet{0});
        QCOMPARE(allTasks(63), ~TaskSet{0} >> 1U);
        QVERIFY(isPartition(together(MaxTasks), MaxTasks));
        QVERIFY(isPartition(apart(MaxTasks), MaxTasks));
        QCOMPARE(apart(MaxTasks).groups.size(), std::size_t{64});
        QCOMPARE(groupOf(apart(MaxTasks), 63), 63);
    }

    void setsAreCountedAndListed() {
        QCOMPARE(taskCount(0b1011), 3);
        QCOMPARE(taskCount(0), 0);
        QCOMPARE(firstTask(0b1010), 1);
        QCOMPARE(tasksOf(0b1011), (std::vector<int>{0, 1, 3}));
        QCOMPARE(tasksOf(0), std::vector<int>{});
    }

    void groupsAreNamedInTheOrderOfTasks() {
        const Texts tasks{"segmentation", "depth", "normal"};
        QCOMPARE(groupName(0b110, tasks), std::string("depth+normal"));
        QCOMPARE(groupName(0b001, tasks), std::string("segmentation"));
        QCOMPARE(groupName(0, tasks), std::string());
    }

    void groupsAreFoundByTaskAndBySet() {
        const Partition partition{{0b0001, 0b0110, 0b1000}};
        QCOMPARE(groupOf(partition, 2), 1);
        QCOMPARE(groupOf(partition, 4), -1);
        QCOMPARE(groupContaining(partition, 0b0100), TaskSet{0b0110});
        QCOMPARE(groupContaining(partition, 0b0110), TaskSet{0b0110});
        QCOMPARE(groupContaining(partition, 0b0011), TaskSet{0}); // in two groups
    }
};

QTEST_APPLESS_MAIN(PartitionTest)
#include "tst_partition.moc"
