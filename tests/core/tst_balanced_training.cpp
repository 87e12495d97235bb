// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/run_data.h"
#include "tests/core/training_testing.h"

#include <QTest>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

// Steps and trainings with balancing methods.

namespace {

ExperimentSpec specWith(const std::string& balancing, const std::string& rule = "*: tied",
                        const Json& options = Json::object()) {
    ExperimentSpec spec = tinySpec("factored", rule);
    spec.train.optimizer = {"sgd", {{"momentum", 0.0}}};
    spec.train.schedule = {"constant"};
    spec.train.lr = 0.01;
    spec.train.balancing = {balancing, options};
    return withCompleteOptions(spec, catalogue());
}

/// The gradient of each task's loss, all of the shared parameters in one vector: by autograd
/// through factors, kernels and program, with nothing of the way back that steps take.
std::vector<torch::Tensor> wholeGradients(const ExperimentSpec& spec, const Network& network,
                                          const Batch& batch) {
    std::vector<torch::Tensor> gradients;
    const auto data = openRunData(spec);
    const auto tasks = makeTasks(spec, data->targets);
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        ComposedNetwork composed = network.compose(true);
        for (const auto& kernel : composed.kernels) // bound with their history
            composed.tensors[static_cast<std::size_t>(kernel.kernelSlot)] = kernel.kernel;
        const auto outputs =
            network.forward(composed, batch.images, {.training = true, .followStatistics = false});
        std::vector<torch::Tensor> leaves, parts;
        for (const Parameter& parameter : network.parameters())
            if (taskCount(parameter.owners) > 1)
                leaves.push_back(parameter.value);
        const auto found = torch::autograd::grad({tasks[t]->loss(outputs[t], batch.targets[t].only())},
                                                 leaves, {}, false, false, true);
        for (const torch::Tensor& part : found)
            parts.push_back(part.flatten());
        gradients.push_back(torch::cat(parts));
    }
    return gradients;
}

/// What a step has left on the same parameters.
torch::Tensor sharedGradient(const Network& network) {
    std::vector<torch::Tensor> parts;
    for (const Parameter& parameter : network.parameters())
        if (taskCount(parameter.owners) > 1)
            parts.push_back(parameter.grad.flatten());
    return torch::cat(parts);
}

double innerProduct(const torch::Tensor& a, const torch::Tensor& b) {
    return (a * b).sum().item<double>();
}

double valueOf(const StepEvent& event, const std::string& task, const std::string& name) {
    for (const MetricValue& value : event.values)
        if (value.task == task && value.name == name)
            return value.value;
    return std::nan("");
}

const std::vector<std::string> ids{"uw", "dwa", "famo", "pcgrad", "mgda"};
const std::vector<std::string> taskIds{"segmentation", "depth", "normal"};

} // namespace

class BalancedTrainingTest : public QObject {
    Q_OBJECT

    static void addMethods() {
        QTest::addColumn<QString>("id");
        for (const std::string& id : ids)
            QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

private Q_SLOTS:
    void aStepWithPcgradIsSurgeryOnWholeGradients() {
        // Plain kernels, so that parameters are what the program runs on; of two tasks there is
        // but one order.
        ExperimentSpec spec = specWith("pcgrad");
        spec.network.kernels = {{"*", {"plain"}}};
        spec.tasks.resize(2);
        int conflicts = 0;
        for (std::uint64_t seed = 1; seed <= 60 && (conflicts == 0 || seed <= 3); ++seed) {
            Network network = networkFor(spec).convertedTo(torch::kFloat64);
            scrambleFactors(network, seed);
            const Batch batch = firstBatch(spec, torch::kFloat64);
            const auto g = wholeGradients(spec, network, batch);
            const double product = innerProduct(g[0], g[1]);
            const torch::Tensor expected =
                product >= 0 ? g[0] + g[1]
                             : g[0] - g[1] * (product / innerProduct(g[1], g[1])) + g[1]
                                   - g[0] * (product / innerProduct(g[0], g[0]));
            conflicts += product < 0 ? 1 : 0;
            Learner learner = learnerFor(spec, std::move(network));
            QVERIFY(learner.step(batch, 0));
            QVERIFY(relativeDifference(sharedGradient(learner.network()), expected) < 1e-9);
        }
        QVERIFY2(conflicts > 0, "no seed with a conflict, so nothing was tried");
    }

    void alongAStepOfMgdaNoTasksLossRises() {
        ExperimentSpec spec = specWith("mgda");
        spec.network.kernels = {{"*", {"plain"}}};
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            Network network = networkFor(spec).convertedTo(torch::kFloat64);
            scrambleFactors(network, seed);
            const Batch batch = firstBatch(spec, torch::kFloat64);
            const auto g = wholeGradients(spec, network, batch);
            Learner learner = learnerFor(spec, std::move(network));
            QVERIFY(learner.step(batch, 0));
            const torch::Tensor d = sharedGradient(learner.network());
            for (const torch::Tensor& own : g)
                QVERIFY(innerProduct(d, own) >= innerProduct(d, d) * (1 - 1e-8));
        }
    }

