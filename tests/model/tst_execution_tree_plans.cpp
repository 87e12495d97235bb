// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/execution_tree.h"
#include "core/model/graph_builder.h"
#include "tests/model/labelings.h"
#include "tests/printing.h"

#include <QTest>

#include <set>
#include <tuple>

using namespace concertina;

namespace {

const Texts tasks{"a", "b", "c"};

/// Four layers with everything that joins paths: pooling, unpooling and concatenation.
LayerGraph toy() {
    GraphBuilder builder(3, 8, 8);
    const int first = builder.convNormRelu("l1", 0, 4, 3);
    const int pool = builder.maxPool("pool", first);
    const int second = builder.convNormRelu("l2", pool, 4, 3);
    const int third = builder.convNormRelu("l3", builder.maxUnpool("unpool", second, pool), 4, 3);
    const int both = builder.concat("cat", {third, first});
    const int fourth = builder.convNormRelu("l4", both, 4, 3);
    for (int task = 0; task < 3; ++task) {
        const std::string name = "head" + tasks[static_cast<std::size_t>(task)];
        builder.startHead(task);
        builder.output(builder.conv(name + ".2", builder.conv(name + ".1", fourth, 4, 3), 1, 1));
    }
    return builder.take();
}

/// What the tasks own at a layer, written plainly.
struct LayerLabels {
    Labeling kernel;
    Labeling norm;
};

SharingPlan planOf(const LayerGraph& graph, const std::vector<LayerLabels>& labels) {
    SharingPlan plan{tasks, {}};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const Partition kernel = fromLabels(labels[i].kernel);
        plan.layers.push_back(
            {graph.layers[i].name, {"W"}, {kernel}, kernel, fromLabels(labels[i].norm), false});
    }
    return plan;
}

using Path = std::vector<int>;

/// All ways from the image to a node, as the nodes that are passed.
std::vector<Path> pathsTo(const LayerGraph& graph, int node) {
    std::vector<Path> paths;
    if (node == 0)
        return {{0}};
    for (const int input : graph.node(node).inputs)
        for (Path path : pathsTo(graph, input)) {
            path.push_back(node);
            paths.push_back(std::move(path));
        }
    return paths;
}

/// The definition that the tree is held against: two tasks share a node where everything that
/// acts on every way to it is the same for both.
bool sharePlainly(const LayerGraph& graph, const std::vector<LayerLabels>& labels,
                  const std::vector<Path>& paths, std::size_t s, std::size_t t) {
    for (const Path& path : paths)
        for (const int passed : path) {
            const Node& node = graph.node(passed);
            if (node.task >= 0 && s != t)
                return false;
            if (node.task >= 0 || node.layer < 0)
                continue;
            const LayerLabels& layer = labels[static_cast<std::size_t>(node.layer)];
            const Labeling& of = node.op == Op::Norm ? layer.norm : layer.kernel;
            if (of[s] != of[t])
                return false;
        }
    return true;
}

/// Compares a tree with the definition; an empty text where they agree.
std::string compare(const LayerGraph& graph, const std::vector<LayerLabels>& labels,
                    const std::vector<std::vector<Path>>& paths, const ExecutionTree& tree) {
    std::set<std::tuple<int, TaskSet>> expected, found;
    for (std::size_t node = 0; node < graph.nodes.size(); ++node)
        for (std::size_t s = 0; s < tasks.size(); ++s) {
            const int head = graph.nodes[node].task;
            if (head >= 0 && static_cast<std::size_t>(head) != s)
                continue;
            TaskSet together = 0;
            for (std::size_t t = 0; t < tasks.size(); ++t)
                if (sharePlainly(graph, labels, paths[node], s, t))
                    together |= TaskSet{1} << t;
            expected.emplace(static_cast<int>(node), together);
        }
    std::set<std::tuple<int, TaskSet, std::vector<int>>> computed; // node, parameters, inputs
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        const ExecutedNode& executed = tree.nodes[i];
        const Node& node = graph.node(executed.node);
        if (!found.emplace(executed.node, executed.tasks).second)
            return "twice: " + node.name;
        const TaskSet parameters = node.op == Op::Norm ? executed.norm : executed.kernel;
        if (!computed.emplace(executed.node, parameters, executed.inputs).second)
            return "the same computed twice: " + node.name;
        if (executed.inputs.size() != node.inputs.size())
            return "number of inputs: " + node.name;
        for (std::size_t k = 0; k < node.inputs.size(); ++k) {
            if (executed.inputs[k] >= static_cast<int>(i))
                return "an input comes later: " + node.name;
            const ExecutedNode& input = tree.nodes[static_cast<std::size_t>(executed.inputs[k])];
            if (input.node != node.inputs[k] || (executed.tasks & ~input.tasks) != 0)
                return "a wrong input: " + node.name;
        }
        // Who owns the parameters: all that have them, whether they travel here or not.
        const bool acts = node.op == Op::Conv || node.op == Op::Norm;
        for (std::size_t t = 0; acts && t < tasks.size(); ++t) {
            const auto first = static_cast<std::size_t>(firstTask(executed.tasks));
            bool owns = t == first;
            if (node.task < 0) {
                const LayerLabels& layer = labels[static_cast<std::size_t>(node.layer)];
                const Labeling& of = node.op == Op::Norm ? layer.norm : layer.kernel;
                owns = of[t] == of[first];
            }
            if (owns != ((parameters >> t & 1U) != 0))
                return "wrong owners: " + node.name;
        }
    }
    if (expected != found)
        return "other groups than the definition's";
    for (std::size_t task = 0; task < tasks.size(); ++task) {
        const ExecutedNode& output = tree.nodes[static_cast<std::size_t>(tree.outputs[task])];
        if (output.node != graph.outputs[task] || output.tasks != TaskSet{1} << task)
            return "a wrong output";
    }
    return {};
}

} // namespace

class ExecutionTreePlansTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void all625PlansWithOnePartitionALayerRunAsDefined() {
        const LayerGraph graph = toy();
        std::vector<std::vector<Path>> paths;
        for (std::size_t node = 0; node < graph.nodes.size(); ++node)
            paths.push_back(pathsTo(graph, static_cast<int>(node)));
        QVERIFY(paths.back().size() > 1); // there is more than one way to the outputs
        const auto partitions = allLabelings(3);
        int plans = 0;
        std::set<std::size_t> sizes;
        for (const Labeling& p : partitions)
            for (const Labeling& q : partitions)
                for (const Labeling& r : partitions)
                    for (const Labeling& s : partitions) {
                        const std::vector<LayerLabels> labels{{p, p}, {q, q}, {r, r}, {s, s}};
                        const ExecutionTree tree = executionTree(graph, planOf(graph, labels));
                        QCOMPARE(compare(graph, labels, paths, tree), std::string());
                        sizes.insert(tree.nodes.size());
                        ++plans;
                    }
        QCOMPARE(plans, 625); // 5⁴
        // From all together to all apart, with the image once and two nodes for each head.
        const std::size_t shared = graph.nodes.size() - 1 - 6;
        QCOMPARE(*sizes.begin(), 1 + shared + 6);
        QCOMPARE(*sizes.rbegin(), 1 + 3 * shared + 6);
    }

    void kernelsAndNormsWithPartitionsOfTheirOwnRunAsDefined() {
        const LayerGraph graph = toy();
        std::vector<std::vector<Path>> paths;
        for (std::size_t node = 0; node < graph.nodes.size(); ++node)
            paths.push_back(pathsTo(graph, static_cast<int>(node)));
        const auto partitions = allLabelings(3);
        const Labeling one{0, 0, 0};
        for (const Labeling& p : partitions)
            for (const Labeling& q : partitions)
                for (const Labeling& r : partitions)
                    for (const Labeling& s : partitions) {
                        const std::vector<LayerLabels> labels{{p, q}, {one, r}, {s, one}, {q, p}};
                        const ExecutionTree tree = executionTree(graph, planOf(graph, labels));
                        QCOMPARE(compare(graph, labels, paths, tree), std::string());
                    }
    }

    void comparisonSeesATreeThatIsWrong() {
        // The test's own test: each of these must not pass.
        const LayerGraph graph = toy();
        std::vector<std::vector<Path>> paths;
        for (std::size_t node = 0; node < graph.nodes.size(); ++node)
            paths.push_back(pathsTo(graph, static_cast<int>(node)));
        const Labeling pair{0, 0, 1}, one{0, 0, 0};
        const std::vector<LayerLabels> labels{{one, one}, {pair, pair}, {one, one}, {one, one}};
        const ExecutionTree right = executionTree(graph, planOf(graph, labels));
        QCOMPARE(compare(graph, labels, paths, right), std::string());

        const std::vector<LayerLabels> others{{one, one}, {one, one}, {pair, pair}, {one, one}};
        QVERIFY(!compare(graph, others, paths, right).empty());
        ExecutionTree wrong = right;
        wrong.nodes.back().inputs.front() = 0;
        QVERIFY(!compare(graph, labels, paths, wrong).empty());
        wrong = right;
        wrong.nodes.push_back(wrong.nodes.back());
        QVERIFY(!compare(graph, labels, paths, wrong).empty());
        wrong = right;
        std::swap(wrong.outputs[0], wrong.outputs[1]);
        QVERIFY(!compare(graph, labels, paths, wrong).empty());
        wrong = right;
        wrong.nodes[1].kernel = 0b011; // one kernel is all tasks'
        QVERIFY(!compare(graph, labels, paths, wrong).empty());
    }
};

QTEST_APPLESS_MAIN(ExecutionTreePlansTest)
#include "tst_execution_tree_plans.moc"
