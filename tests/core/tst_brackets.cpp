// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/design_brackets.h"
#include "core/model/validate.h"
#include "core/training/calibrate.h"
#include "core/training/checkpoint.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

ExperimentSpec specWith(Bracketing bracketing, std::vector<std::string> brackets = {}) {
    ExperimentSpec spec = tinySpec("factored", "*: merged");
    spec.network.bracketing = bracketing;
    spec.network.brackets = std::move(brackets);
    spec.train.previews = 0;
    return spec;
}

/// "CODE PATH" of what is wrong with a spec's brackets.
std::vector<std::string> problemsOf(const ExperimentSpec& spec) {
    const std::vector<int> outputs{14, 1, 3};
    std::vector<std::string> problems;
    for (const Problem& problem : designNetwork(spec, catalogue(), outputs).problems)
        problems.push_back(problem.code + " " + problem.path);
    return problems;
}

} // namespace

class BracketsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void arulesLayersRunAsItSaysAndOthersAsTheyWould() {
        const auto words =
            bracketingWords(designFor(specWith(Bracketing::Run, {"enc*: U·M | V", "enc2.2: U·M·V"})));
        QCOMPARE(words, (std::vector<std::string>{"enc1.1 enc2.1: U·M | V",
                                                  "dec2.1 dec2.2 dec1.1: U | M | V"}));
    }

    void wrongRulesAreTold() {
        using Told = std::vector<std::string>;
        QCOMPARE(problemsOf(specWith(Bracketing::Cheapest, {"enc*: U·M | V"})), Told{});
        QCOMPARE(problemsOf(specWith(Bracketing::Cheapest, {"enc*: U·M | V", "enc9.*: U | M·V"})),
                 Told{"brackets.no_layer network.brackets.1"});
        QCOMPARE(problemsOf(specWith(Bracketing::Cheapest, {"enc*: U·V"})),
                 Told{"brackets.factors network.brackets.0"});
        QCOMPARE(problemsOf(specWith(Bracketing::Cheapest, {"enc*"})),
                 Told{"brackets.syntax network.brackets.0"});
        // A grouped or spatial matrix is multiplied out, whatever is said.
        ExperimentSpec spatial = specWith(Bracketing::Cheapest, {"enc2.*: U·M | V"});
        spatial.network.kernels.front().method.options["matricization"] = "spatial";
        QCOMPARE(problemsOf(withCompleteOptions(spatial, catalogue())),
                 Told{"brackets.factors network.brackets.0"});
    }

    void arulesKernelMayBecomeAnother() {
        // A change in training is not refused for the sake of brackets that are not needed any more.
        ExperimentSpec spec = specWith(Bracketing::Cheapest, {"enc1.1: U·M | V"});
        spec.network.sharing = {"*: tied"};
        spec.network.planChanges = {"2: enc1.1: kernel plain"};
        QCOMPARE(problemsOf(spec), std::vector<std::string>{});
        Training training(spec);
        QVERIFY(training.run().has_value());
        QCOMPARE(training.record.plans.size(), std::size_t(1));
    }

    void calibrationFixesEveryLayerThatCanRun() {
        const NetworkDesign design = designFor(specWith(Bracketing::Calibrate));
        const auto rules =
            calibratedBrackets(design, specWith(Bracketing::Calibrate).train, [] { return false; });
        std::vector<std::string> named;
        for (const std::string& text : rules) {
            const BracketRule rule = parseBracketRule(text).value();
            QVERIFY(rule.hasFactors(design.layers.front().factors.factors));
            named.insert(named.end(), rule.layers.begin(), rule.layers.end());
        }
        QCOMPARE(named, design.plan.layerNames());
        QCOMPARE(problemsOf(specWith(Bracketing::Cheapest, rules)), std::vector<std::string>{});
    }

    void anendEndsTheCalibration() {
        QVERIFY(
            calibratedBrackets(designFor(specWith(Bracketing::Calibrate)), specWith(Bracketing::Calibrate).train, [] {
                return true;
            }).empty());
    }

    void whatWasMeasuredIsPartOfTheRunsSpec() {
        Training training(specWith(Bracketing::Calibrate, {"dec1.1: U | M·V"}));
        QVERIFY(training.run().has_value());
        const ExperimentSpec& spec = training.record.starts.front().spec;
        QCOMPARE(spec.network.bracketing, Bracketing::Cheapest);
        QCOMPARE(spec.network.brackets.back(), "dec1.1: U | M·V"); // what was written comes first
        QVERIFY(spec.network.brackets.size() > 1);
        const auto checkpoint = loadCheckpoint(training.lastCheckpoint());
        QVERIFY(checkpoint.has_value());
        QVERIFY(checkpoint->spec.network == spec.network);
    }

    void arunOfLinksThatGoesOnIsEqualToTheBit() {
        const ExperimentSpec spec = specWith(Bracketing::Cheapest, {"*: U·M | V", "enc2.*: U | M | V"});
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

QTEST_APPLESS_MAIN(BracketsTest)

#include "tst_brackets.moc"
