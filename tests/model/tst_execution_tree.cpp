// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/execution_tree.h"
#include "core/model/graph_builder.h"
#include "tests/printing.h"

#include <QTest>

#include <set>

using namespace concertina;

namespace {

const Texts tasks{"a", "b", "c"};
const Partition one{{0b111}};
const Partition own{{0b001, 0b010, 0b100}};
const Partition abFromC{{0b011, 0b100}};
const Partition aFromBc{{0b001, 0b110}};

/// A plan of a layer with one factor; its bias goes with it.
LayerPlan layerPlan(const Partition& kernel, const Partition& norm, bool merged = false) {
    return {"", {"W"}, {kernel}, kernel, norm, merged};
}

const LayerPlan tied = layerPlan(one, one);
const LayerPlan separate = layerPlan(own, own);

/// Three layers in a row and a head of one convolution for each task.
LayerGraph chain() {
    GraphBuilder builder(3, 8, 8);
    int at = 0;
    for (const char* layer : {"l1", "l2", "l3"})
        at = builder.convNormRelu(layer, at, 4, 3);
    for (int task = 0; task < 3; ++task) {
        builder.startHead(task);
        builder.output(builder.conv("head" + tasks[static_cast<std::size_t>(task)], at, 1, 1));
    }
    return builder.take();
}

ExecutionTree treeOf(const LayerGraph& graph, std::vector<LayerPlan> plans) {
    return executionTree(graph, {tasks, std::move(plans)});
}

std::string nameOf(const LayerGraph& graph, const ExecutedNode& executed) {
    return graph.node(executed.node).name + "/" + groupName(executed.tasks, tasks);
}

/// "l1.conv/a+b": what is executed, in order, without the image and the heads.
Texts sharedNodes(const LayerGraph& graph, const ExecutionTree& tree) {
    Texts all;
    for (const ExecutedNode& executed : tree.nodes)
        if (executed.node > 0 && graph.node(executed.node).task < 0)
            all.push_back(nameOf(graph, executed));
    return all;
}

const ExecutedNode& executedNamed(const LayerGraph& graph, const ExecutionTree& tree,
                                const std::string& name) {
    for (const ExecutedNode& executed : tree.nodes)
        if (nameOf(graph, executed) == name)
            return executed;
    qFatal("nothing executed is called %s", name.c_str());
}

Texts inputsOf(const LayerGraph& graph, const ExecutionTree& tree, const std::string& name) {
    Texts all;
    for (const int input : executedNamed(graph, tree, name).inputs)
        all.push_back(nameOf(graph, tree.nodes[static_cast<std::size_t>(input)]));
    return all;
}

/// The names of norms that can be folded.
std::set<std::string> folded(const LayerGraph& graph, const ExecutionTree& tree) {
    std::set<std::string> names;
    const auto foldable = foldableNorms(graph, tree);
    for (std::size_t i = 0; i < foldable.size(); ++i)
        if (foldable[i])
            names.insert(nameOf(graph, tree.nodes[i]));
    return names;
}

} // namespace

class ExecutionTreeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tiedTasksTravelTogetherUpToTheirHeads() {
        const LayerGraph graph = chain();
        const ExecutionTree tree = treeOf(graph, {tied, tied, tied});
        QCOMPARE(sharedNodes(graph, tree),
                 (Texts{"l1.conv/a+b+c", "l1.norm/a+b+c", "l1.relu/a+b+c", "l2.conv/a+b+c",
                        "l2.norm/a+b+c", "l2.relu/a+b+c", "l3.conv/a+b+c", "l3.norm/a+b+c",
                        "l3.relu/a+b+c"}));
        QCOMPARE(tree.nodes.size(), std::size_t{1 + 9 + 3});
    }

    void headsRunForTheirTaskAloneAndAreTheOutputs() {
        const LayerGraph graph = chain();
        const ExecutionTree tree = treeOf(graph, {tied, tied, tied});
        QCOMPARE(tree.outputs.size(), tasks.size());
        for (std::size_t task = 0; task < tasks.size(); ++task) {
            const ExecutedNode& head = tree.nodes[static_cast<std::size_t>(tree.outputs[task])];
            QCOMPARE(nameOf(graph, head), "head" + tasks[task] + ".conv/" + tasks[task]);
            QCOMPARE(head.kernel, head.tasks);
            QCOMPARE(inputsOf(graph, tree, nameOf(graph, head)), Texts{"l3.relu/a+b+c"});
        }
    }

    void tasksForkWhereTheirKernelsDiffer() {
        const LayerGraph graph = chain();
        const ExecutionTree tree = treeOf(graph, {tied, layerPlan(abFromC, abFromC), separate});
        QCOMPARE(sharedNodes(graph, tree),
                 (Texts{"l1.conv/a+b+c", "l1.norm/a+b+c", "l1.relu/a+b+c",      //
                        "l2.conv/a+b", "l2.conv/c", "l2.norm/a+b", "l2.norm/c", //
                        "l2.relu/a+b", "l2.relu/c",                             //
                        "l3.conv/a", "l3.conv/b", "l3.conv/c", "l3.norm/a", "l3.norm/b",
                        "l3.norm/c", "l3.relu/a", "l3.relu/b", "l3.relu/c"}));
        QCOMPARE(inputsOf(graph, tree, "l2.conv/c"), Texts{"l1.relu/a+b+c"});
        QCOMPARE(inputsOf(graph, tree, "l3.conv/b"), Texts{"l2.relu/a+b"});
        QCOMPARE(inputsOf(graph, tree, "l3.conv/c"), Texts{"l2.relu/c"});
    }

    void tasksThatPartedStayPartedThoughALaterKernelIsOne() {
        const LayerGraph graph = chain();
        const ExecutionTree tree = treeOf(graph, {separate, tied, tied});
        QCOMPARE(tree.nodes.size(), std::size_t{1 + 3 * 9 + 3});
        for (const char* name : {"l2.conv/a", "l2.conv/b", "l2.conv/c", "l3.conv/b"}) {
            QCOMPARE(taskCount(executedNamed(graph, tree, name).tasks), 1);
            QCOMPARE(executedNamed(graph, tree, name).kernel, TaskSet{0b111}); // one copy, run thrice
        }
        QCOMPARE(executedNamed(graph, tree, "l2.norm/b").norm, TaskSet{0b111});
        QCOMPARE(inputsOf(graph, tree, "l2.conv/b"), Texts{"l1.relu/b"});
    }

    void ownNormsOnlyRunOneConvolutionAndANormATask() {
        const LayerGraph graph = chain();
        const ExecutionTree tree = treeOf(graph, {tied, tied, layerPlan(one, own)});
        const Texts all = sharedNodes(graph, tree);
        QCOMPARE(Texts(all.begin() + 6, all.end()),
                 (Texts{"l3.conv/a+b+c", "l3.norm/a", "l3.norm/b", "l3.norm/c", "l3.relu/a",
                        "l3.relu/b", "l3.relu/c"}));
        QCOMPARE(inputsOf(graph, tree, "l3.norm/b"), Texts{"l3.conv/a+b+c"});
        QCOMPARE(executedNamed(graph, tree, "l3.norm/b").norm, TaskSet{0b010});
    }

    void mergedKernelIsRunOnce() {
        const LayerGraph graph = chain();
        const ExecutionTree tree = treeOf(graph, {tied, layerPlan(own, one, true), tied});
        QCOMPARE(tree.nodes.size(), std::size_t{1 + 9 + 3});
        QCOMPARE(executedNamed(graph, tree, "l2.conv/a+b+c").kernel, TaskSet{0b111});
    }

    void mergedKernelDoesNotJoinTasksThatParted() {
        const LayerGraph graph = chain();
        const ExecutionTree tree = treeOf(graph, {separate, layerPlan(own, one, true), tied});
        QCOMPARE(executedNamed(graph, tree, "l2.conv/a").kernel, TaskSet{0b111});
        QCOMPARE(tree.nodes.size(), std::size_t{1 + 27 + 3});
    }

    void unpoolingTakesFeaturesAndIndicesOfTheRightNodes() {
        GraphBuilder builder(3, 8, 8);
        const int first = builder.convNormRelu("enc1", 0, 4, 3);
        const int pool = builder.maxPool("pool1", first);
        const int second = builder.convNormRelu("enc2", pool, 4, 3);
        const int unpool = builder.maxUnpool("unpool1", second, pool);
        builder.convNormRelu("dec1", unpool, 4, 3);
        const LayerGraph graph = builder.take();

        const ExecutionTree late = treeOf(graph, {tied, separate, tied});
        QCOMPARE(inputsOf(graph, late, "unpool1/b"), (Texts{"enc2.relu/b", "pool1/a+b+c"}));
        const ExecutionTree early = treeOf(graph, {layerPlan(abFromC, one), tied, tied});
        QCOMPARE(inputsOf(graph, early, "unpool1/a+b"), (Texts{"enc2.relu/a+b", "pool1/a+b"}));
        QCOMPARE(inputsOf(graph, early, "unpool1/c"), (Texts{"enc2.relu/c", "pool1/c"}));
    }

    void concatPartsWhereEitherOfItsInputsDoes() {
        GraphBuilder builder(3, 8, 8);
        const int left = builder.convNormRelu("left", 0, 4, 3);
        const int right = builder.convNormRelu("right", 0, 4, 3);
        builder.concat("cat", {left, right});
        const LayerGraph graph = builder.take();
        const ExecutionTree tree =
            treeOf(graph, {layerPlan(abFromC, one), layerPlan(aFromBc, one)});
        QCOMPARE(inputsOf(graph, tree, "cat/a"), (Texts{"left.relu/a+b", "right.relu/a"}));
        QCOMPARE(inputsOf(graph, tree, "cat/b"), (Texts{"left.relu/a+b", "right.relu/b+c"}));
        QCOMPARE(inputsOf(graph, tree, "cat/c"), (Texts{"left.relu/c", "right.relu/b+c"}));
        QCOMPARE(tree.nodes.size(), std::size_t{1 + 6 + 6 + 3});
    }

    void normsFoldWhereEachKernelIsFollowedByOne() {
        const LayerGraph graph = chain();
        QCOMPARE(folded(graph, treeOf(graph, {tied, tied, tied})),
                 (std::set<std::string>{"l1.norm/a+b+c", "l2.norm/a+b+c", "l3.norm/a+b+c"}));
        // l1's kernels are three, each with its norm; the others are one and run thrice.
        QCOMPARE(folded(graph, treeOf(graph, {separate, tied, tied})),
                 (std::set<std::string>{"l1.norm/a", "l1.norm/b", "l1.norm/c"}));
        // One kernel and three norms.
        QCOMPARE(folded(graph, treeOf(graph, {tied, tied, layerPlan(one, own)})),
                 (std::set<std::string>{"l1.norm/a+b+c", "l2.norm/a+b+c"}));
        // Of two kernels, one has two norms.
        QCOMPARE(folded(graph, treeOf(graph, {tied, tied, layerPlan(abFromC, own)})),
                 (std::set<std::string>{"l1.norm/a+b+c", "l2.norm/a+b+c", "l3.norm/c"}));
    }

    void normDoesNotFoldWhereOthersReadItsConvolution() {
        GraphBuilder builder(3, 8, 8);
        const int relu = builder.convNormRelu("l1", 0, 4, 3);
        const int conv = relu - 2; // in front of norm and ReLU
        QCOMPARE(builder.graph().node(conv).name, std::string("l1.conv"));
        const LayerGraph alone = builder.graph();
        QCOMPARE(folded(alone, treeOf(alone, {tied})), std::set<std::string>{"l1.norm/a+b+c"});
        LayerGraph output = alone; // as a task's output it is read as well
        output.outputs = {conv, relu, relu};
        QCOMPARE(folded(output, treeOf(output, {tied})), std::set<std::string>{});
        builder.concat("cat", {relu, conv});
        const LayerGraph graph = builder.take();
        QCOMPARE(folded(graph, treeOf(graph, {tied})), std::set<std::string>{});
    }

    void normThatFollowsNoConvolutionDoesNotFold() {
        GraphBuilder builder(3, 8, 8);
        builder.convNormRelu("l1", 0, 4, 3);
        LayerGraph graph = builder.take();
        std::swap(graph.nodes[2], graph.nodes[3]); // convolution, ReLU, norm
        graph.nodes[2].inputs = {1};
        graph.nodes[3].inputs = {2};
        QCOMPARE(folded(graph, treeOf(graph, {tied})), std::set<std::string>{});
    }
};

QTEST_APPLESS_MAIN(ExecutionTreeTest)
#include "tst_execution_tree.moc"
