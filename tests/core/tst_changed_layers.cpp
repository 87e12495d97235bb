// SPDX-License-Identifier: GPL-3.0-or-later
// Changes of a plan while it trains that are no parting or joining: rest, and other kernels.
#include "core/catalogue.h"
#include "core/model/plan_change.h"
#include "core/model/validate.h"
#include "core/network/network.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/run_data.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// Makes steps `first` to `last` of a spec on one batch.
Network trainedOn(const ExperimentSpec& spec, Network network, int first, int last) {
    Learner learner = learnerFor(spec, std::move(network));
    const Batch batch = firstBatch(spec);
    for (int step = first; step <= last; ++step)
        if (const auto done = learner.step(batch, step); !done)
            qFatal("%s", toText(done.error()).c_str());
    return std::move(learner.network());
}

Expected<Network> tryChange(const Network& network, const ExperimentSpec& spec,
                            const Texts& rules) {
    NetworkSpec all = spec.network;
    for (const std::string& rule : rules) {
        const auto changed =
            withPlanChange(all, {0, {rule}}, designAfter(all, all.planChanges.size(),
                                                       network.design(), catalogue()),
                           catalogue());
        if (!changed)
            return failure(changed.error());
        all = *changed;
    }
    return network.replanned(
        designAfter(all, all.planChanges.size(), network.design(), catalogue()));
}

Network changed(const Network& network, const ExperimentSpec& spec, const Texts& rules) {
    auto after = tryChange(network, spec, rules);
    if (!after)
        qFatal("%s", toText(after.error()).c_str());
    return std::move(*after);
}

/// The same values and moments, not the same tensors.
Network copied(const Network& network) {
    return network.replanned(network.design()).value();
}

std::vector<torch::Tensor> outputs(const Network& network) {
    const torch::NoGradGuard noGrad;
    return network.forward(network.compose(false), randomImages(2, 16, 24, 77), {});
}

const Parameter* find(const Network& network, const std::string& name) {
    for (const Parameter& parameter : network.parameters())
        if (parameter.name == name)
            return &parameter;
    return nullptr;
}

bool sameState(const Parameter& a, const Parameter& b) {
    return a.state.size() == b.state.size()
           && std::ranges::all_of(a.state, [&](const auto& entry) {
                  return sameBits(entry.second, b.state.at(entry.first));
              });
}

} // namespace

class ChangedLayersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsFrozenRestsWithItsMomentsWhileTheOthersMove_data() {
        QTest::addColumn<QString>("sharing");
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("optimizer");
        QTest::addColumn<QString>("decayOn");
        QTest::addColumn<QString>("frozen"); // how names of frozen parameters begin
        QTest::newRow("a layer") << "*: tied" << "enc1.1: freeze" << "adam" << "factors" << "enc1.1/";
        QTest::newRow("a pattern") << "*: tied" << "enc*: freeze" << "adamw" << "factors" << "enc";
        QTest::newRow("its kernels decay") << "*: tied" << "enc*: freeze" << "adamw" << "kernels"
                                           << "enc";
        QTest::newRow("decay in the gradient") << "*: separate" << "enc*: freeze" << "sgd"
                                               << "kernels" << "enc";
        QTest::newRow("a factor") << "*: merged" << "dec1.1: freeze M" << "adam" << "kernels"
                                  << "dec1.1/M/";
        QTest::newRow("the first factor") << "*: merged" << "dec1.1: freeze U" << "adamw"
                                          << "kernels" << "dec1.1/U/";
        QTest::newRow("a norm") << "*: separate" << "dec1.1: freeze norm" << "adam" << "factors"
                                << "dec1.1/norm.";
        QTest::newRow("a merged bias") << "*: merged" << "dec1.1: freeze bias" << "adam"
                                       << "factors" << "dec1.1/bias/";
    }

    void whatIsFrozenRestsWithItsMomentsWhileTheOthersMove() {
        QFETCH(QString, sharing);
        QFETCH(QString, rule);
        QFETCH(QString, optimizer);
        QFETCH(QString, decayOn);
        QFETCH(QString, frozen);
        ExperimentSpec spec = tinySpec("factored", sharing.toStdString());
        spec.train.optimizer = {optimizer.toStdString(), Json::object()};
        spec.train.weightDecay = 0.01;
        spec.train.decayOn = choiceNamed<DecayOn>(decayOn.toStdString()).value();
        spec = withCompleteOptions(spec, catalogue());
        const Network before = trainedOn(spec, networkFor(spec), 0, 2);
        const Network resting = changed(before, spec, {rule.toStdString()});
        const Network after = trainedOn(spec, copied(resting), 3, 5);
        int rested = 0;
        for (const Parameter& now : after.parameters()) {
            const Parameter& was = *find(before, now.name);
            const bool rests = now.name.starts_with(frozen.toStdString());
            rested += rests ? 1 : 0;
            QVERIFY2(sameBits(now.value, was.value) == rests, now.name.c_str());
            QVERIFY2(!rests || sameState(now, was), now.name.c_str());
            QCOMPARE(now.frozen, rests);
        }
        QVERIFY(rested > 0);
        // Later it goes on from the steps that it has made.
        const std::string pattern = rule.section(':', 0, 0).toStdString();
        NetworkSpec both = spec.network;
        both.planChanges = {"0: " + rule.toStdString(), "0: " + pattern + ": unfreeze"};
        const Network free =
            after.replanned(designAfter(both, 2, after.design(), catalogue())).value();
        QVERIFY(free.design().plan == before.design().plan);
        const Network moved = trainedOn(spec, copied(free), 5, 5); // the sixth and last
        for (const Parameter& now : moved.parameters()) {
            QVERIFY2(!sameBits(now.value, find(free, now.name)->value), now.name.c_str());
            if (now.state.contains("adam.t") && now.name.starts_with(frozen.toStdString()))
                QCOMPARE(now.state.at("adam.t").item<std::int64_t>(), std::int64_t{4});
        }
    }

    void othersMoveAsIfNothingWereFrozen() {
        const ExperimentSpec spec = tinySpec("factored", "*: merged");
        const Network before = trainedOn(spec, networkFor(spec), 0, 2);
        const Network resting = changed(before, spec, {"enc1.1: freeze", "dec2.1: freeze M"});
        const Network with = trainedOn(spec, copied(resting), 3, 3);
        const Network without = trainedOn(spec, copied(before), 3, 3);
        for (const Parameter& now : with.parameters())
            if (!now.frozen)
                QVERIFY2(relativeDifference(now.value, find(without, now.name)->value) < 1e-6,
                         now.name.c_str());
        // Passes that nothing needs are not made.
        const Network all = changed(before, spec, {"*: freeze"});
        QCOMPARE(gradientRoutes(before.design(), Moving::All, 0).passes.groups.size(), 3U);
        QCOMPARE(gradientRoutes(all.design(), Moving::All, 0).passes.groups.size(), 1U);
    }

    void aFrozenNormGoesOnFollowingItsBatches() {
        const ExperimentSpec spec = tinySpec("plain", "*: tied");
        const Network before = trainedOn(spec, networkFor(spec), 0, 2);
        const Network after =
            trainedOn(spec, changed(before, spec, {"enc2.1: freeze"}), 3, 3);
        const std::string name = "enc2.1/norm.mean/segmentation+depth+normal";
        QVERIFY(!sameBits(before.namedTensors().at(name), after.namedTensors().at(name)));
    }

    void anotherKernelKeepsTheOutputsToRounding_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("sharing");
        QTest::addColumn<QString>("to");
        for (const char* to : {"factored", "expand", "do-conv"})
            for (const char* sharing : {"*: tied", "*: separate",
                                        "*: {segmentation, depth} | {normal} separate"})
                QTest::addRow("plain, %s → %s", sharing, to) << "plain" << sharing << to;
        QTest::newRow("back to plain") << "factored" << "*: separate" << "plain";
        QTest::newRow("merged") << "factored" << "*: merged" << "expand";
        QTest::newRow("other options")
            << "factored" << "*: merged" << "factored {\"core\": \"diagonal\", \"depth\": 4}";
    }

    void anotherKernelKeepsTheOutputsToRounding() {
        QFETCH(QString, from);
        QFETCH(QString, sharing);
        QFETCH(QString, to);
        const ExperimentSpec spec = tinySpec(from.toStdString(), sharing.toStdString());
        const Network before = trainedOn(spec, networkFor(spec), 0, 2);
        const Network after = changed(before, spec, {"dec*: kernel " + to.toStdString()});
        const auto left = outputs(before), right = outputs(after);
        for (std::size_t t = 0; t < left.size(); ++t)
            QVERIFY(relativeDifference(right[t], left[t]) < 2e-5); // float32, five layers deep
        int anew = 0;
        for (const Parameter& now : after.parameters()) {
            const bool remade = now.name.starts_with("dec") && now.kind == ParameterKind::Factor;
            QCOMPARE(now.state.empty(), remade); // its moments begin at zero
            anew += remade ? 1 : 0;
            if (!remade)
                QVERIFY2(sameBits(now.value, find(before, now.name)->value)
                             && sameState(now, *find(before, now.name)),
                         now.name.c_str());
        }
        QVERIFY(anew > 0);
        trainedOn(spec, copied(after), 3, 4); // and it trains
    }

    void anotherKernelThatCannotBeIsRefusedAndTheNetworkStays() {
        const ExperimentSpec spec = tinySpec("plain", "*: separate");
        Network network = trainedOn(spec, networkFor(spec), 0, 0);
        const auto tensors = copyOf(network.namedTensors());
        const auto code = [&](const Texts& rules) {
            const auto after = tryChange(network, spec, rules);
            return after ? std::string() : after.error().code;
        };
        QCOMPARE(code({"dec1.1: kernel twisted"}), std::string("method.unknown"));
        QCOMPARE(code({"dec1.1: kernel factored {\"rank\": 0}"}), std::string("field.range"));
        QCOMPARE(code({"dec9.1: kernel factored"}), std::string("kernels.no_layer"));
        QCOMPARE(code({"*: kernel plain"}), std::string("plan_change.nothing"));
        network.parameters()[0].value.data().fill_(std::numeric_limits<float>::quiet_NaN());
        QCOMPARE(code({"*: kernel factored"}), std::string("network.not_finite"));
        network.parameters()[0].value.data().copy_(tensors.at(network.parameters()[0].name));
        for (const auto& [name, tensor] : network.namedTensors())
            QVERIFY(sameBits(tensor, tensors.at(name)));
    }

    void changesOfARunAreRepeatedAndResumedToTheBit() {
        ExperimentSpec spec = tinySpec("plain", "*: tied");
        spec.train.previews = 0;
        spec.train.checkpointEvery = 1;
        Training asked(spec);
        asked.record.onStep = [&](const StepEvent& event) {
            if (event.position.step == 1) {
                asked.control.changePlan({"enc*: freeze"});
                asked.control.changePlan({"dec*: kernel factored"});
            }
            if (event.position.step == 3) {
                asked.control.changePlan({"dec*: merged"});
                asked.control.changePlan({"enc2*: unfreeze"});
            }
        };
        QVERIFY(asked.run().has_value());
        QVERIFY(asked.record.notices.empty());
        QCOMPARE(asked.record.plans.size(), 4U);
        const ExperimentSpec whole = asked.record.plans.back().spec;
        QCOMPARE(whole.network.planChanges,
                 (Texts{"1: enc*: freeze", "1: dec*: kernel factored", "3: dec*: merged",
                        "3: enc2*: unfreeze"}));
        Training repeated(whole);
        QVERIFY(repeated.run().has_value());
        QVERIFY(sameCourse(asked.record, repeated.record));
        QVERIFY(sameTensors(asked.lastCheckpoint(), repeated.lastCheckpoint()));
        // From before the changes, between them, at their steps, and behind them.
        for (const std::int64_t from : {1, 2, 3, 4}) {
            Training resumed(whole);
            for (const CheckpointEvent& event : repeated.record.checkpoints)
                if (event.position.step == from)
                    resumed.request.resumeAt = event.file;
            QVERIFY(resumed.run().has_value());
            QVERIFY(sameTensors(resumed.lastCheckpoint(), repeated.lastCheckpoint()));
        }
    }

    void aJoinReportsTheLossBeforeAndAfterItOnOneBatch() {
        ExperimentSpec spec = tinySpec("factored", "*: separate");
        spec.train.previews = 0;
        spec.network.planChanges = {"2: enc*: {segmentation, depth} | {normal} separate",
                                    "3: dec*: freeze", "4: *: separate"};
        Training run(spec);
        QVERIFY(run.run().has_value());
        QCOMPARE(run.record.plans.size(), 3U);
        const PlanEvent& join = run.record.plans[0];
        QVERIFY(join.lossBefore && join.lossAfter);
        QVERIFY(std::isfinite(*join.lossBefore) && std::isfinite(*join.lossAfter));
        QVERIFY(*join.lossBefore != *join.lossAfter);
        // What keeps every output has nothing to report.
        QVERIFY(!run.record.plans[1].lossBefore && !run.record.plans[2].lossBefore);
        // Before: the network of the checkpoint from before the change, on the next step's batch.
        const auto data = openRunData(spec);
        Loader loader(data->training, data->maker, data->trainingPlan, {.first = 2, .end = 3});
        const LoadedBatch batch = loader.next();
        const auto network = networkOf(*loadCheckpoint(run.record.checkpoints[0].file));
        QCOMPARE(run.record.checkpoints[0].position.step, std::int64_t{2});
        const torch::NoGradGuard noGrad;
        const auto predicted = network->forward(network->compose(false), batch.batch->images, {});
        double loss = 0;
        for (std::size_t t = 0; t < predicted.size(); ++t)
            loss += data->tasks[t]->loss(predicted[t], batch.batch->targets[t].only()).item<double>();
        QVERIFY(std::abs(loss - *join.lossBefore) < 1e-5 * loss);
    }
};

QTEST_GUILESS_MAIN(ChangedLayersTest)
#include "tst_changed_layers.moc"
