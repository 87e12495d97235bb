// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/network/backward.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "tests/core/training_testing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// Layers and tasks that rest: nothing of them moves, and norms go by their running statistics.

namespace {

/// Depth rests.
ExperimentSpec restingSpec(const std::string& parametrization, const std::string& rule) {
    ExperimentSpec spec = tinySpec(parametrization, rule);
    spec.network.initial = "source"; // which is what may rest; these begin with scrambled weights
    spec.tasks[1].rests = true;
    return spec;
}

Network scrambled(const ExperimentSpec& spec) {
    Network network = networkFor(spec);
    scrambleFactors(network, 3);
    scrambleNorms(network, 5);
    return network;
}

/// Trained for some steps on one batch.
Network afterSteps(const ExperimentSpec& spec, Network network, int steps = 3) {
    Learner learner = learnerFor(spec, std::move(network));
    const Batch batch = firstBatch(spec);
    for (int i = 0; i < steps; ++i)
        if (auto result = learner.step(batch, i); !result)
            qFatal("%s", toText(result.error()).c_str());
    return learner.network().convertedTo(torch::kFloat32);
}

std::vector<torch::Tensor> outputs(const Network& network, const RunSettings& settings) {
    const torch::NoGradGuard noGrad;
    return network.forward(network.compose(false), randomImages(4, 16, 24, 77), settings);
}

} // namespace

class RestingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aLayerThatRestsIsInTrainingWhatItIsInUse_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<int>("precision");
        for (const char* one : {"plain", "factored", "repvgg"})
            QTest::newRow(one) << one << 0;
        QTest::newRow("bfloat16") << "plain" << 1;
        QTest::newRow("channels last") << "plain" << 2;
    }

    void aLayerThatRestsIsInTrainingWhatItIsInUse() {
        QFETCH(QString, parametrization);
        QFETCH(int, precision);
        const Network network = scrambled(tinySpec(parametrization.toStdString(), "*: rest"));
        const auto before = copyOf(network.namedTensors());
        const RunSettings use{.bfloat16 = precision == 1, .channelsLast = precision == 2};
        RunSettings training = use;
        training.training = true;
        const auto left = outputs(network, use), right = outputs(network, training);
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(sameBits(left[t], right[t]));
        for (const auto& [name, tensor] : network.namedTensors())
            QVERIFY2(sameBits(tensor, before.at(name)), name.c_str());
    }

    void frozenStatisticsLeaveTheirNormToLearn() {
        const ExperimentSpec spec = tinySpec("plain", "*: freeze statistics");
        const Network before = scrambled(spec);
        const auto was = copyOf(before.namedTensors());
        const auto now = afterSteps(spec, before.convertedTo(torch::kFloat32)).namedTensors();
        int still = 0, moved = 0;
        for (const auto& [name, tensor] : now) {
            const bool statistic = name.find("/norm.mean/") != std::string::npos
                                   || name.find("/norm.var/") != std::string::npos;
            QCOMPARE(sameBits(tensor, was.at(name)), statistic);
            (statistic ? still : moved) += 1;
        }
        QVERIFY(still > 4 && moved > 10);
    }

    void aFrozenLayersNormStillFollowsItsBatches() {
        // As before there was a rest: a run that was frozen so goes on as it did.
        const ExperimentSpec spec = tinySpec("plain", "*: freeze");
        const Network before = scrambled(spec);
        const auto was = copyOf(before.namedTensors());
        const auto now = afterSteps(spec, before.convertedTo(torch::kFloat32)).namedTensors();
        QVERIFY(!sameBits(now.at("enc1.1/norm.mean/segmentation+depth+normal"),
                          was.at("enc1.1/norm.mean/segmentation+depth+normal")));
        QVERIFY(sameBits(now.at("enc1.1/norm.weight/segmentation+depth+normal"),
                         was.at("enc1.1/norm.weight/segmentation+depth+normal")));
    }

    void whatARestingTaskUsesStays_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("optimizer");
        for (const char* optimizer : {"adam", "adamw"})
            for (const char* rule : {"*: tied", "dec*: factors shared", "*: separate",
                                     "*: {segmentation} | {depth, normal} separate"})
                QTest::addRow("%s %s", rule, optimizer) << rule << optimizer;
    }

    void whatARestingTaskUsesStays() {
        QFETCH(QString, rule);
        QFETCH(QString, optimizer);
        ExperimentSpec spec = restingSpec("factored", rule.toStdString());
        spec.train.optimizer = {optimizer.toStdString()};
        spec.train.weightDecay = 0.1;
        spec = withCompleteOptions(spec, catalogue());
        QVERIFY(validate(spec, catalogue()).empty());
        const Network before = scrambled(spec);
        const Network after = afterSteps(spec, before.convertedTo(torch::kFloat32));
        QVERIFY(sameBits(outputs(after, {})[1], outputs(before, {})[1]));
        const auto was = before.namedTensors();
        int moved = 0;
        for (const auto& [name, tensor] : after.namedTensors()) {
            const bool uses = name.substr(name.rfind('/')).find("depth") != std::string::npos;
            QVERIFY2(!uses || sameBits(tensor, was.at(name)), name.c_str());
            moved += sameBits(tensor, was.at(name)) ? 0 : 1;
        }
        QVERIFY(moved >= 4); // the others' heads at least
    }

    void decayReachesTheKernelsThatMoveThroughAFactorThatDoes() {
        // U and V are shared with the task that rests: only a core can make another's kernel less.
        const Network network = scrambled(restingSpec("factored", "*: factors shared"));
        Network scaled = network.convertedTo(torch::kFloat32);
        for (Parameter& parameter : scaled.parameters())
            if (!parameter.frozen)
                parameter.grad = torch::zeros_like(parameter.value);
        scaled.scaleKernels(0.5, Moving::All);
        const ComposedNetwork before = network.compose(false), after = scaled.compose(false);
        QCOMPARE(before.kernels.size(), after.kernels.size());
        for (std::size_t k = 0; k < before.kernels.size(); ++k) {
            const bool rests = network.design().plan.rests(before.kernels[k].tasks);
            if (rests)
                QVERIFY(sameBits(after.kernels[k].kernel, before.kernels[k].kernel));
            else
                QVERIFY(relativeDifference(after.kernels[k].kernel, before.kernels[k].kernel / 2)
                        < 1e-6);
        }
    }

    void aRestingTasksLossIsReportedAndCountsForNothing() {
        const ExperimentSpec spec = restingSpec("factored", "*: tied");
        Learner learner = learnerFor(spec, scrambled(spec));
        const auto result = learner.step(firstBatch(spec), 0);
        QVERIFY(result.has_value());
        QVERIFY(std::isfinite(result->losses[1]) && result->losses[1] > 0);
        QVERIFY(std::abs(result->total - result->losses[0] - result->losses[2]) < 1e-9);
        QVERIFY(learner.conflict(firstBatch(spec), 1).empty()); // nothing that moves is shared
    }

    void conflictIsMeasuredAmongThoseThatLearn() {
        ExperimentSpec spec =
            restingSpec("factored", "*: {segmentation, normal} | {depth} separate");
        Learner learner = learnerFor(spec, scrambled(spec));
        const auto rows = learner.conflict(firstBatch(spec), 1);
        QVERIFY(!rows.empty());
        for (const ConflictRow& row : rows)
            QVERIFY(row.taskA != "depth" && row.taskB != "depth");
    }

    void gradientsOfWhatMovesAreThoseOfFiniteDifferences() {
        const ExperimentSpec spec =
            restingSpec("factored", "*: {segmentation, normal} | {depth} separate");
        Network network = scrambled(spec).convertedTo(torch::kFloat64);
        const Batch batch = firstBatch(spec, torch::kFloat64);
        const auto data = openRunData(spec);
        const auto tasks = makeTasks(spec, data->targets);
        const auto losses = [&](bool gradients) {
            const ComposedNetwork composed = network.compose(gradients);
            RunSettings settings{.training = true};
            settings.followStatistics = false;
            const auto outputs = network.forward(composed, batch.images, settings);
            std::vector<torch::Tensor> all;
            for (const std::size_t t : {0U, 1U, 2U})
                all.push_back(t == 1 ? torch::Tensor()
                                     : tasks[t]->loss(outputs[t], batch.targets[t].only()));
            if (gradients)
                backward(network, composed, all, {});
            return (all[0] + all[2]).item<double>();
        };
        (void)losses(true);
        int checked = 0;
        for (std::size_t p = 0; p < network.parameters().size(); ++p) {
            Parameter& parameter = network.parameters()[p];
            if (parameter.frozen || !parameter.grad.defined()
                || parameter.kind == ParameterKind::Bias) // behind a norm it does nothing
                continue;
            const torch::Tensor gradient = parameter.grad.clone();
            const torch::NoGradGuard noGrad;
            const auto largest = gradient.abs().argmax().item<std::int64_t>();
            torch::Tensor value = parameter.value.flatten()[largest];
            constexpr double step = 1e-6;
            value += step;
            const double above = losses(false);
            value -= 2 * step;
            const double below = losses(false);
            value += step;
            const double expected = (above - below) / (2 * step);
            const double found = gradient.flatten()[largest].item<double>();
            QVERIFY2(std::abs(found - expected) < 1e-4 * std::max(1e-2, std::abs(expected)),
                     parameter.name.c_str());
            ++checked;
        }
        QVERIFY(checked > 10);
    }
};

QTEST_GUILESS_MAIN(RestingTest)
#include "tst_resting.moc"