    void headsAndRoutedCopiesHaveTheirOwnTasksGradient() {
        const ExperimentSpec spec = specWith("mgda", "*: merged"),
                             equal = specWith("equal", "*: merged");
        const Batch batch = firstBatch(spec, torch::kFloat64);
        Learner learner = learnerFor(spec, torch::kFloat64),
                plain = learnerFor(equal, torch::kFloat64);
        QVERIFY(learner.step(batch, 0));
        QVERIFY(plain.step(batch, 0));
        int own = 0, shared = 0;
        for (std::size_t i = 0; i < plain.network().parameters().size(); ++i) {
            const Parameter& expected = plain.network().parameters()[i];
            const torch::Tensor& actual = learner.network().parameters()[i].grad;
            const double difference = relativeDifference(actual, expected.grad);
            if (taskCount(expected.owners) == 1) {
                QVERIFY2(difference < 1e-9 || expected.kind == ParameterKind::Bias,
                         expected.name.c_str());
                ++own;
            } else if (expected.kind == ParameterKind::Factor) {
                QVERIFY2(difference > 1e-3, expected.name.c_str());
                ++shared;
            }
        }
        QVERIFY(own > 20 && shared > 5);
    }

    void aTasksOwnWeightCountsInItsGradient() {
        // As if its loss were that much larger.
        ExperimentSpec spec = specWith("pcgrad");
        spec.tasks[1].weight = 3;
        const Batch batch = firstBatch(spec, torch::kFloat64);
        Learner learner = learnerFor(spec, torch::kFloat64);
        QVERIFY(learner.step(batch, 0));
        Learner plain = learnerFor(specWith("pcgrad"), torch::kFloat64);
        QVERIFY(plain.step(batch, 0));
        for (std::size_t i = 0; i < plain.network().parameters().size(); ++i) {
            const Parameter& parameter = plain.network().parameters()[i];
            if (parameter.owners == taskBit(1) && parameter.kind == ParameterKind::Factor)
                QVERIFY(
                    relativeDifference(learner.network().parameters()[i].grad, parameter.grad * 3)
                    < 1e-9);
        }
    }

    void aTaskOfNoWeightHasNoSay() {
        // MGDA would not move for a gradient of 0.
        ExperimentSpec spec = specWith("mgda");
        spec.tasks[2].weight = 0;
        const Batch batch = firstBatch(spec);
        const auto result = learnerFor(spec).step(batch, 0);
        QVERIFY(result && result->gradientNorm > 1e-4);
        QVERIFY(std::abs(result->weights[0] + result->weights[1] - 1) < 1e-12);
    }

