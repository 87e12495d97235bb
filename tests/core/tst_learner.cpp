// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <limits>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

ExperimentSpec sgdSpec(const std::string& rule, double rate) {
    ExperimentSpec spec = tinySpec("factored", rule);
    spec.train.optimizer = {"sgd", {{"momentum", 0.0}}};
    spec.train.schedule = {"constant"};
    spec.train.lr = rate;
    return withCompleteOptions(spec, catalogue());
}

double gradientNorm(const Network& network) {
    double sum = 0;
    for (const Parameter& parameter : network.parameters())
        if (parameter.grad.defined())
            sum += parameter.grad.to(torch::kFloat64).square().sum().item<double>();
    return std::sqrt(sum);
}

std::map<std::string, torch::Tensor> gradients(const Network& network) {
    std::map<std::string, torch::Tensor> all;
    for (const Parameter& parameter : network.parameters())
        all[parameter.name] = parameter.grad.defined() ? parameter.grad.clone() : torch::Tensor();
    return all;
}

} // namespace

class LearnerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aStepDescends() {
        const ExperimentSpec spec = sgdSpec("*: merged", 0.05);
        Learner learner = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        const double first = learner.step(batch, 0)->total;
        for (int step = 1; step < 10; ++step)
            QVERIFY(learner.step(batch, step));
        QVERIFY(learner.step(batch, 10)->total < 0.9 * first);
    }

    void channelsLastIsTheSameStepToRounding() {
        ExperimentSpec spec = sgdSpec("*: merged", 0);
        const Batch batch = firstBatch(spec);
        Learner usual = learnerFor(spec);
        QVERIFY(usual.step(batch, 0));
        spec.train.memoryFormat = MemoryFormat::ChannelsLast;
        Learner other = learnerFor(spec);
        QVERIFY(other.step(batch, 0));
        const auto expected = gradients(usual.network());
        // A bias before a norm has no gradient but rounding: against the norm of them all.
        const double scale = gradientNorm(usual.network());
        for (const auto& [name, gradient] : gradients(other.network()))
            QVERIFY2((gradient - expected.at(name)).norm().item<double>() < 1e-5 * scale,
                     name.c_str());
    }

    void bfloat16KeepsWeightsAndLossesAndTurnsTheGradientLittle() {
        ExperimentSpec spec = sgdSpec("*: merged", 0.05);
        const Batch batch = firstBatch(spec);
        Learner usual = learnerFor(spec);
        const auto expected = usual.step(batch, 0);
        spec.train.precision = Precision::Bfloat16;
        Learner mixed = learnerFor(spec);
        const auto result = mixed.step(batch, 0);
        QVERIFY(result.has_value());
        double product = 0;
        const auto other = gradients(usual.network());
        for (const auto& [name, gradient] : gradients(mixed.network())) {
            QVERIFY2(gradient.scalar_type() == torch::kFloat32, name.c_str());
            product += (gradient * other.at(name)).sum().item<double>();
        }
        // Eight bits a number, ten layers: a few per cent.
        const double cosine =
            product / (gradientNorm(mixed.network()) * gradientNorm(usual.network()));
        QVERIFY2(cosine > 0.98, qPrintable(QString::number(cosine)));
        for (std::size_t t = 0; t < 3; ++t) {
            QVERIFY(result->outputs[t].scalar_type() == torch::kFloat32);
            QVERIFY(std::abs(result->losses[t] - expected->losses[t]) < 0.02 * expected->losses[t]);
        }
        for (int step = 1; step < 10; ++step)
            QVERIFY(mixed.step(batch, step));
        QVERIFY(mixed.step(batch, 10)->total < 0.9 * result->total);
    }

    void theTotalIsTheWeightedSumAndLossesAreReportedWithoutWeights() {
        ExperimentSpec spec = sgdSpec("*: tied", 0);
        const Batch batch = firstBatch(spec);
        const auto plain = learnerFor(spec).step(batch, 0);
        QVERIFY(std::abs(plain->total - (plain->losses[0] + plain->losses[1] + plain->losses[2]))
                < 1e-12);
        spec.tasks[0].weight = 2;
        spec.tasks[1].weight = 0.5;
        spec.tasks[2].weight = 0;
        const auto weighted = learnerFor(spec).step(batch, 0);
        QCOMPARE(weighted->losses, plain->losses);
        QVERIFY(std::abs(weighted->total - (2 * plain->losses[0] + 0.5 * plain->losses[1])) < 1e-12);
    }

    void gradientsAreThoseOfTheWeightedSum() {
        ExperimentSpec spec = sgdSpec("*: factors shared", 0);
        const Batch batch = firstBatch(spec, torch::kFloat64);
        Learner plain = learnerFor(spec, torch::kFloat64);
        QVERIFY(plain.step(batch, 0));
        spec.tasks[1].weight = 4;
        Learner weighted = learnerFor(spec, torch::kFloat64);
        QVERIFY(weighted.step(batch, 0));
        const auto left = gradients(plain.network());
        const auto right = gradients(weighted.network());
        for (const auto& [name, gradient] : left)
            if (name.ends_with("/depth"))
                QVERIFY2(relativeDifference(right.at(name), gradient * 4) < 1e-10, name.c_str());
            else if (name.ends_with("/normal"))
                QVERIFY2(relativeDifference(right.at(name), gradient) < 1e-10, name.c_str());
    }

    void clippingScalesTheWholeGradientToTheNorm_data() {
        QTest::addColumn<QString>("rule");
        for (const char* rule : {"*: tied", "*: merged", "*: factors shared"})
            QTest::newRow(rule) << rule;
    }

    void clippingScalesTheWholeGradientToTheNorm() {
        QFETCH(QString, rule);
        ExperimentSpec spec = sgdSpec(rule.toStdString(), 0);
        const Batch batch = firstBatch(spec);
        Learner whole = learnerFor(spec);
        const auto unclipped = whole.step(batch, 0);
        const double norm = gradientNorm(whole.network());
        QVERIFY(std::abs(unclipped->gradientNorm - norm) < 1e-4 * norm);
        spec.train.clipNorm = norm / 3;
        Learner clipped = learnerFor(spec);
        const auto result = clipped.step(batch, 0);
        QCOMPARE(result->gradientNorm, unclipped->gradientNorm); // reported as it was
        QVERIFY(std::abs(gradientNorm(clipped.network()) - norm / 3) < 1e-4 * norm);
        const auto left = gradients(whole.network());
        for (const auto& [name, gradient] : gradients(clipped.network()))
            QVERIFY2(relativeDifference(gradient, left.at(name) / 3) < 1e-4, name.c_str());
        spec.train.clipNorm = norm * 1.1; // not reached: nothing is scaled, to the bit
        Learner free = learnerFor(spec);
        QVERIFY(free.step(batch, 0));
        for (const auto& [name, gradient] : gradients(free.network()))
            QVERIFY2(sameBits(gradient, left.at(name)), name.c_str());
    }

    void alternatingRoundsMoveCoresFirstThenTheOthers() {
        ExperimentSpec spec = sgdSpec("*: merged", 0.01);
        spec.train.updates = Updates::Alternating;
        spec.train.coreSteps = 2;
        spec.train.outerSteps = 1;
        Learner learner = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        for (int step = 0; step < 6; ++step) {
            const auto before = copyOf(learner.network().namedTensors());
            QVERIFY(learner.step(batch, step));
            const bool cores = step % 3 < 2;
            for (const Parameter& parameter : learner.network().parameters()) {
                const bool shared = !parameter.name.starts_with("head.");
                const bool outer = parameter.kind == ParameterKind::Factor && shared
                                   && !parameter.core;
                const bool moves = parameter.core ? cores : !(outer && cores);
                QVERIFY2(sameBits(parameter.value.detach(), before.at(parameter.name)) != moves,
                         (parameter.name + " in step " + std::to_string(step)).c_str());
            }
        }
    }

    void whatDoesNotMoveInAPhaseStays_data() {
        QTest::addColumn<QString>("id");
        for (const ParametrizationEntry* entry : parametrizations())
            QTest::newRow(entry->info.id.c_str()) << QString::fromStdString(entry->info.id);
    }

    void whatDoesNotMoveInAPhaseStays() {
        QFETCH(QString, id);
        ExperimentSpec spec =
            withCompleteOptions(tinySpec(id.toStdString(), "*: tied"), catalogue());
        spec.network.sharing.clear(); // each as it starts
        spec.train.updates = Updates::Alternating;
        Learner learner = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        for (int step = 0; step < 4; ++step) {
            const auto before = copyOf(learner.network().namedTensors());
            QVERIFY(learner.step(batch, step));
            const Network& network = learner.network();
            const Moving moving = step % 2 == 0 ? Moving::Cores : Moving::NonCore;
            int moved = 0;
            for (std::size_t i = 0; i < network.design().layers.size(); ++i) {
                const LayerFactors& layer = network.design().layers[i].factors;
                for (std::size_t k = 0; k < layer.factors.size(); ++k)
                    for (const std::size_t copy : network.copies(i, k)) {
                        const Parameter& parameter = network.parameters()[copy];
                        const bool stays =
                            sameBits(parameter.value.detach(), before.at(parameter.name));
                        QVERIFY2(stays || moves(layer, layer.factors[k], moving),
                                 (parameter.name + " in step " + std::to_string(step)).c_str());
                        moved += stays ? 0 : 1;
                    }
            }
            QVERIFY(moved > 0);
        }
    }

    void aRestingFactorsMomentsAndStepCountDoNotMove() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.train.updates = Updates::Alternating;
        Learner learner = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        for (int step = 0; step < 5; ++step) // cores move in steps 0, 2, 4
            QVERIFY(learner.step(batch, step));
        for (const Parameter& parameter : learner.network().parameters()) {
            const bool outer = parameter.kind == ParameterKind::Factor && !parameter.core
                               && !parameter.name.starts_with("head.");
            QCOMPARE(parameter.state.at("adam.t").item<std::int64_t>(),
                     parameter.core ? 3 : (outer ? 2 : 5));
        }
    }

    void decoupledDecayOnKernelsScalesEveryKernelThatMoves() {
        // AdamW without a rate for anything but the decay would need η = 0; so the difference to
        // the same step without decay is looked at: U is the first factor that moves, and
        // U (1 − ηλ) M V = (1 − ηλ) W.
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.train.optimizer = {"adamw"};
        spec.train.lr = 0.01;
        spec.train.schedule = {"constant"};
        spec = withCompleteOptions(spec, catalogue());
        const Batch batch = firstBatch(spec, torch::kFloat64);
        Learner without = learnerFor(spec, torch::kFloat64);
        const auto start = copyOf(without.network().namedTensors());
        QVERIFY(without.step(batch, 0));
        spec.train.weightDecay = 2;
        Learner with = learnerFor(spec, torch::kFloat64);
        QVERIFY(with.step(batch, 0));
        const auto left = with.network().namedTensors();
        const torch::NoGradGuard noGrad;
        for (const auto& [name, tensor] : without.network().namedTensors()) {
            const bool scaled = name.find("/U/") != std::string::npos
                                || name.find("/W/") != std::string::npos;
            const torch::Tensor expected = scaled ? tensor - 0.02 * start.at(name) : tensor;
            QVERIFY2(relativeDifference(left.at(name), expected) < 1e-12, name.c_str());
        }
    }

    void aLossThatIsNotFiniteNamesItsTaskAndMovesNothing_data() {
        QTest::addColumn<double>("value");
        QTest::newRow("infinite") << infinity;
        QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN();
    }

    void aLossThatIsNotFiniteNamesItsTaskAndMovesNothing() {
        QFETCH(double, value);
        const ExperimentSpec spec = tinySpec("factored", "*: merged");
        Learner learner = learnerFor(spec);
        Batch batch = firstBatch(spec);
        if (std::isinf(value))
            batch.targets[1].only().fill_(value); // above 0, so valid
        else
            for (Parameter& parameter : learner.network().parameters())
                if (parameter.name == "head.depth.2/bias/depth")
                    parameter.value.detach().fill_(value);
        const auto before = copyOf(learner.network().namedTensors());
        const auto result = learner.step(batch, 0);
        QVERIFY(!result);
        QCOMPARE(result.error().code, std::string("train.not_finite"));
        QVERIFY(result.error().path.find("depth") != std::string::npos);
        // Before the first update no rate is at fault; later it may be.
        QVERIFY(result.error().hint.find("targets") != std::string::npos);
        QVERIFY(result.error().hint.find("train.lr") == std::string::npos);
        QVERIFY(learner.step(batch, 1).error().hint.find("train.lr") != std::string::npos);
        for (const Parameter& parameter : learner.network().parameters()) {
            QVERIFY(sameBits(parameter.value.detach(), before.at(parameter.name)));
            QVERIFY(parameter.state.empty());
        }
    }

    void aGradientThatIsNotFiniteIsReported() {
        // The output is as ever, but that of the layer before is 1e30: so is a gradient, and its
        // square is beyond float32.
        const ExperimentSpec spec = tinySpec("plain", "*: tied");
        Learner learner = learnerFor(spec);
        for (Parameter& parameter : learner.network().parameters())
            if (parameter.name == "head.depth.1/W/depth")
                parameter.value.detach().mul_(1e30);
            else if (parameter.name == "head.depth.2/W/depth")
                parameter.value.detach().mul_(1e-30);
        const auto result = learner.step(firstBatch(spec), 0);
        QVERIFY(!result);
        QCOMPARE(result.error().code, std::string("train.not_finite"));
        QVERIFY(result.error().path.find("gradient") != std::string::npos);
    }

    void aBatchWithoutAnyTargetMovesNothing() {
        const ExperimentSpec spec = tinySpec("factored", "*: merged");
        Learner learner = learnerFor(spec);
        Batch batch = firstBatch(spec);
        batch.targets[0].only().fill_(-1);
        batch.targets[1].only().zero_();
        batch.targets[2].only().zero_();
        const auto before = copyOf(learner.network().namedTensors());
        const auto result = learner.step(batch, 0);
        QVERIFY(result);
        QCOMPARE(result->total, 0.0);
        QCOMPARE(result->gradientNorm, 0.0);
        for (const Parameter& parameter : learner.network().parameters())
            QVERIFY(sameBits(parameter.value.detach(), before.at(parameter.name)));
    }
};

QTEST_GUILESS_MAIN(LearnerTest)
#include "tst_learner.moc"
