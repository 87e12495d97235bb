// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/line_order.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <random>

using namespace concertina;

namespace {

using Order = std::vector<int>;
using Groups = std::vector<TaskSet>;

Order firstOrder(int tasks) {
    Order order(static_cast<std::size_t>(tasks));
    std::iota(order.begin(), order.end(), 0);
    return order;
}

/// Whether the tasks of a group are neighbours.
bool standTogether(const Order& order, TaskSet group) {
    int runs = 0;
    bool inside = false;
    for (const int task : order) {
        const bool now = (group >> task & 1U) != 0;
        runs += now && !inside ? 1 : 0;
        inside = now;
    }
    return runs <= 1;
}

bool standTogether(const Order& order, const Groups& groups) {
    return std::ranges::all_of(groups, [&](TaskSet group) { return standTogether(order, group); });
}

/// Of all permutations, in lexicographic order, the first of those with the fewest inversions.
Order bruteForce(int tasks, const Groups& groups, const Order& before) {
    Order order = firstOrder(tasks), best;
    std::int64_t fewest = -1;
    do {
        if (!standTogether(order, groups))
            continue;
        std::int64_t count = 0;
        for (std::size_t i = 0; i < order.size(); ++i)
            for (std::size_t j = i + 1; j < order.size(); ++j)
                count += std::ranges::find(before, order[j]) < std::ranges::find(before, order[i]);
        if (fewest < 0 || count < fewest) {
            fewest = count;
            best = order;
        }
    } while (std::ranges::next_permutation(order).found);
    return best;
}

/// Groups that form a tree, made by splitting at random.
void splitRandomly(const Order& tasks, std::mt19937& random, Groups& groups) {
    if (tasks.size() < 2)
        return;
    TaskSet all = 0;
    for (const int task : tasks)
        all |= TaskSet{1} << task;
    groups.push_back(all);
    std::vector<Order> parts(2 + random() % std::min<std::size_t>(tasks.size() - 1, 4));
    for (const int task : tasks)
        parts[random() % parts.size()].push_back(task);
    for (const Order& part : parts)
        if (part.size() < tasks.size())
            splitRandomly(part, random, groups);
}

} // namespace

class LineOrderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void withoutGroupsTheOrderBeforeStays() {
        QCOMPARE(lineOrder(4, Groups{}, Order{2, 0, 3, 1}), (Order{2, 0, 3, 1}));
        QCOMPARE(lineOrder(3, Groups{}, Order{}), (Order{0, 1, 2}));
        QCOMPARE(lineOrder(0, Groups{}, Order{}), Order{});
        QCOMPARE(lineOrder(1, Groups{1}, Order{}), Order{0});
    }

    void tasksOfAGroupComeTogether() {
        // 0 and 2 run together: one of them moves past 1; both cost one inversion, and 0 2 1 is
        // the smaller order.
        QCOMPARE(lineOrder(3, Groups{0b101}, Order{0, 1, 2}), (Order{0, 2, 1}));
        // From 1 0 2 it costs nothing.
        QCOMPARE(lineOrder(3, Groups{0b101}, Order{1, 0, 2}), (Order{1, 0, 2}));
    }

    void tasksThatCameOrWentKeepTheOthersInPlace() {
        QCOMPARE(lineOrder(4, Groups{}, Order{2, 0}), (Order{2, 0, 1, 3}));
        QCOMPARE(lineOrder(3, Groups{}, Order{7, 2, -1, 0, 2, 1}), (Order{2, 0, 1}));
    }

    void whatOverlapsAnEarlierGroupCountsForNothing() {
        QCOMPARE(lineOrder(3, Groups{0b101, 0b011}, Order{1, 0, 2}), (Order{1, 0, 2}));
        QCOMPARE(lineOrder(3, Groups{0b101, 0b110}, Order{0, 1, 2}), (Order{0, 2, 1}));
    }

    void itIsTheBestOfAllPermutations() {
        std::mt19937 random(7);
        int moved = 0;
        for (int round = 0; round < 1500; ++round) {
            const int tasks = 1 + static_cast<int>(random() % 6);
            Groups groups;
            Order shuffled = firstOrder(tasks);
            std::ranges::shuffle(shuffled, random);
            splitRandomly(shuffled, random, groups);
            Order before = firstOrder(tasks);
            std::ranges::shuffle(before, random);
            const Order order = lineOrder(tasks, groups, before);
            QCOMPARE(order, bruteForce(tasks, groups, before));
            moved += order != before ? 1 : 0;
        }
        QVERIFY(moved > 300); // the rounds are not trivial
    }

    /// Three children whose majorities go round in a circle, as non-transitive dice do.
    void circlesOfMajoritiesAreSearched() {
        // Faces 2 4 9, 1 6 8 and 3 5 7: each die beats the next in 5 of 9 throws.
        const int faces[3][3] = {{2, 4, 9}, {1, 6, 8}, {3, 5, 7}};
        Order before(9);
        Groups groups;
        for (int die = 0; die < 3; ++die) {
            groups.push_back(TaskSet{0b111} << (3 * die));
            for (int face = 0; face < 3; ++face)
                before[static_cast<std::size_t>(9 - faces[die][face])] = 3 * die + face;
        }
        const Order order = lineOrder(9, groups, before);
        QVERIFY(standTogether(order, groups));
        // Of the six orders of the dice, tried by hand: inside a die nothing is inverted; along the
        // circle two pairs of dice have 4 inversions and one has 5, against it 5, 5 and 4.
        QCOMPARE(inversions(order, before), std::int64_t{13});
    }

    void groupsOf32TasksStandTogether() {
        std::mt19937 random(11);
        for (int round = 0; round < 50; ++round) {
            Groups groups;
            Order shuffled = firstOrder(32), before = firstOrder(32);
            std::ranges::shuffle(shuffled, random);
            std::ranges::shuffle(before, random);
            splitRandomly(shuffled, random, groups);
            const Order order = lineOrder(32, groups, before);
            Order sorted = order;
            std::ranges::sort(sorted);
            QCOMPARE(sorted, firstOrder(32));
            QVERIFY(standTogether(order, groups));
        }
    }

    void pairsOfTasksBeside16OthersAreStillTheBest() {
        // The pair 0 1 stands at both ends: moving one of them past 16 others costs 16 whichever
        // it is and wherever they meet, so the smallest order wins: both in front.
        Order before{0};
        for (int task = 2; task < 18; ++task)
            before.push_back(task);
        before.push_back(1);
        const Order order = lineOrder(18, Groups{0b11}, before);
        QCOMPARE(inversions(order, before), std::int64_t{16});
        QCOMPARE(order, firstOrder(18));
    }

    void inversionsAreCountedPairByPair() {
        QCOMPARE(inversions(Order{0, 1, 2}, Order{0, 1, 2}), std::int64_t{0});
        QCOMPARE(inversions(Order{2, 1, 0}, Order{0, 1, 2}), std::int64_t{3});
        QCOMPARE(inversions(Order{1, 2, 0}, Order{0, 1, 2}), std::int64_t{2});
    }
};

QTEST_APPLESS_MAIN(LineOrderTest)
#include "tst_line_order.moc"
