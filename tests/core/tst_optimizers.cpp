// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/backward.h"
#include "core/optimizers/optimizer.h"
#include "core/training/checkpoint.h"
#include "tests/core/core_testing.h"

#include <torch/torch.h>

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr double rate = 0.01;

using TorchOptimizer = std::unique_ptr<torch::optim::Optimizer>;

/// LibTorch's own for an optimizer of ours with these options.
TorchOptimizer torchOptimizer(const std::string& id, const Json& options,
                              const std::vector<torch::optim::OptimizerParamGroup>& groups,
                              double decay) {
    if (id == "sgd")
        return std::make_unique<torch::optim::SGD>(
            groups, torch::optim::SGDOptions(rate)
                        .momentum(options["momentum"].get<double>())
                        .nesterov(options["nesterov"].get<bool>())
                        .weight_decay(decay));
    const std::tuple<double, double> betas{options["beta1"].get<double>(),
                                           options["beta2"].get<double>()};
    const auto epsilon = options["epsilon"].get<double>();
    if (id == "adam")
        return std::make_unique<torch::optim::Adam>(
            groups,
            torch::optim::AdamOptions(rate).betas(betas).eps(epsilon).weight_decay(decay));
    return std::make_unique<torch::optim::AdamW>(
        groups, torch::optim::AdamWOptions(rate).betas(betas).eps(epsilon).weight_decay(decay));
}

Json optionsOf(const std::string& id, const QByteArray& given) {
    return completeOptions(optimizerEntry(id).info, Json::parse(given.toStdString()));
}

/// One step of LibTorch's optimizer over the parameters of a network, without our Learner.
void referenceStep(Network& network, const std::vector<std::unique_ptr<Task>>& tasks,
                   const Batch& batch, torch::optim::Optimizer& optimizer) {
    const ComposedNetwork composed = network.compose(true);
    const auto outputs = network.forward(composed, batch.images, {.training = true});
    std::vector<torch::Tensor> losses;
    for (std::size_t t = 0; t < outputs.size(); ++t)
        losses.push_back(tasks[t]->loss(outputs[t], batch.targets[t].only()));
    backward(network, composed, losses, {});
    for (Parameter& parameter : network.parameters())
        parameter.value.mutable_grad() = parameter.grad;
    optimizer.step();
}

} // namespace

class OptimizersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void twentyStepsEqualLibTorchs_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QByteArray>("options");
        const std::vector<std::tuple<const char*, const char*, const char*>> cases{
            {"sgd", "sgd", R"({"momentum": 0})"},
            {"sgd with momentum", "sgd", R"({"momentum": 0.9})"},
            {"sgd with Nesterov's", "sgd", R"({"momentum": 0.8, "nesterov": true})"},
            {"adam", "adam", "{}"},
            {"adam, other options", "adam", R"({"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3})"},
            {"adamw", "adamw", "{}"}};
        for (const auto& [name, id, options] : cases)
            QTest::newRow(name) << id << QByteArray(options);
    }

    void twentyStepsEqualLibTorchs() {
        QFETCH(QString, id);
        QFETCH(QByteArray, options);
        // The operations are the same, so only their rounding may differ.
        for (const auto& [type, limit] : {std::pair{torch::kFloat32, 1e-6},
                                          std::pair{torch::kFloat64, 1e-14}}) {
            torch::manual_seed(3);
            const Json complete = optionsOf(id.toStdString(), options);
            const auto ours = optimizerEntry(id.toStdString()).make(complete);
            const torch::Tensor start = torch::randn({5, 7}, type);
            Parameter parameter{.name = "p", .value = start.clone().requires_grad_()};
            const torch::Tensor reference = start.clone().requires_grad_();
            const TorchOptimizer theirs = torchOptimizer(
                id.toStdString(), complete,
                {torch::optim::OptimizerParamGroup(std::vector<torch::Tensor>{reference})}, 0);
            for (int step = 0; step < 20; ++step) {
                const torch::Tensor gradient = torch::randn({5, 7}, type) * (step % 3);
                parameter.grad = gradient;
                reference.mutable_grad() = gradient.clone();
                {
                    const torch::NoGradGuard noGrad;
                    ours->update(parameter, rate);
                }
                theirs->step();
                const torch::NoGradGuard noGrad;
                QVERIFY(relativeDifference(parameter.value, reference) < limit);
            }
            QVERIFY(relativeDifference(parameter.value.detach(), start) > 0.01);
        }
    }

    void momentsAreThoseOfTheDescriptorAndOfTheParametersSize() {
        for (const auto* entry : optimizers()) {
            Parameter parameter{.name = "p", .value = torch::ones({2, 3})};
            parameter.grad = torch::ones({2, 3});
            entry->make(completeOptions(entry->info, Json::object()))->update(parameter, rate);
            for (const std::string& name : entry->info.moments)
                QVERIFY2(parameter.state.contains(name)
                             && parameter.state.at(name).sizes() == parameter.value.sizes(),
                         name.c_str());
            for (const auto& [name, tensor] : parameter.state) // nothing large beside them
                QVERIFY(tensor.numel() == 1
                        || std::ranges::find(entry->info.moments, name)
                               != entry->info.moments.end());
        }
    }

    void aGradientIsNotChangedByItsStep() { // the clipped norm is reported after the update
        for (const auto* entry : optimizers()) {
            Parameter parameter{.name = "p", .value = torch::ones({4})};
            const torch::Tensor gradient = torch::arange(4, torch::kFloat32);
            const auto optimizer = entry->make(completeOptions(entry->info, Json::object()));
            for (int step = 0; step < 2; ++step) {
                parameter.grad = gradient;
                optimizer->update(parameter, rate);
                QVERIFY(torch::equal(gradient, torch::arange(4, torch::kFloat32)));
            }
        }
    }

    void decayIsLibTorchsOnKernelsAndNothingElse_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("decayOn");
        for (const char* id : {"sgd", "adam", "adamw"}) {
            QTest::addRow("%s, plain, on kernels", id) << id << "plain" << "kernels";
            QTest::addRow("%s, plain, on factors", id) << id << "plain" << "factors";
            QTest::addRow("%s, factored, on factors", id) << id << "factored" << "factors";
        }
    }

    void decayIsLibTorchsOnKernelsAndNothingElse() {
        // On a plain network all of these are torch.optim's weight_decay, coupled in SGD and Adam,
        // decoupled in AdamW, for a group of kernels; norms and biases have none.
        QFETCH(QString, id);
        QFETCH(QString, parametrization);
        QFETCH(QString, decayOn);
        constexpr double decay = 0.3;
        ExperimentSpec spec = tinySpec(parametrization.toStdString(), "*: tied");
        spec.train.optimizer = {id.toStdString(), optionsOf(id.toStdString(), "{}")};
        spec.train.schedule = {"constant", Json::object()};
        spec.train.lr = rate;
        spec.train.weightDecay = decay;
        spec.train.decayOn = choiceNamed<DecayOn>(decayOn.toStdString()).value();
        Learner learner = learnerFor(spec, torch::kFloat64);
        Network reference = learner.network().convertedTo(torch::kFloat64);
        std::vector<torch::Tensor> decayed, others;
        for (const Parameter& parameter : reference.parameters())
            (parameter.kind == ParameterKind::Factor ? decayed : others).push_back(parameter.value);
        QVERIFY(!decayed.empty() && !others.empty());
        const Json options = spec.train.optimizer.options;
        std::vector<torch::optim::OptimizerParamGroup> first{
            torch::optim::OptimizerParamGroup(decayed)};
        std::vector<torch::optim::OptimizerParamGroup> second{
            torch::optim::OptimizerParamGroup(others)};
        const auto forKernels = torchOptimizer(id.toStdString(), options, first, decay);
        const auto forOthers = torchOptimizer(id.toStdString(), options, second, 0);
        const Batch batch = firstBatch(spec, torch::kFloat64);
        for (int step = 0; step < 5; ++step) {
            QVERIFY(learner.step(batch, step));
            referenceStep(reference, learner.tasks(), batch, *forKernels);
            forOthers->step();
        }
        const torch::NoGradGuard noGrad;
        for (std::size_t i = 0; i < reference.parameters().size(); ++i)
            QVERIFY2(relativeDifference(learner.network().parameters()[i].value,
                                        reference.parameters()[i].value)
                         < 1e-9,
                     reference.parameters()[i].name.c_str());
    }

    void whatHasNoGradientRests_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("decayOn");
        for (const char* id : {"sgd", "adam", "adamw"})
            for (const char* decayOn : {"kernels", "factors"})
                QTest::addRow("%s, decay on %s", id, decayOn) << id << decayOn;
    }

    void whatHasNoGradientRests() {
        // A batch without any depth: what depth alone owns keeps its value to the bit, gets no
        // moments and no step count; in the next step its count is one behind.
        QFETCH(QString, id);
        QFETCH(QString, decayOn);
        ExperimentSpec spec = tinySpec("factored", "*: separate");
        spec.train.optimizer = {id.toStdString(), optionsOf(id.toStdString(), "{}")};
        spec.train.weightDecay = 0.1;
        spec.train.decayOn = choiceNamed<DecayOn>(decayOn.toStdString()).value();
        Learner learner = learnerFor(spec);
        const Batch whole = firstBatch(spec);
        Batch blind = whole;
        blind.targets[1] = torch::zeros_like(whole.targets[1].only());
        const auto before = copyOf(learner.network().namedTensors());
        const auto result = learner.step(blind, 0);
        QVERIFY(result);
        QVERIFY(std::isnan(result->losses[1]));
        for (const Parameter& parameter : learner.network().parameters()) {
            const bool rests = parameter.owners == taskBit(1);
            QVERIFY2(sameBits(parameter.value.detach(), before.at(parameter.name)) == rests,
                     parameter.name.c_str());
            QVERIFY(parameter.state.empty() == rests);
        }
        QVERIFY(learner.step(whole, 1));
        if (id == "sgd")
            return;
        for (const Parameter& parameter : learner.network().parameters())
            QCOMPARE(parameter.state.at("adam.t").item<std::int64_t>(),
                     parameter.owners == taskBit(1) ? 1 : 2);
    }

    void stateSurvivesACopyOfTheParameters_data() {
        QTest::addColumn<QString>("id");
        for (const char* id : {"sgd", "adam", "adamw"})
            QTest::newRow(id) << id;
    }

    void stateSurvivesACopyOfTheParameters() {
        // A network with its state taken over by name goes on as the first one does, to the bit,
        // and neither touches the other's state.
        QFETCH(QString, id);
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.train.optimizer = {id.toStdString(), optionsOf(id.toStdString(), "{}")};
        Learner first = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        for (int step = 0; step < 3; ++step)
            QVERIFY(first.step(batch, step));
        const auto state = trainingState(first.network());
        auto network = Network::fromTensors(first.network().design(), state);
        QVERIFY(network);
        restoreOptimizerState(*network, state);
        Learner second = learnerFor(spec, std::move(*network));
        for (int step = 3; step < 6; ++step) {
            QVERIFY(first.step(batch, step));
            QVERIFY(second.step(batch, step));
        }
        const auto right = trainingState(second.network());
        for (const auto& [name, tensor] : trainingState(first.network()))
            QVERIFY2(sameBits(tensor, right.at(name)), name.c_str());
    }
};

QTEST_GUILESS_MAIN(OptimizersTest)
#include "tst_optimizers.moc"
