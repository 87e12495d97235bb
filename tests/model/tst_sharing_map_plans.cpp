// SPDX-License-Identifier: GPL-3.0-or-later
// Many plans: of the toy network all, of the real ones at random.
#include "core/model/graph_builder.h"
#include "core/model/line_order.h"
#include "tests/model/labelings.h"
#include "tests/model/map_checks.h"
#include "tests/model/map_networks.h"
#include "tests/printing.h"

#include <QTest>

#include <numeric>
#include <random>
#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

using Order = std::vector<int>;

/// Four layers with everything that joins ways: pooling, unpooling and concatenation.
LayerGraph toy() {
    GraphBuilder builder(3, 8, 8);
    const int first = builder.convNormRelu("l1.1", 0, 4, 3);
    const int pool = builder.maxPool("pool", first);
    const int second = builder.convNormRelu("l2.1", pool, 4, 3);
    const int third = builder.convNormRelu("l3.1", builder.maxUnpool("unpool", second, pool), 4, 3);
    builder.convNormRelu("l4.1", builder.concat("cat", {third, first}), 4, 3);
    return builder.take();
}

void setPartition(LayerPlan& layer, const Partition& partition) {
    layer.partitions.assign(layer.partitions.size(), partition);
    layer.bias = layer.norm = partition;
}

/// What runs together, read from the execution tree alone.
std::set<TaskSet> convolutionGroups(const NetworkDesign& design) {
    std::set<TaskSet> groups;
    for (const ExecutedNode& executed : design.tree.nodes)
        if (design.graph.node(executed.node).op == Op::Conv)
            groups.insert(executed.tasks);
    return groups;
}

bool together(const Order& order, TaskSet group) {
    int first = -1, last = -1, count = 0;
    for (int place = 0; place < static_cast<int>(order.size()); ++place)
        if ((group >> order[static_cast<std::size_t>(place)] & 1U) != 0) {
            first = first < 0 ? place : first;
            last = place;
            ++count;
        }
    return last - first + 1 == count;
}

/// The first of all permutations, in lexicographic order, that keeps groups together with the
/// fewest inversions.
Order bestOrder(const std::set<TaskSet>& groups, const Order& before) {
    Order order(before.size()), best;
    std::iota(order.begin(), order.end(), 0);
    std::vector<std::size_t> place(before.size());
    for (std::size_t i = 0; i < before.size(); ++i)
        place[static_cast<std::size_t>(before[i])] = i;
    int fewest = -1;
    do {
        int count = 0;
        for (std::size_t i = 0; i < order.size(); ++i)
            for (std::size_t j = i + 1; j < order.size(); ++j)
                count += place[static_cast<std::size_t>(order[i])]
                         > place[static_cast<std::size_t>(order[j])];
        if ((fewest < 0 || count < fewest)
            && std::ranges::all_of(groups, [&](TaskSet group) { return together(order, group); })) {
            fewest = count;
            best = order;
        }
    } while (std::ranges::next_permutation(order).found);
    return best;
}

/// Empty where the layout is one of this design after an order.
std::string wrongAfter(const NetworkDesign& design, const MapLayout& map, const Order& before) {
    if (const std::string wrong = wrongInLayout(map); !wrong.empty())
        return wrong;
    if (crossings(map) != 0)
        return "lines cross";
    const std::set<TaskSet> groups = convolutionGroups(design);
    std::set<TaskSet> shown;
    for (const MapStation& station : map.stations)
        shown.insert(station.tasks);
    for (const TaskSet group : groups)
        if (taskCount(group) > 1 && !shown.contains(group))
            return "a group has no station";
    Order start = before;
    if (start.empty()) {
        start.resize(map.lines.size());
        std::iota(start.begin(), start.end(), 0);
    }
    return map.order == bestOrder(groups, start) ? "" : "not the order of the fewest inversions";
}

Partition randomPartition(int tasks, std::mt19937& random) {
    Labeling labels;
    const auto most = 1 + static_cast<int>(random() % static_cast<unsigned>(tasks));
    for (int task = 0; task < tasks; ++task)
        labels.push_back(static_cast<int>(random() % static_cast<unsigned>(most)));
    std::vector<TaskSet> groups(static_cast<std::size_t>(most), 0);
    for (int task = 0; task < tasks; ++task)
        groups[static_cast<std::size_t>(labels[static_cast<std::size_t>(task)])] |= taskBit(task);
    std::erase(groups, TaskSet{0});
    return partitionOf(std::move(groups));
}