    void famosLookLeavesRunningStatisticsAlone() {
        // A step of equal weighting whose weights are those of FAMO's is the same to the bit.
        const ExperimentSpec spec = specWith("famo", "*: merged");
        const Batch batch = firstBatch(spec);
        Learner famo = learnerFor(spec);
        const auto result = famo.step(batch, 0);
        QVERIFY(result);
        ExperimentSpec fixed = specWith("equal", "*: merged");
        for (std::size_t t = 0; t < 3; ++t)
            fixed.tasks[t].weight = result->weights[t];
        Learner equal = learnerFor(fixed);
        QVERIFY(equal.step(batch, 0));
        const auto expected = equal.network().namedTensors();
        for (const auto& [name, tensor] : famo.network().namedTensors())
            QVERIFY2(sameBits(tensor, expected.at(name)), name.c_str());
    }

    void famoLooksAtTheSameBatchAfterTheStep() {
        for (const char* routing : {"exact", "partitioned"}) {
            ExperimentSpec spec = specWith("famo", "*: merged");
            spec.network.routing = *choiceNamed<Routing>(routing);
            const Batch batch = firstBatch(spec);
            Learner famo = learnerFor(spec);
            const auto before = famo.step(batch, 0);
            QVERIFY(before);
            spec.train.balancing = {"equal"};
            const auto after =
                learnerFor(spec, famo.network().convertedTo(torch::kFloat32)).step(batch, 0);
            std::vector<double> fall;
            double mean = 0;
            for (std::size_t t = 0; t < 3; ++t) {
                fall.push_back(std::log(before->losses[t]) - std::log(after->losses[t]));
                mean += fall[t] / 3; // z is equal at first
            }
            for (std::size_t t = 0; t < 3; ++t) {
                // The first step of Adam is its rate, against the sign of the gradient.
                const double expected = fall[t] > mean ? -0.025 : 0.025;
                QVERIFY(std::abs(famo.balancing().state().at("w")[t] - expected) < 1e-4);
            }
        }
    }

    void weightsAreRecordedForTasksThatHaveALoss_data() { addMethods(); }

    void weightsAreRecordedForTasksThatHaveALoss() {
        QFETCH(QString, id);
        const ExperimentSpec spec = specWith(id.toStdString());
        Learner learner = learnerFor(spec);
        Batch batch = firstBatch(spec);
        batch.targets[1].only().zero_(); // no depth is known
        const auto result = learner.step(batch, 0);
        QVERIFY(result);
        std::map<std::string, double> weights;
        for (const MetricValue& value : learner.values(*result))
            if (value.name == "weight")
                weights[value.task] = value.value;
        QCOMPARE(weights.size(), 2U);
        for (const auto& [task, weight] : weights)
            QVERIFY(std::isfinite(weight) && task != "depth");
        for (const TargetBatch& target : batch.targets)
            target.only().zero_();
        batch.targets[0].only().fill_(-1);
        QVERIFY(learner.step(batch, 1)); // nor anything else
        for (const auto& [name, numbers] : learner.balancing().state())
            for (const double number : numbers)
                QVERIFY2(std::isfinite(number) || id == "dwa", name.c_str());
        QVERIFY(learner.step(firstBatch(spec), 2));
        QVERIFY(!learner.checkWeights());
    }

    void aTaskWithoutWeightHasNoPartInTheOthers() {
        // FAMO's weights add up to 1 over the tasks that it weighs.
        ExperimentSpec spec = specWith("famo");
        spec.tasks[1].weight = 0;
        Learner learner = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        for (int step = 0; step < 20; ++step) {
            const auto result = learner.step(batch, step);
            QVERIFY(result);
            QVERIFY(std::abs(result->weights[0] + result->weights[2] - 1) < 1e-12);
        }
        QCOMPARE(learner.balancing().state().at("w")[1], 0.0);
    }

    void equalWeightsAreNotRecorded() {
        const ExperimentSpec spec = specWith("equal");
        Learner learner = learnerFor(spec);
        const auto result = learner.step(firstBatch(spec), 0);
        for (const MetricValue& value : learner.values(*result))
            QVERIFY(value.name != "weight");
    }

    void aStepDescends_data() { addMethods(); }

