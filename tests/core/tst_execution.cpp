// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the plan, a network computes what one network a task would, and nothing twice.
#include "core/model/costs.h"
#include "core/model/design_contraction.h"
#include "core/network/backward.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"
#include "tests/core/toy_plans.h"

#include <QTest>

#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// What a single task computes, written down without plans' refinements, trees or programs: a
/// straightforward network with the copies that the task owns. It also notes which copies acted
/// on what it computes, so that a convolution that two tasks have in common is known.
class TaskNetwork {
public:
    TaskNetwork(const Network& network, int task) : m_network(network), m_task(task) {}

    torch::Tensor forward(const torch::Tensor& image) {
        const Value one = layer(0, {image, "image"});
        const auto [pooled, indices] = torch::max_pool2d_with_indices(one.tensor, 2, 2);
        const Value two = layer(1, {pooled, one.history});
        const Value three =
            layer(2, {torch::max_unpool2d(two.tensor, indices, {6, 8}), two.history + one.history});
        const torch::Tensor up = torch::upsample_bilinear2d(two.tensor, {6, 8}, false);
        const Value four =
            layer(3, {torch::cat({three.tensor, up}, 1), three.history + two.history});
        const std::string head = "head." + taskNames[static_cast<std::size_t>(m_task)];
        const Value middle = convolution(four, {copy(head + ".1/W/", m_task), head + ".1"},
                                         copy(head + ".1/bias/", m_task));
        return convolution(middle, {copy(head + ".2/W/", m_task), head + ".2"},
                           copy(head + ".2/bias/", m_task))
            .tensor;
    }

    std::map<std::string, torch::Tensor> batchMeans; ///< by layer
    /// The multiply–adds of one image through each convolution, by all that acted on its output.
    std::map<std::string, double> multiplyAdds;

private:
    struct Value {
        torch::Tensor tensor;
        std::string history;
    };

    const Parameter& owned(const std::string& prefix, int task) const {
        for (const Parameter& parameter : m_network.parameters())
            if (parameter.name.starts_with(prefix) && (parameter.owners & taskBit(task)) != 0)
                return parameter;
        qFatal("no %s", prefix.c_str());
    }

    torch::Tensor copy(const std::string& prefix, int task) const {
        return owned(prefix, task).value;
    }

    /// W of the copies that a task owns, and their names.
    Value kernelOf(const std::string& layer, const std::vector<std::string>& factors,
                   int task) const {
        Value kernel;
        for (const std::string& factor : factors) {
            const Parameter& part = owned(layer + "/" + factor + "/", task);
            kernel.tensor = kernel.tensor.defined() ? kernel.tensor.matmul(part.value) : part.value;
            kernel.history += part.name + " ";
        }
        kernel.history += owned(layer + "/bias/", task).name;
        return kernel;
    }

    Value convolution(const Value& x, const Value& kernel, const torch::Tensor& bias) {
        const torch::Tensor y = torch::conv2d(x.tensor, kernel.tensor, bias, 1,
                                              kernel.tensor.size(2) / 2);
        std::string history = kernel.history + "(" + x.history + ")";
        multiplyAdds[history] =
            static_cast<double>(kernel.tensor.numel() * y.size(2) * y.size(3));
        return {y, std::move(history)};
    }

    Value layer(std::size_t index, const Value& x) {
        const LayerPlan& plan = m_network.design().plan.layers[index];
        const std::string& name = plan.layer;
        Value kernel = kernelOf(name, plan.factors, m_task);
        torch::Tensor bias = copy(name + "/bias/", m_task);
        if (plan.product) { // of all copies of the core, the first task's first
            kernel = {copy(name + "/U/", m_task), name + " product"};
            for (const TaskSet group : plan.partitions[1].groups)
                kernel.tensor = kernel.tensor.matmul(copy(name + "/M/", firstTask(group)));
            kernel.tensor = kernel.tensor.matmul(copy(name + "/V/", m_task));
        } else if (plan.merged) { // the mean of what the tasks would have
            kernel = {torch::zeros_like(kernel.tensor), name + " merged"};
            for (int task = 0; task < toyTasks; ++task)
                kernel.tensor = kernel.tensor + kernelOf(name, plan.factors, task).tensor / toyTasks;
        }
        if (plan.merged) {
            bias = torch::zeros_like(bias);
            for (int task = 0; task < toyTasks; ++task)
                bias = bias + copy(name + "/bias/", task) / toyTasks;
        }
        kernel.tensor = kernel.tensor.reshape({bias.size(0), x.tensor.size(1), 3, 3});
        const Value y = convolution(x, kernel, bias);
        batchMeans[name] = y.tensor.detach().mean({0, 2, 3});
        const Parameter& weight = owned(name + "/norm.weight/", m_task);
        return {torch::relu(torch::batch_norm(y.tensor, weight.value,
                                              copy(name + "/norm.bias/", m_task), {}, {}, true, 0.1,
                                              1e-5, false)),
                weight.name + "(" + y.history + ")"};
    }