/// Parts of some layers of a plan in another way.
void editRandomly(SharingPlan& plan, std::mt19937& random) {
    const std::size_t first = random() % plan.layers.size();
    const std::size_t count = 1 + random() % 6;
    const Partition partition = randomPartition(plan.taskCount(), random);
    const unsigned what = random() % 5;
    for (std::size_t i = first; i < std::min(first + count, plan.layers.size()); ++i) {
        LayerPlan& layer = plan.layers[i];
        if (what == 0)
            setPartition(layer, concertina::together(plan.taskCount()));
        else if (what <= 2)
            setPartition(layer, partition);
        else if (what == 3)
            layer.partitions[1] = partition; // the core
        else
            layer.merged = !layer.merged;
    }
}

} // namespace

class SharingMapPlansTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void all625PlansAndEverySingleEditMoveAsLittleAsPossible() {
        const NetworkDesign start = mapNetwork(toy(), mapTasks(3), {"*: tied"}, "plain");
        const auto labelings = allLabelings(3);
        std::vector<NetworkDesign> designs;
        for (std::size_t index = 0; index < 625; ++index) {
            SharingPlan plan = start.plan;
            std::size_t digits = index;
            for (LayerPlan& layer : plan.layers) {
                setPartition(layer, fromLabels(labelings[digits % 5]));
                digits /= 5;
            }
            designs.push_back(withPlan(start, plan).value());
        }
        int edits = 0, moved = 0;
        for (std::size_t index = 0; index < designs.size(); ++index) {
            const MapLayout before = mapLayout(designs[index]);
            QCOMPARE(wrongAfter(designs[index], before, {}), std::string());
            for (std::size_t layer = 0, power = 1; layer < 4; ++layer, power *= 5)
                for (std::size_t digit = 0; digit < 5; ++digit) {
                    const std::size_t now = index + power * digit - power * (index / power % 5);
                    const MapLayout after = mapLayout(designs[now], {}, before.order);
                    QCOMPARE(wrongAfter(designs[now], after, before.order), std::string());
                    moved += after.order != before.order ? 1 : 0;
                    ++edits;
                }
        }
        QCOMPARE(edits, 625 * 20);
        QVERIFY(moved > 500);
    }

    void randomPlansOfRealNetworks_data() {
        QTest::addColumn<int>("backbone");
        QTest::addRow("SegNet") << 0;
        QTest::addRow("U-Net") << 1;
    }

    /// 1,000 plans of each, every one a few edits from the one before.
    void randomPlansOfRealNetworks() {
        QFETCH(int, backbone);
        const LayerGraph graph = realBackbone(*backbones()[static_cast<std::size_t>(backbone)]);
        std::mt19937 random(17U + static_cast<unsigned>(backbone));
        int moved = 0, parted = 0;
        for (int tasks = 2; tasks <= 6; ++tasks) {
            NetworkDesign design = mapNetwork(graph, mapTasks(tasks));
            const SharingPlan first = design.plan;
            Order before;
            for (int round = 0; round < 200; ++round) {
                SharingPlan plan = round % 10 == 0 ? first : design.plan;
                editRandomly(plan, random);
                design = withPlan(std::move(design), std::move(plan)).value();
                std::set<std::string> unfolded;
                if (random() % 4 == 0)
                    unfolded = {"enc2", "dec1", "enc5"};
                const MapLayout map = mapLayout(design, unfolded, before);
                QCOMPARE(wrongAfter(design, map, before), std::string());
                moved += !before.empty() && map.order != before ? 1 : 0;
                parted += map.trunk() < map.columns.size() ? 1 : 0;
                before = map.order;
            }
        }
        QVERIFY(moved > 50);
        QVERIFY(parted > 500);
    }

    /// The checks' own test.
    void wrongLayoutsAreSeen() {
        const NetworkDesign design =
            mapNetwork(toy(), mapTasks(4), {"*: tied", "l3*: {a, c} | {b, d} separate"}, "plain");
        const MapLayout right = mapLayout(design);
        QCOMPARE(wrongAfter(design, right, {}), std::string());
        MapLayout wrong = right;
        wrong.order = {0, 1, 2, 3};
        QVERIFY(!wrongInLayout(wrong).empty());
        wrong = right;
        wrong.stations[wrong.columns.back().first].y += 1.5;
        QVERIFY(!wrongInLayout(wrong).empty());
        wrong = right;
        std::swap(wrong.lines[0].y, wrong.lines[1].y);
        QVERIFY(crossings(wrong) > 0);
        QVERIFY(!wrongAfter(design, mapLayout(design, {}, Order{3, 2, 1, 0}), {}).empty());
    }
};

QTEST_APPLESS_MAIN(SharingMapPlansTest)
#include "tst_sharing_map_plans.moc"
