// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/backward.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int toyTasks = 3;
const std::vector<std::string> taskNames{"a", "b", "c"};

/// The five partitions of three tasks.
std::vector<Partition> partitions() {
    return {together(toyTasks), apart(toyTasks), partitionOf({0b011, 0b100}),
            partitionOf({0b101, 0b010}), partitionOf({0b110, 0b001})};
}

/// Four layers with every kind of node between them: pooling, unpooling with its indices,
/// upsampling, a node of two inputs.
LayerGraph toyGraph() {
    GraphBuilder builder(3, 6, 8);
    const int one = builder.convNormRelu("l.1", 0, 3, 3);
    const int pool = builder.maxPool("pool", one);
    const int two = builder.convNormRelu("l.2", pool, 3, 3);
    const int unpool = builder.maxUnpool("unpool", two, pool);
    const int three = builder.convNormRelu("l.3", unpool, 2, 3);
    const int up = builder.upsample("up", two, 0);
    const int both = builder.concat("both", {three, up});
    const int four = builder.convNormRelu("l.4", both, 3, 3);
    for (int task = 0; task < toyTasks; ++task) {
        builder.startHead(task);
        builder.output(appendHead(builder, four, taskNames[static_cast<std::size_t>(task)], 2));
    }
    return builder.take();
}

NetworkDesign toyDesign(const std::vector<Partition>& layerPartitions) {
    NetworkDesign design{.graph = toyGraph()};
    design.plan.tasks = taskNames;
    for (std::size_t i = 0; i < design.graph.layers.size(); ++i) {
        const Layer& layer = design.graph.layers[i];
        const LayerFactors factors{
            layer.name,
            {{"W", {layer.kernel.out, layer.kernel.in, layer.kernel.height, layer.kernel.width}}}};
        design.layers.push_back({{"plain", Json::object()}, factors, 0});
        if (layer.task < 0)
            design.plan.layers.push_back(
                planInState(factors, SharingState::Separate, layerPartitions[i]));
    }
    design.tree = executionTree(design.graph, design.plan);
    return design;
}

/// What a single task computes, written down without plans or trees: a straightforward network
/// with the copies that the task owns.
class TaskNetwork {
public:
    TaskNetwork(const Network& network, int task) : m_network(network), m_task(task) {}

    torch::Tensor forward(const torch::Tensor& image) {
        const torch::Tensor one = layer("l.1", image);
        const auto [pooled, indices] = torch::max_pool2d_with_indices(one, 2, 2);
        const torch::Tensor two = layer("l.2", pooled);
        const torch::Tensor three = layer("l.3", torch::max_unpool2d(two, indices, {6, 8}));
        const torch::Tensor up = torch::upsample_bilinear2d(two, {6, 8}, false);
        const torch::Tensor four = layer("l.4", torch::cat({three, up}, 1));
        const std::string head = "head." + taskNames[static_cast<std::size_t>(m_task)];
        const torch::Tensor middle =
            torch::conv2d(four, own(head + ".1/W/"), own(head + ".1/bias/"), 1, 1);
        return torch::conv2d(middle, own(head + ".2/W/"), own(head + ".2/bias/"));
    }

    std::map<std::string, torch::Tensor> batchMeans; ///< by layer

private:
    torch::Tensor own(const std::string& prefix) const {
        for (const Parameter& parameter : m_network.parameters())
            if (parameter.name.starts_with(prefix) && (parameter.owners & taskBit(m_task)) != 0)
                return parameter.value;
        qFatal("no %s", prefix.c_str());
    }

    torch::Tensor layer(const std::string& name, const torch::Tensor& x) {
        const torch::Tensor y = torch::conv2d(x, own(name + "/W/"), own(name + "/bias/"), 1, 1);
        batchMeans[name] = y.detach().mean({0, 2, 3});
        return torch::relu(torch::batch_norm(y, own(name + "/norm.weight/"),
                                             own(name + "/norm.bias/"), {}, {}, true, 0.1, 1e-5,
                                             false));
    }