    const Network& m_network;
    int m_task;
};

/// Any loss whose gradient differs from task to task and place to place.
torch::Tensor lossOf(const torch::Tensor& output, int task) {
    return (output * (task + 1)).sin().square().mean();
}

/// Of the executed node that `task` runs in.
torch::Tensor runningMean(const Network& network, const std::string& layer, int task) {
    const auto tensors = network.namedTensors();
    for (const ExecutedNode& executed : network.design().tree.nodes) {
        const Node& node = network.design().graph.node(executed.node);
        if (node.op == Op::Norm && node.name == layer + ".norm"
            && (executed.tasks & taskBit(task)) != 0)
            return tensors.at(tensorName(layer, "norm.mean", executed.tasks, taskNames));
    }
    return {};
}

/// A pass that counts the multiply–adds of one image as it executes them.
std::vector<torch::Tensor> countedForward(const Network& network, const ComposedNetwork& composed,
                                          const torch::Tensor& images, double& multiplyAdds) {
    const auto count = [&](int at, const torch::Tensor& output) {
        const Instruction& now = network.program().instructions[static_cast<std::size_t>(at)];
        if (now.op != Op::Conv)
            return;
        const torch::Tensor& kernel = composed.tensors[static_cast<std::size_t>(now.tensors[0])];
        multiplyAdds += static_cast<double>(kernel.numel() * output.size(2) * output.size(3));
    };
    return network.forward(composed, images, {.training = true, .look = count});
}

/// The gradient that a copy is to have: of the losses of its owners alone, whatever a merged
/// kernel passes on to others. `gradients` are one list a task.
torch::Tensor ownGradient(const std::vector<std::vector<torch::Tensor>>& gradients,
                          std::size_t parameter, TaskSet owners) {
    torch::Tensor sum;
    for (const int task : tasksOf(owners)) {
        const torch::Tensor& part = gradients[static_cast<std::size_t>(task)][parameter];
        if (part.defined())
            sum = sum.defined() ? sum + part : part;
    }
    return sum;
}

/// Where one training pass of a network is not what a network a task would compute; empty where
/// it is. float64; the same operations in another grouping, so rounding is all that may differ.
std::string disagreement(Network& network, const torch::Tensor& images, bool withGradients = true) {
    const auto before = copyOf(network.namedTensors());
    const ComposedNetwork composed = network.compose(true);
    double executed = 0;
    const auto outputs = countedForward(network, composed, images, executed);
    std::vector<torch::Tensor> values, losses;
    for (const Parameter& parameter : network.parameters())
        values.push_back(parameter.value);
    std::vector<std::vector<torch::Tensor>> gradients;
    std::map<std::string, double> convolutions;
    for (int task = 0; task < toyTasks; ++task) {
        const auto at = static_cast<std::size_t>(task);
        TaskNetwork reference(network, task);
        const torch::Tensor expected = reference.forward(images);
        if (!(relativeDifference(outputs[at], expected) < 1e-11))
            return "output of " + taskNames[at];
        for (const auto& [layer, mean] : reference.batchMeans)
            // Momentum 0.1, from 0.
            if (!(relativeDifference(runningMean(network, layer, task), mean * 0.1) < 1e-10))
                return "running mean of " + layer;
        if (withGradients)
            gradients.push_back(torch::autograd::grad({lossOf(expected, task)}, values, {}, false,
                                                      false, true));
        losses.push_back(lossOf(outputs[at], task));
        convolutions.merge(reference.multiplyAdds);
    }
    double distinct = 0;
    for (const auto& [history, cost] : convolutions)
        distinct += cost;
    if (executed != distinct && !network.design().runsStretches()) // these run in place of a kernel
        return "multiply–adds that are executed";
    if (networkCosts(network.design(), {}).multiplyAdds != distinct)
        return "multiply–adds of the tree";
    if (withGradients)
        backward(network, composed, losses, {});
    for (std::size_t i = 0; i < values.size() && withGradients; ++i) {
        const Parameter& parameter = network.parameters()[i];
        const torch::Tensor expected = ownGradient(gradients, i, parameter.owners);
        if (!((parameter.grad - expected).abs().max().item<double>() < 1e-11))
            return "gradient of " + parameter.name;
    }
    if (!network.load(before)) // running statistics as they were
        return "statistics";
    return {};
}