    void aStepDescends() {
        QFETCH(QString, id);
        for (const char* rule : {"*: tied", "*: merged"}) {
            ExperimentSpec spec = specWith(id.toStdString(), rule);
            spec.train.lr = 0.1;
            Learner learner = learnerFor(spec);
            const Batch batch = firstBatch(spec);
            const auto sum = [&](const StepResult& result) {
                return result.losses[0] + result.losses[1] + result.losses[2];
            };
            const double first = sum(*learner.step(batch, 0));
            for (int step = 1; step < 20; ++step)
                QVERIFY(learner.step(batch, step));
            QVERIFY(sum(*learner.step(batch, 20)) < 0.97 * first);
        }
    }

    void dwaWeighsByTheEpochsOfARun() {
        ExperimentSpec spec = specWith("dwa");
        spec.train.steps = 8; // of two an epoch
        spec.train.previews = 0;
        Training training(spec);
        QVERIFY(training.run());
        const auto& steps = training.record.steps;
        QCOMPARE(steps.size(), 8U);
        for (std::size_t step = 0; step < 8; ++step) {
            std::vector<double> expected(3, 1.0);
            const std::size_t epoch = step / 2;
            double sum = 0;
            for (std::size_t t = 0; t < 3 && epoch >= 2; ++t) {
                const auto mean = [&](std::size_t e) {
                    return (valueOf(steps[2 * e], taskIds[t], "loss")
                            + valueOf(steps[2 * e + 1], taskIds[t], "loss"))
                           / 2;
                };
                sum += expected[t] = std::exp(mean(epoch - 1) / mean(epoch - 2) / 2);
            }
            for (std::size_t t = 0; t < 3; ++t)
                QVERIFY(std::abs(valueOf(steps[step], taskIds[t], "weight")
                                 - (epoch >= 2 ? 3 * expected[t] / sum : 1))
                        < 1e-12);
        }
    }

    void whatWasLearnedSurvivesAChangeOfThePlan_data() {
        QTest::addColumn<QString>("id");
        for (const char* id : {"uw", "famo"})
            QTest::newRow(id) << id;
    }

    void whatWasLearnedSurvivesAChangeOfThePlan() {
        // Parting keeps outputs to the bit, and so the losses of the next step and its weights.
        QFETCH(QString, id);
        ExperimentSpec spec = specWith(id.toStdString());
        spec.train.balancing.options["rate"] = id == "uw" ? 20.0 : 0.025;
        spec.train.previews = 0;
        Training plain(spec);
        QVERIFY(plain.run());
        spec.network.planChanges = {"3: dec2.*: separate"};
        Training changed(spec);
        QVERIFY(changed.run());
        QCOMPARE(changed.record.plans.size(), 1U);
        for (const std::string& task : taskIds) {
            const double weight = valueOf(plain.record.steps[3], task, "weight");
            QCOMPARE(valueOf(changed.record.steps[3], task, "weight"), weight);
            QVERIFY(weight != valueOf(plain.record.steps[0], task, "weight"));
        }
    }

    void aCheckpointWithoutWhatWasLearnedIsRefused() {
        ExperimentSpec spec = specWith("famo");
        spec.train.previews = 0;
        Training first(spec);
        first.after(3, [](RunControl& control) { control.stop(); });
        QVERIFY(first.run());
        auto checkpoint = loadCheckpoint(first.lastCheckpoint());
        QVERIFY(checkpoint);
        QCOMPARE(checkpoint->balancing.at("w").size(), 3U);
        for (const auto& [name, tensor] : checkpoint->tensors)
            QVERIFY2(!name.starts_with("balancing/"), name.c_str());
        const auto weights = loadCheckpoint(first.lastCheckpoint(), CheckpointPart::Weights);
        QVERIFY(weights && weights->balancing.empty() && networkOf(*weights));
        checkpoint->balancing.erase("w.m");
        QVERIFY(saveCheckpoint(first.lastCheckpoint(), *checkpoint));
        Training again(spec);
        again.request.resumeAt = first.lastCheckpoint();
        const auto result = again.run();
        QVERIFY(!result);
        QCOMPARE(result.error().code, std::string("checkpoint.balancing"));
    }
};

QTEST_GUILESS_MAIN(BalancedTrainingTest)
#include "tst_balanced_training.moc"