    const Network& m_network;
    int m_task;
};

/// Any loss whose gradient differs from task to task and place to place.
torch::Tensor lossOf(const torch::Tensor& output, int task) {
    return (output * (task + 1)).sin().square().mean();
}

} // namespace

class ExecutionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void all625PlansComputeWhatPerTaskNetworksDo() {
        const auto all = partitions();
        const torch::Tensor images = randomImages(2, 6, 8, 1, torch::kFloat64);
        for (int plan = 0; plan < 625; ++plan) {
            const std::vector<Partition> chosen{
                all[static_cast<std::size_t>(plan % 5)], all[static_cast<std::size_t>(plan / 5 % 5)],
                all[static_cast<std::size_t>(plan / 25 % 5)],
                all[static_cast<std::size_t>(plan / 125)]};
            Network network =
                Network(toyDesign(chosen), 9).convertedTo(torch::kFloat64);
            scrambleFactors(network, static_cast<std::uint64_t>(plan));

            const ComposedNetwork composed = network.compose(true);
            const auto outputs = network.forward(composed, images, {.training = true});
            std::vector<torch::Tensor> losses;
            torch::Tensor expectedLoss;
            for (int task = 0; task < toyTasks; ++task) {
                const auto at = static_cast<std::size_t>(task);
                losses.push_back(lossOf(outputs[at], task));
                TaskNetwork reference(network, task);
                const torch::Tensor expected = reference.forward(images);
                // The same operations in another grouping; float64 rounding.
                QVERIFY(relativeDifference(outputs[at], expected) < 1e-12);
                const torch::Tensor loss = lossOf(expected, task);
                expectedLoss = expectedLoss.defined() ? expectedLoss + loss : loss;
                for (const auto& [layer, mean] : reference.batchMeans)
                    QVERIFY(relativeDifference(runningMean(network, layer, task), mean * 0.1)
                            < 1e-11);
            }
            backward(network, composed, losses, {});
            std::vector<torch::Tensor> values;
            for (const Parameter& parameter : network.parameters())
                values.push_back(parameter.value);
            const auto gradients = torch::autograd::grad({expectedLoss}, values);
            for (std::size_t i = 0; i < values.size(); ++i)
                QVERIFY2((network.parameters()[i].grad - gradients[i]).abs().max().item<double>()
                             < 1e-12,
                         network.parameters()[i].name.c_str());
        }
    }

    void nothingIsComputedTwice() {
        // All tied: one convolution a layer, and two a head.
        const auto tied = toyDesign({together(3), together(3), together(3), together(3)});
        QCOMPARE(convolutions(tied), 4 + 2 * toyTasks);
        const auto separate = toyDesign({apart(3), apart(3), apart(3), apart(3)});
        QCOMPARE(convolutions(separate), 4 * toyTasks + 2 * toyTasks);
        const auto late = toyDesign({together(3), together(3), partitionOf({0b011, 0b100}),
                                     together(3)});
        QCOMPARE(convolutions(late), 1 + 1 + 2 + 2 + 2 * toyTasks);
    }

private:
    static long convolutions(const NetworkDesign& design) {
        return std::ranges::count_if(design.tree.branches, [&](const Branch& branch) {
            return design.graph.node(branch.node).op == Op::Conv;
        });
    }

    /// Of the branch that `task` runs in; momentum 0.1, from 0.
    static torch::Tensor runningMean(const Network& network, const std::string& layer, int task) {
        const auto tensors = network.namedTensors();
        for (const Branch& branch : network.design().tree.branches) {
            const Node& node = network.design().graph.node(branch.node);
            if (node.op == Op::Norm && node.name == layer + ".norm"
                && (branch.tasks & taskBit(task)) != 0)
                return tensors.at(tensorName(layer, "norm.mean", branch.tasks, taskNames));
        }
        return {};
    }
};

QTEST_GUILESS_MAIN(ExecutionTest)
#include "tst_execution.moc"