/// Where copies after a change are not the mean of what their tasks had.
std::string wrongCopy(const Network& before, const Network& after) {
    for (const Parameter& now : after.parameters()) {
        torch::Tensor sum;
        for (const int task : tasksOf(now.owners))
            for (const Parameter& was : before.parameters()) {
                const auto place = was.name.rfind('/') + 1;
                if ((was.owners & taskBit(task)) == 0
                    || now.name.compare(0, now.name.rfind('/') + 1, was.name, 0, place) != 0)
                    continue;
                const torch::Tensor part = was.value.detach();
                sum = sum.defined() ? sum + part : part;
            }
        if (!sum.defined()
            || !(relativeDifference(now.value.detach(), sum / taskCount(now.owners)) < 1e-13))
            return now.name;
    }
    return {};
}

} // namespace

class ExecutionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::set_num_threads(1); } // tensors of a few numbers

    void all625PlansWithOnePartitionALayerComputeWhatPerTaskNetworksDo_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::newRow("plain") << "plain";
        QTest::newRow("factored") << "factored";
    }

    void all625PlansWithOnePartitionALayerComputeWhatPerTaskNetworksDo() {
        QFETCH(QString, parametrization);
        const NetworkDesign tied = toyDesign(parametrization.toStdString());
        for (int number = 0; number < 625; ++number) {
            SharingPlan plan = tied.plan;
            for (int layer = 0, rest = number; layer < toyLayers; ++layer, rest /= 5) {
                const auto at = static_cast<std::size_t>(layer);
                plan.layers[at] =
                    planInState(tied.layers[at].factors, SharingState::Separate,
                                partitions()[static_cast<std::size_t>(rest % 5)]);
            }
            check(tied, plan, number);
        }
    }

    void allFullPlansOfOneLayerWithTheOthersTiedComputeWhatPerTaskNetworksDo_data() {
        QTest::addColumn<bool>("merged");
        QTest::newRow("apart") << false;
        QTest::newRow("merged") << true;
    }

    void allFullPlansOfOneLayerWithTheOthersTiedComputeWhatPerTaskNetworksDo() {
        QFETCH(bool, merged);
        const NetworkDesign tied = toyDesign("factored");
        constexpr std::size_t layer = 1; // its output is read twice
        constexpr int all = 5 * 5 * 5 * 5 * 5; // U, M, V, bias, norm
        for (int number = 0; number < all; ++number) {
            std::vector<std::size_t> chosen;
            for (int k = 0, rest = number; k < 5; ++k, rest /= 5)
                chosen.push_back(static_cast<std::size_t>(rest % 5));
            SharingPlan plan = tied.plan;
            plan.layers[layer] = fullPlan(plan.layers[layer], chosen, merged);
            check(tied, plan, number, number % 7 == 0); // gradients take most of the time
        }
    }

    void allProductsOfOneLayerComputeWhatPerTaskNetworksDo() {
        const NetworkDesign tied = toyDesign("factored");
        constexpr std::size_t layer = 1;
        for (int number = 0; number < 5 * 5 * 5; ++number) { // M, bias, norm
            const auto place = [&](int by) { return static_cast<std::size_t>(number / by % 5); };
            SharingPlan plan = tied.plan;
            plan.layers[layer] =
                fullPlan(plan.layers[layer], {0, place(1), 0, place(5), place(25)}, true);
            plan.layers[layer].partitions[0] = plan.layers[layer].partitions[2] =
                together(toyTasks);
            plan.layers[layer].product = true;
            check(tied, plan, number, true);
        }
    }

    void randomFullPlansAndARandomChangeOfEachComputeWhatPerTaskNetworksDo() {
        const NetworkDesign tied = toyDesign("factored");
        std::mt19937_64 random(20231);
        for (int number = 0; number < 2000; ++number) {
            const SharingPlan first = randomPlan(tied.plan, random);
            const SharingPlan second = randomPlan(tied.plan, random);
            const Network before = check(tied, first, number);
            Network after = before.replanned(withPlan(tied, second).value()).value();
            const std::string wrong = wrongCopy(before, after);
            QVERIFY2(wrong.empty(), qPrintable(describe(number, wrong, second)));
            const std::string found = disagreement(after, m_images);
            QVERIFY2(found.empty(), qPrintable(describe(number, found, second)));
        }
    }

    void randomPlansUnderRandomContractionsComputeWhatPerTaskNetworksDo() {
        std::mt19937_64 random(20232);
        for (int number = 0; number < 600; ++number) {
            NetworkDesign tied = toyDesign("factored");
            for (std::size_t layer = 0; layer < toyLayers; ++layer) {
                static const std::vector<std::vector<std::size_t>> ways{
                    {3}, {2, 1}, {1, 2}, {1, 1, 1}};
                const auto& sizes = ways[random() % ways.size()];
                LayerDesign& how = tied.layers[layer];
                how.stretches = stretchesOf(cuttableLayer(tied, layer), sizes);
            }
            check(tied, randomPlan(tied.plan, random), number);
        }
    }

    void theComparisonSeesANetworkThatIsWrong() {
        // The test's own test. One convolution twice:
        const NetworkDesign tied = toyDesign("factored");
        NetworkDesign twice = tied;
        twice.tree.nodes.push_back(twice.tree.nodes.back());
        Network network = Network(std::move(twice), 9).convertedTo(torch::kFloat64);
        QCOMPARE(disagreement(network, m_images), std::string("multiply–adds that are executed"));
        // Copies that take turns have another gradient in each step than the exact one.
        NetworkDesign sampled = tied;
        sampled.routing = Routing::Sampled;
        SharingPlan plan = tied.plan;
        plan.layers[1] = fullPlan(plan.layers[1], {0, 1, 0, 0, 0}, true);
        Network turns(withPlan(sampled, plan).value(), 9);
        turns = turns.convertedTo(torch::kFloat64);
        QCOMPARE(disagreement(turns, m_images), std::string("gradient of l.2/M/a"));
        // Every copy that is not the mean.
        Network other(withPlan(tied, plan).value(), 9);
        other = other.convertedTo(torch::kFloat64);
        scrambleFactors(other, 1);
        QVERIFY(!wrongCopy(turns, other).empty());
    }

    void nothingIsComputedTwice() {
        // All tied: one convolution a layer, and two a head.
        const NetworkDesign tied = toyDesign("plain");
        QCOMPARE(convolutions(tied), toyLayers + 2 * toyTasks);
        SharingPlan plan = tied.plan;
        for (LayerPlan& layer : plan.layers)
            layer = fullPlan(layer, {1, 1, 1}, false);
        QCOMPARE(convolutions(withPlan(tied, plan).value()), toyLayers * toyTasks + 2 * toyTasks);
        plan = tied.plan;
        plan.layers[2] = fullPlan(plan.layers[2], {2, 2, 2}, false);
        QCOMPARE(convolutions(withPlan(tied, plan).value()), 1 + 1 + 2 + 2 + 2 * toyTasks);
    }

private:
    const torch::Tensor m_images = randomImages(2, 6, 8, 1, torch::kFloat64);

    static QString describe(int number, const std::string& found, const SharingPlan& plan) {
        return QStringLiteral("plan %1: %2\n%3")
            .arg(number)
            .arg(QString::fromStdString(found), QString::fromStdString(jsonText(toJson(plan))));
    }

    /// A network under a plan, whose copies all differ, after it was held against the reference.
    Network check(const NetworkDesign& tied, const SharingPlan& plan, int number,
                  bool withGradients = true) {
        Network network(withPlan(tied, plan).value(), 9);
        network = network.convertedTo(torch::kFloat64);
        scrambleFactors(network, static_cast<std::uint64_t>(number));
        const std::string found = disagreement(network, m_images, withGradients);
        if (!found.empty())
            QTest::qFail(qPrintable(describe(number, found, plan)), __FILE__, __LINE__);
        return network;
    }

    static long convolutions(const NetworkDesign& design) {
        return std::ranges::count_if(design.tree.nodes, [&](const ExecutedNode& executed) {
            return design.graph.node(executed.node).op == Op::Conv;
        });
    }
};

QTEST_GUILESS_MAIN(ExecutionTest)
#include "tst_execution.moc"
