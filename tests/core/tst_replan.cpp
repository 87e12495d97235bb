// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/plan_change.h"
#include "core/model/validate.h"
#include "core/network/network.h"
#include "core/tensor/torch.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// A network that has trained for a few steps, with what its optimizer keeps.
Network trained(const ExperimentSpec& spec, int steps = 3) {
    Learner learner = learnerFor(spec);
    const Batch batch = firstBatch(spec);
    for (int step = 0; step < steps; ++step)
        if (const auto done = learner.step(batch, step); !done)
            qFatal("%s", toText(done.error()).c_str());
    return std::move(learner.network());
}

Network changed(const Network& network, const ExperimentSpec& spec, const Texts& rules) {
    NetworkSpec rulesOfAll = spec.network;
    for (const std::string& rule : rules)
        rulesOfAll.planChanges.push_back("0: " + rule);
    auto after = network.replanned(
        designAfter(rulesOfAll, rulesOfAll.planChanges.size(), network.design(), catalogue()));
    if (!after)
        qFatal("%s", toText(after.error()).c_str());
    return std::move(*after);
}

std::vector<torch::Tensor> outputs(const Network& network, bool training) {
    const torch::NoGradGuard noGrad;
    const Network copy = network.convertedTo(torch::kFloat32); // training moves statistics
    return copy.forward(copy.compose(false), randomImages(4, 16, 24, 77), {.training = training});
}

const Parameter& parameterNamed(const Network& network, std::string_view name) {
    for (const Parameter& parameter : network.parameters())
        if (parameter.name == name)
            return parameter;
    qFatal("no parameter %s", std::string(name).c_str());
}

constexpr const char* all = "segmentation+depth+normal";

} // namespace

class ReplanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void partingTasksKeepsEveryOutputBit_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("before");
        QTest::addColumn<QStringList>("rules");
        const auto add = [](const char* parametrization, const char* before,
                            const QStringList& rules) {
            QTest::addRow("%s %s → %s", parametrization, before, qPrintable(rules.join("; ")))
                << parametrization << before << rules;
        };
        add("factored", "*: tied", {"*: merged"});
        add("factored", "*: tied", {"*: merged by product"});
        add("factored", "*: tied", {"dec*: factors shared"});
        add("factored", "*: tied", {"enc1.1: separate"});
        add("factored", "*: tied", {"*: norm {segmentation} | {depth} | {normal}"});
        add("factored", "*: merged", {"dec1.1: factors shared"}); // taken apart below
        add("factored", "*: {segmentation, depth} | {normal} merged", {"*: merged"});
        add("factored", "*: {segmentation, depth} | {normal} separate", {"*: separate"});
        add("plain", "*: tied", {"dec*: separate"});
        add("expand", "*: tied", {"*: merged"});
        add("do-conv", "*: tied", {"dec2.1: D {segmentation} | {depth, normal}"});
        add("chain", "*: tied", {"*: merged"});
        add("repvgg", "*: tied", {"*: norm {segmentation} | {depth} | {normal}"});
        add("repvgg", "*: {segmentation, depth} | {normal} separate", {"*: separate"});
    }

    void partingTasksKeepsEveryOutputBit() {
        QFETCH(QString, parametrization);
        QFETCH(QString, before);
        QFETCH(QStringList, rules);
        ExperimentSpec spec = tinySpec(parametrization.toStdString(), before.toStdString());
        Network network = trained(spec);
        // A merged layer that is taken apart stops being the mean of its copies: equal outputs
        // can be asked for where the copies are equal.
        if (before == "*: merged")
            network = changed(changed(network, spec, {"*: tied"}), spec, {"*: merged"});
        Texts texts;
        for (const QString& rule : rules)
            texts.push_back(rule.toStdString());
        const Network after = changed(network, spec, texts);
        QVERIFY(after.design().plan != network.design().plan);
        for (const bool training : {false, true}) {
            const auto left = outputs(network, training), right = outputs(after, training);
            for (std::size_t t = 0; t < 3; ++t)
                QVERIFY(sameBits(left[t], right[t]));
        }
    }

    void partsHaveCopiesOfWhatTheyHadAndOfItsMoments() {
        const ExperimentSpec spec = tinySpec("factored", "*: tied");
        const Network before = trained(spec);
        const Network after = changed(before, spec, {"*: merged"});
        const Parameter& source = parameterNamed(before, std::string("dec1.1/M/") + all);
        QVERIFY(source.state.at("adam.m").abs().max().item<double>() > 0);
        for (const char* task : {"segmentation", "depth", "normal"}) {
            const Parameter& part = parameterNamed(after, std::string("dec1.1/M/") + task);
            QVERIFY(sameBits(part.value, source.value));
            for (const char* moment : {"adam.m", "adam.v", "adam.t"})
                QVERIFY(sameBits(part.state.at(moment), source.state.at(moment)));
            // Copies: an optimizer writes into them.
            QVERIFY(part.state.at("adam.m").data_ptr() != source.state.at("adam.m").data_ptr());
            QVERIFY(part.value.requires_grad() && part.value.is_leaf());
        }
        QCOMPARE(parameterNamed(after, std::string("dec1.1/U/") + all).value.data_ptr<float>()[0],
                 parameterNamed(before, std::string("dec1.1/U/") + all).value.data_ptr<float>()[0]);
    }

    void aCorePartedIntoAProductKeepsItsOutputsAndTheFirstItsMoments() {
        const ExperimentSpec spec = tinySpec("factored", "*: tied");
        const Network before = trained(spec);
        const Network after = changed(before, spec, {"*: merged by product"});
        const Parameter& source = parameterNamed(before, std::string("dec1.1/M/") + all);
        const Parameter& first = parameterNamed(after, "dec1.1/M/segmentation");
        QVERIFY(sameBits(first.value, source.value));
        QVERIFY(sameBits(first.state.at("adam.m"), source.state.at("adam.m")));
        for (const char* task : {"depth", "normal"}) {
            const Parameter& part = parameterNamed(after, std::string("dec1.1/M/") + task);
            QVERIFY(sameBits(part.value.detach(), torch::eye(part.value.size(0))));
            QVERIFY(part.state.empty());
        }
    }

    void aProductThatEndsIsTheProductForAll_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("group");
        QTest::newRow("tied") << "*: tied" << QString(all);
        QTest::newRow("factors shared") << "*: factors shared"
                                        << "depth";
    }

    void aProductThatEndsIsTheProductForAll() {
        QFETCH(QString, rule);
        QFETCH(QString, group);
        const ExperimentSpec spec = tinySpec("factored", "*: merged by product");
        Network before = trained(spec);
        const Network after = changed(before, spec, {rule.toStdString()});
        const auto core = [&](const char* task) {
            return parameterNamed(before, std::string("dec1.1/M/") + task).value.detach();
        };
        const torch::Tensor product = core("segmentation").mm(core("depth")).mm(core("normal"));
        QVERIFY(sameBits(parameterNamed(after, "dec1.1/M/" + group.toStdString()).value.detach(),
                         product));
    }

    void joinedTasksHaveTheMeanByTheirNumber() {
        const ExperimentSpec spec =
            tinySpec("factored", "*: {segmentation, depth} | {normal} separate");
        const Network before = trained(spec);
        const Network after = changed(before, spec, {"*: tied"});
        const auto mean = [](const torch::Tensor& two, const torch::Tensor& one) {
            return (two.to(torch::kFloat64) * 2 + one.to(torch::kFloat64)) / 3;
        };
        for (const char* what : {"U", "M", "bias", "norm.weight"}) {
            const std::string prefix = std::string("enc2.1/") + what + "/";
            const Parameter& two = parameterNamed(before, prefix + "segmentation+depth");
            const Parameter& one = parameterNamed(before, prefix + "normal");
            const Parameter& joined = parameterNamed(after, prefix + all);
            QVERIFY(relativeDifference(joined.value, mean(two.value, one.value)) < 1e-6);
            for (const char* moment : {"adam.m", "adam.v"})
                QVERIFY(relativeDifference(joined.state.at(moment),
                                           mean(two.state.at(moment), one.state.at(moment)))
                        < 1e-6);
            QCOMPARE(joined.state.at("adam.t").item<std::int64_t>(), std::int64_t{3});
        }
        // Running statistics: the mean, and E[x²] = σ² + μ².
        const auto b = before.namedTensors(), a = after.namedTensors();
        const auto statistic = [](const auto& of, const char* what, const char* group) {
            return of.at(std::string("enc2.1/norm.") + what + "/" + group).to(torch::kFloat64);
        };
        const torch::Tensor m2 = statistic(b, "mean", "segmentation+depth");
        const torch::Tensor m1 = statistic(b, "mean", "normal");
        const torch::Tensor expectedMean = mean(m2, m1);
        const torch::Tensor square = mean(statistic(b, "var", "segmentation+depth") + m2.square(),
                                          statistic(b, "var", "normal") + m1.square());
        QVERIFY(relativeDifference(statistic(a, "mean", all), expectedMean) < 1e-6);
        QVERIFY(relativeDifference(statistic(a, "var", all), square - expectedMean.square())
                < 1e-5);
    }

    void partingAndJoiningAtOnceIsAsIfNothingHadBeen() {
        const ExperimentSpec spec = tinySpec("factored", "*: tied");
        const Network before = trained(spec);
        const Network back = changed(changed(before, spec, {"*: separate"}), spec, {"*: tied"});
        QVERIFY(back.design().plan == before.design().plan);
        for (std::size_t i = 0; i < before.parameters().size(); ++i) {
            const Parameter& left = before.parameters()[i];
            const Parameter& right = back.parameters()[i];
            QVERIFY2(sameBits(left.value, right.value), left.name.c_str());
            for (const auto& [name, tensor] : left.state)
                QVERIFY2(sameBits(tensor, right.state.at(name)), left.name.c_str());
        }
    }

    void aRequestedChangeIsRepeatedByItsSpec() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.train.previews = 0;
        Training asked(spec);
        asked.after(2, [](RunControl& control) {
            control.changePlan({"dec*: separate"});
            control.changePlan({"enc2.1: M {segmentation} | {depth, normal}"});
        });
        QVERIFY(asked.run().has_value());
        QCOMPARE(asked.record.plans.size(), 2U);
        QCOMPARE(asked.record.plans[1].position.step, std::int64_t{2});
        QCOMPARE(asked.record.plans[1].done, 2U);
        QVERIFY(asked.record.notices.empty());
        // Three kernels ship where there was one.
        QVERIFY(asked.record.plans[0].collapsedParameters
                > asked.record.starts[0].collapsedParameters);
        // Each has its way back.
        QVERIFY(std::ranges::any_of(asked.record.checkpoints, [](const CheckpointEvent& event) {
            return event.position.step == 2;
        }));
        Training repeated(asked.record.plans[1].spec);
        QVERIFY(repeated.run().has_value());
        QVERIFY(sameCourse(asked.record, repeated.record));
        QVERIFY(sameTensors(asked.lastCheckpoint(), repeated.lastCheckpoint()));
        // And it did change something.
        Training without(spec);
        QVERIFY(without.run().has_value());
        QVERIFY(!sameCourse(asked.record, without.record));
    }

    void theNetworksOneFactorStaysWhereALayerHasItAlready() {
        const auto specWith = [](const char* layers) {
            ExperimentSpec spec = tinySpec("plain", "*: tied");
            spec.network.kernels.push_back({.layers = layers, .method = {"polytropon"}});
            return withCompleteOptions(std::move(spec), catalogue());
        };
        Network before = networkFor(specWith("enc*"));
        scrambleFactors(before, 3);
        std::size_t ofNetwork = 0;
        for (Parameter& parameter : before.parameters())
            if (parameter.name.starts_with("network/")) {
                parameter.state["adam.m"] = torch::full_like(parameter.value.detach(), 0.25);
                ++ofNetwork;
            }
        QVERIFY(ofNetwork > 0);
        const auto after = before.replanned(designFor(specWith("*")));
        QVERIFY(after.has_value());
        for (const Parameter& parameter : before.parameters()) {
            if (!parameter.name.starts_with("network/"))
                continue;
            const auto now =
                std::ranges::find(after->parameters(), parameter.name, &Parameter::name);
            QVERIFY(now != after->parameters().end());
            QVERIFY(sameBits(now->value.detach(), parameter.value.detach()));
            QVERIFY(sameBits(now->state.at("adam.m"), parameter.state.at("adam.m")));
        }
    }

    void rulesThatAreAskedForTogetherAreOneChange() {
        ExperimentSpec spec = tinySpec("factored", "*: separate");
        spec.train.previews = 0;
        // The kernel is made anew from what the rule before it makes one.
        const Texts rules{"dec*: tied", "dec*: kernel plain", "dec9: tied", "enc2*: freeze"};
        Training asked(spec);
        asked.after(2, [&](RunControl& control) { control.changePlan(rules); });
        QVERIFY(asked.run()->state == RunState::Finished);
        QCOMPARE(asked.record.notices.size(), 1U); // of the layer that is not there
        QCOMPARE(asked.record.plans.size(), 1U);
        const ExperimentSpec& changed = asked.record.plans[0].spec;
        QCOMPARE(changed.network.planChanges,
                 Texts{"2: dec*: tied; dec*: kernel plain; enc2*: freeze"});
        QCOMPARE(asked.record.plans[0].done, 1U);
        QVERIFY(asked.record.plans[0].lossBefore && asked.record.plans[0].lossAfter);
        Training repeated(changed);
        QVERIFY(repeated.run().has_value());
        QVERIFY(sameCourse(asked.record, repeated.record));
        QVERIFY(sameTensors(asked.lastCheckpoint(), repeated.lastCheckpoint()));
        // As one after the other, before one step.
        ExperimentSpec apart = spec;
        apart.network.planChanges = {"2: dec*: tied", "2: dec*: kernel plain", "2: enc2*: freeze"};
        Training three(apart);
        QVERIFY(three.run().has_value());
        QCOMPARE(three.record.plans.size(), 3U);
        QVERIFY(sameCourse(asked.record, three.record));
        QVERIFY(sameTensors(asked.lastCheckpoint(), three.lastCheckpoint()));
    }

    void aChangeThatIsAskedForBeforeTheEndIsMadeByTheResumedRun_data() {
        QTest::addColumn<bool>("paused");
        QTest::newRow("and the run ends") << false;
        QTest::newRow("while it is paused") << true;
    }

    void aChangeThatIsAskedForBeforeTheEndIsMadeByTheResumedRun() {
        QFETCH(bool, paused);
        ExperimentSpec spec = tinySpec("factored", "*: tied");
        spec.train.previews = 0;
        Training first(spec);
        if (paused) {
            first.after(2, [](RunControl& control) { control.pause(); });
            first.record.onState = [&](const StateEvent& event) {
                if (event.state != RunState::Paused || !first.record.plans.empty())
                    return;
                first.control.changePlan({"dec*: separate"});
                first.control.suspend();
            };
        } else {
            first.after(2, [](RunControl& control) {
                control.changePlan({"dec*: separate"});
                control.suspend();
            });
        }
        QVERIFY(first.run()->state == RunState::Paused);
        QCOMPARE(first.record.plans.size(), 1U);
        const ExperimentSpec changed = first.record.plans[0].spec;
        QCOMPARE(changed.network.planChanges, Texts{"2: dec*: separate"});
        Training second(changed);
        second.request.resumeAt = first.lastCheckpoint();
        QVERIFY(second.run()->state == RunState::Finished);
        Training whole(changed);
        QVERIFY(whole.run().has_value());
        QVERIFY(sameTensors(second.lastCheckpoint(), whole.lastCheckpoint()));
    }

    void plannedChangesComeInTheirTurnBehindThoseThatWereAskedFor() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.train.previews = 0;
        spec.network.planChanges = {"4: *: tied"};
        Training asked(spec);
        asked.after(2, [](RunControl& control) { control.changePlan({"dec*: separate"}); });
        QVERIFY(asked.run().has_value());
        QVERIFY(asked.record.notices.empty());
        QCOMPARE(asked.record.plans.size(), 2U);
        QCOMPARE(asked.record.plans[0].position.step, std::int64_t{2});
        QCOMPARE(asked.record.plans[1].position.step, std::int64_t{4});
        QCOMPARE(asked.record.plans[1].spec.network.planChanges,
                 (Texts{"2: dec*: separate", "4: *: tied"}));
    }

    void aChangeThatCannotBeIsReportedAndNothingElse_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("code");
        QTest::newRow("syntax") << "dec twisted" << "sharing.syntax";
        QTest::newRow("layer") << "dec9.*: merged" << "sharing.no_layer";
        QTest::newRow("task") << "*: M {flow} | {depth}" << "sharing.unknown_task";
        QTest::newRow("nothing") << "*: tied" << "plan_change.nothing";
    }

    void aChangeThatCannotBeIsReportedAndNothingElse() {
        QFETCH(QString, rule);
        QFETCH(QString, code);
        ExperimentSpec spec = tinySpec("factored", "*: tied");
        spec.train.previews = 0;
        Training asked(spec), plain(spec);
        asked.after(2, [&](RunControl& control) { control.changePlan({rule.toStdString()}); });
        QVERIFY(asked.run()->state == RunState::Finished);
        QVERIFY(plain.run().has_value());
        QCOMPARE(asked.record.notices.size(), 1U);
        QCOMPARE(asked.record.notices[0].code, code.toStdString());
        QVERIFY(asked.record.plans.empty());
        QVERIFY(sameCourse(asked.record, plain.record));
    }
};

QTEST_GUILESS_MAIN(ReplanTest)
#include "tst_replan.moc"
