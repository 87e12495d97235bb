// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/design_contraction.h"
#include "core/model/validate.h"
#include "core/training/calibrate.h"
#include "core/training/checkpoint.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

ExperimentSpec specWith(Contraction contraction, std::vector<std::string> order = {}) {
    ExperimentSpec spec = tinySpec("factored", "*: merged");
    spec.network.contraction = contraction;
    spec.network.contractionOrder = std::move(order);
    spec.train.previews = 0;
    return spec;
}

/// "CODE PATH" of what is wrong with a spec's contraction order.
std::vector<std::string> problemsOf(const ExperimentSpec& spec) {
    const std::vector<int> outputs{14, 1, 3};
    std::vector<std::string> problems;
    for (const Problem& problem : designNetwork(spec, catalogue(), outputs).problems)
        problems.push_back(problem.code + " " + problem.path);
    return problems;
}

} // namespace

class ContractionOrderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRulesLayersRunAsItSaysAndOthersAsTheyWould() {
        const auto words = contractionWords(
            designFor(specWith(Contraction::Run, {"enc*: U·M | V", "enc2.2: U·M·V"})));
        QCOMPARE(words, (std::vector<std::string>{"enc1.1 enc2.1: U·M | V",
                                                  "dec2.1 dec2.2 dec1.1: U | M | V"}));
    }

    void wrongRulesAreReported() {
        using Reported = std::vector<std::string>;
        QCOMPARE(problemsOf(specWith(Contraction::Cheapest, {"enc*: U·M | V"})), Reported{});
        QCOMPARE(problemsOf(specWith(Contraction::Cheapest, {"enc*: U·M | V", "enc9.*: U | M·V"})),
                 Reported{"contraction.no_layer network.contraction_order.1"});
        QCOMPARE(problemsOf(specWith(Contraction::Cheapest, {"enc*: U·V"})),
                 Reported{"contraction.factors network.contraction_order.0"});
        QCOMPARE(problemsOf(specWith(Contraction::Cheapest, {"enc*"})),
                 Reported{"contraction.syntax network.contraction_order.0"});
        // A grouped or spatial matrix is multiplied out, whatever is said.
        ExperimentSpec spatial = specWith(Contraction::Cheapest, {"enc2.*: U·M | V"});
        spatial.network.kernels.front().method.options["matricization"] = "spatial";
        QCOMPARE(problemsOf(withCompleteOptions(spatial, catalogue())),
                 Reported{"contraction.factors network.contraction_order.0"});
    }

    void aRulesKernelMayBecomeAnother() {
        // A change in training is not refused for the sake of rules that are not needed any more.
        ExperimentSpec spec = specWith(Contraction::Cheapest, {"enc1.1: U·M | V"});
        spec.network.sharing = {"*: tied"};
        spec.network.planChanges = {"2: enc1.1: kernel plain"};
        QCOMPARE(problemsOf(spec), std::vector<std::string>{});
        Training training(spec);
        QVERIFY(training.run().has_value());
        QCOMPARE(training.record.plans.size(), std::size_t(1));
    }

    void calibrationFixesEveryLayerThatCanRun() {
        const NetworkDesign design = designFor(specWith(Contraction::Calibrate));
        const auto rules = calibratedContractions(design, specWith(Contraction::Calibrate).train,
                                                  [] { return false; });
        std::vector<std::string> named;
        for (const std::string& text : rules) {
            const ContractionRule rule = parseContractionRule(text).value();
            QVERIFY(rule.hasFactors(design.layers.front().factors.factors));
            named.insert(named.end(), rule.layers.begin(), rule.layers.end());
        }
        QCOMPARE(named, design.plan.layerNames());
        QCOMPARE(problemsOf(specWith(Contraction::Cheapest, rules)), std::vector<std::string>{});
    }

    void anEndEndsTheCalibration() {
        QVERIFY(calibratedContractions(designFor(specWith(Contraction::Calibrate)),
                                       specWith(Contraction::Calibrate).train, [] { return true; })
                    .empty());
    }

    void whatWasMeasuredIsPartOfTheRunsSpec() {
        Training training(specWith(Contraction::Calibrate, {"dec1.1: U | M·V"}));
        QVERIFY(training.run().has_value());
        const ExperimentSpec& spec = training.record.starts.front().spec;
        QCOMPARE(spec.network.contraction, Contraction::Cheapest);
        QCOMPARE(spec.network.contractionOrder.back(),
                 "dec1.1: U | M·V"); // what was written comes first
        QVERIFY(spec.network.contractionOrder.size() > 1);
        const auto checkpoint = loadCheckpoint(training.lastCheckpoint());
        QVERIFY(checkpoint.has_value());
        QVERIFY(checkpoint->spec.network == spec.network);
    }

    void aRunOfLinksThatGoesOnIsEqualToTheBit() {
        const ExperimentSpec spec =
            specWith(Contraction::Cheapest, {"*: U·M | V", "enc2.*: U | M | V"});
        Training whole(spec);
        QVERIFY(whole.run().has_value());
        Training first(spec);
        first.after(3, [](RunControl& control) { control.stop(); });
        QVERIFY(first.run().has_value());
        Training second(spec);
        second.request.resumeAt = first.lastCheckpoint();
        QVERIFY(second.run().has_value());
        QCOMPARE(whole.record.steps.size(), std::size_t(6));
        QCOMPARE(second.record.steps.size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(sameValues(second.record.steps[i].values, whole.record.steps[i + 3].values));
    }
};

QTEST_APPLESS_MAIN(ContractionOrderTest)

#include "tst_contraction_order.moc"
