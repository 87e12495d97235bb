// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_change.h"
#include "core/model/validate.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

namespace {

ExperimentSpec specWith(const Texts& changes) {
    ExperimentSpec spec = testSpec();
    spec.network.kernels = {{"*", {"factored", Json::object()}}};
    spec.network.sharing = {"*: tied"};
    spec.network.planChanges = changes;
    return spec;
}

NetworkDesign designOf(const ExperimentSpec& spec) {
    const std::vector<int> outputs(spec.tasks.size(), 1);
    DesignResult result = designNetwork(spec, testCatalogue(), outputs);
    if (!result.problems.empty())
        qFatal("%s", toText(result.problems).c_str());
    return std::move(result.design);
}

const LayerPlan& layerOf(const NetworkDesign& design, const std::string& name) {
    for (const LayerPlan& layer : design.plan.layers)
        if (layer.layer == name)
            return layer;
    qFatal("no layer %s", name.c_str());
}

} // namespace

class PlanChangeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aChangeIsAStepAndARule() {
        const auto change = parsePlanChange(" 400:dec1.*: {depth} | {normal, segmentation} separate");
        QVERIFY(change.has_value());
        QCOMPARE(change->step, std::int64_t{400});
        QCOMPARE(change->rules, Texts{"dec1.*: {depth} | {normal, segmentation} separate"});
        QVERIFY(parsePlanChange(toText(*change)) == change);
    }

    void severalRulesAreOneChange() {
        const std::string kernel =
            "dec2.*: kernel factored {\"core\": \"a;b\\\"; c\"}";
        const auto change = parsePlanChange("400: dec1.*: separate ;enc1*: freeze; " + kernel);
        QVERIFY(change.has_value());
        // A semicolon in an option's text ends no rule.
        QCOMPARE(change->rules, (Texts{"dec1.*: separate", "enc1*: freeze", kernel}));
        QCOMPARE(toText(*change), "400: dec1.*: separate; enc1*: freeze; " + kernel);
        QVERIFY(parsePlanChange(toText(*change)) == change);
    }

    void anEmptyRuleIsAProblem_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"4: *: merged;", "4: ;*: merged", "4: *: merged;; *: tied", "4: ;"})
            QTest::newRow(text) << text;
    }

    void anEmptyRuleIsAProblem() {
        QFETCH(QString, text);
        const auto change = parsePlanChange(text.toStdString());
        QVERIFY(!change);
        QCOMPARE(change.error().code, std::string("sharing.syntax"));
    }

    void rulesOfAChangeBuildOnEachOther() {
        // The second needs what the first makes: one kernel in place of three that differ.
        const ExperimentSpec spec =
            specWith({"4: *: separate", "9: dec*: tied; dec*: kernel plain", "12: enc1.1: tied"});
        QVERIFY(validate(spec, testCatalogue()).empty());
        const NetworkDesign design = designOf(spec);
        const auto steps = designsOfChange(spec.network, 1, design, testCatalogue());
        QCOMPARE(steps.size(), 2U);
        QCOMPARE(layerOf(steps[0], "dec1.1").factors, (Texts{"U", "M", "V"}));
        QVERIFY(layerOf(steps[0], "dec1.1").kernels() == together(3));
        QVERIFY(steps[1].plan == designAfter(spec.network, 2, design, testCatalogue()).plan);
        QCOMPARE(layerOf(steps[1], "dec1.1").factors, Texts{"W"});
        QCOMPARE(changesBefore(spec.network, 10), 2U);
        QCOMPARE(nextChange(spec.network, 2), std::int64_t{12});
    }

    void aRuleOfAChangeThatCannotBeIsAProblemOfTheChange() {
        const auto problems =
            validate(specWith({"5: *: separate", "9: enc*: tied; dec9.*: merged"}), testCatalogue());
        QCOMPARE(problems.size(), 1U);
        QCOMPARE(problems[0].code, std::string("sharing.no_layer"));
        QCOMPARE(problems[0].path, std::string("network.plan_changes.1"));
    }

    void whatIsAskedForTogetherIsOneChangeWithoutWhatIsRefused() {
        ExperimentSpec spec = specWith({"4: enc1.1: merged"});
        const NetworkDesign now = designAfter(spec.network, 1, designOf(spec), testCatalogue());
        const Problems refused = addRules(
            spec.network, {"dec*: separate", "dec9.*: merged", "enc1.1: merged", "enc2*: merged"}, 7,
            now, testCatalogue());
        QCOMPARE(spec.network.planChanges,
                 (Texts{"4: enc1.1: merged", "7: dec*: separate; enc2*: merged"}));
        QCOMPARE(refused.size(), 2U);
        QCOMPARE(refused[0].code, std::string("sharing.no_layer"));
        QCOMPARE(refused[1].code, std::string("plan_change.nothing"));
        QCOMPARE(addRules(spec.network, {"dec9.*: merged"}, 8, now, testCatalogue()).size(), 1U);
        QCOMPARE(spec.network.planChanges.size(), 2U);
    }

    void whatDoesNotReadIsAProblem_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("code");
        for (const char* text : {"", "merged", "*: merged", "400", "400 *: merged", "-1: *: merged",
                                 "4.5: *: merged", "99999999999999999999: *: merged"})
            QTest::newRow(text) << text << "plan_change.syntax";
        QTest::newRow("no rule") << "4:" << "sharing.syntax";
        QTest::newRow("no state") << "4: dec1.*: twisted" << "sharing.syntax";
    }

    void whatDoesNotReadIsAProblem() {
        QFETCH(QString, text);
        QFETCH(QString, code);
        const auto change = parsePlanChange(text.toStdString());
        QVERIFY(!change);
        QCOMPARE(change.error().code, code.toStdString());
        // In a spec it has its place.
        const auto problems = validate(specWith({text.toStdString()}), testCatalogue());
        QCOMPARE(problems.size(), 1U);
        QCOMPARE(problems[0].path, std::string("network.plan_changes.0"));
    }

    void changesThatTheNetworkCannotHaveAreProblemsOfTheirs_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("code");
        QTest::newRow("no layer") << "9: dec9.*: merged" << "sharing.no_layer";
        QTest::newRow("no factor") << "9: *: Q {segmentation} | {depth, normal}"
                                   << "sharing.unknown_factor";
        QTest::newRow("no task") << "9: *: {flow} | {segmentation, depth, normal} separate"
                                 << "sharing.unknown_task";
        QTest::newRow("a task left out") << "9: *: M {depth} | {normal}" << "sharing.groups";
        QTest::newRow("backwards") << "3: *: merged" << "plan_change.order";
    }

    void changesThatTheNetworkCannotHaveAreProblemsOfTheirs() {
        QFETCH(QString, change);
        QFETCH(QString, code);
        const auto problems =
            validate(specWith({"5: *: separate", change.toStdString()}), testCatalogue());
        QCOMPARE(problems.size(), 1U);
        QCOMPARE(problems[0].code, code.toStdString());
        QCOMPARE(problems[0].path, std::string("network.plan_changes.1"));
    }

    void mergingWhatHasNoCoreIsAProblemOfTheChange() {
        ExperimentSpec spec = specWith({"9: *: merged"});
        spec.network.kernels = {{"*", {"plain", Json::object()}}};
        const auto problems = validate(spec, testCatalogue());
        QCOMPARE(problems.size(), 1U);
        QCOMPARE(problems[0].code, std::string("sharing.no_core"));
        QCOMPARE(problems[0].path, std::string("network.plan_changes.0"));
    }

    void theDesignBeginsWithoutThem() {
        const NetworkDesign design = designOf(specWith({"0: *: merged"}));
        QVERIFY(!design.plan.layers[0].merged);
    }

    void theyBuildOnEachOther() {
        const ExperimentSpec spec = specWith({"4: *: merged", "9: enc1.1: tied"});
        const NetworkDesign design = designOf(spec);
        const NetworkDesign one = designAfter(spec.network, 1, design, testCatalogue());
        QVERIFY(layerOf(one, "enc1.1").merged && layerOf(one, "enc2.1").merged);
        const NetworkDesign both = designAfter(spec.network, 2, design, testCatalogue());
        QVERIFY(!layerOf(both, "enc1.1").merged && layerOf(both, "enc2.1").merged);
        QVERIFY(both.tree.nodes.size() == design.tree.nodes.size()); // one kernel each
    }

    void aChangeToWhatIsThereIsRefused() {
        const ExperimentSpec spec = specWith({});
        const NetworkDesign design = designOf(spec);
        const auto same = withPlanChange(spec.network, {4, {"enc*: tied"}}, design, testCatalogue());
        QVERIFY(!same);
        QCOMPARE(same.error().code, std::string("plan_change.nothing"));
        const auto other = withPlanChange(spec.network, {4, {"enc*: merged"}}, design, testCatalogue());
        QVERIFY(other.has_value());
        QCOMPARE(other->planChanges, Texts{"4: enc*: merged"});
    }

    void aChangeStandsBehindThoseOfItsStepAndBefore() {
        const ExperimentSpec spec = specWith({"4: enc*: merged", "9: *: tied"});
        const NetworkDesign now = designAfter(spec.network, 1, designOf(spec), testCatalogue());
        const auto changed = withPlanChange(spec.network, {4, {"dec*: separate"}}, now, testCatalogue());
        QVERIFY(changed.has_value());
        QCOMPARE(changed->planChanges,
                 (Texts{"4: enc*: merged", "4: dec*: separate", "9: *: tied"}));
    }

    void differencesAreWords() {
        const ExperimentSpec spec =
            specWith({"4: enc1.1: M {segmentation} | {depth, normal}", "5: enc2.*: merged"});
        const NetworkDesign design = designOf(spec);
        QVERIFY(differences(design, design).empty());
        QCOMPARE(differences(design, designAfter(spec.network, 1, design, testCatalogue())),
                 Texts{"enc1.1: M {segmentation} | {depth, normal}, before {segmentation, depth, "
                       "normal}"});
        const auto both = differences(design, designAfter(spec.network, 2, design, testCatalogue()));
        QCOMPARE(both.size(), 2U);
        QVERIFY(both[1].starts_with("enc2.1: M {segmentation} | {depth} | {normal}"));
        QVERIFY(both[1].ends_with("; merged"));
        // What goes the same way is written once.
        const ExperimentSpec apart = specWith({"4: dec2.1: separate"});
        QCOMPARE(differences(design, designAfter(apart.network, 1, design, testCatalogue())),
                 Texts{"dec2.1: U, M, V, bias, norm {segmentation} | {depth} | {normal}, before "
                       "{segmentation, depth, normal}"});
    }

    void restAndKernelsAreChangesAsWell() {
        const ExperimentSpec spec = specWith({"4: enc*: freeze", "6: enc1.1: unfreeze M",
                                              "8: dec*: kernel plain", "9: dec*: separate"});
        QVERIFY(validate(spec, testCatalogue()).empty());
        const NetworkDesign design = designOf(spec);
        const NetworkDesign two = designAfter(spec.network, 2, design, testCatalogue());
        QCOMPARE(layerOf(two, "enc1.1").frozen, (Texts{"U", "V", "bias", "norm"}));
        QCOMPARE(differences(design, two).front(), std::string("enc1.1: frozen: U, V, bias, norm"));
        const NetworkDesign all = designAfter(spec.network, 4, design, testCatalogue());
        QCOMPARE(layerOf(all, "dec1.1").factors, Texts{"W"});
        QVERIFY(layerOf(all, "dec1.1").kernels() == apart(3));
        QVERIFY(changesOutputs(two, all) && !changesOutputs(design, two));
        const NetworkDesign three = designAfter(spec.network, 3, design, testCatalogue());
        QVERIFY(differences(two, three).back().ends_with("kernel plain, before factored"));
        // A checkpoint is older than the changes of its step.
        QCOMPARE(changesBefore(spec.network, 8), 2U);
        QVERIFY(designNetwork(spec, testCatalogue(), std::vector{1, 1, 1}, 4, all.plan).has_value());
        QVERIFY(!designNetwork(spec, testCatalogue(), std::vector{1, 1, 1}, 2, all.plan));
    }

    void kernelsThatCannotBeAreProblemsOfTheChange_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("code");
        QTest::newRow("unknown") << "9: *: kernel twisted" << "method.unknown";
        QTest::newRow("no id") << "9: *: kernel" << "kernel.syntax";
        QTest::newRow("no JSON") << "9: *: kernel plain {core" << "kernel.syntax";
        QTest::newRow("unknown option") << "9: *: kernel plain {\"core\": 1}"
                                        << "method.unknown_option";
        QTest::newRow("no layer") << "9: dec9.*: kernel plain" << "kernels.no_layer";
        // What the rules before it ask for, the new kernel cannot be.
        QTest::newRow("merged") << "9: enc1.1: kernel plain" << "sharing.no_core";
        QTest::newRow("differing kernels") << "9: dec1.1: kernel factored {\"core\": \"diagonal\"}"
                                           << "kernel.shared";
    }

    void kernelsThatCannotBeAreProblemsOfTheChange() {
        QFETCH(QString, change);
        QFETCH(QString, code);
        ExperimentSpec spec = specWith({change.toStdString()});
        spec.network.sharing = {"*: merged", "dec*: factors shared"};
        const auto problems = validate(spec, testCatalogue());
        QCOMPARE(problems.size(), 1U);
        QCOMPARE(problems[0].code, code.toStdString());
        QCOMPARE(problems[0].path, std::string("network.plan_changes.0"));
    }

    void noChangeTouchesWhatRests_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("others join") << "dec1.1: {segmentation} | {depth, normal} separate" << true;
        QTest::newRow("it is joined") << "dec1.1: tied" << false;
        QTest::newRow("another kernel") << "enc1.1: kernel plain" << false;
        QTest::newRow("it is parted") << "enc1.1: separate" << true;
        QTest::newRow("a mean with it") << "enc1.1: merged" << false;
        QTest::newRow("frozen") << "dec*: freeze" << true;
    }

    void noChangeTouchesWhatRests() {
        QFETCH(QString, rule);
        QFETCH(bool, allowed);
        ExperimentSpec spec = specWith({});
        spec.network.initial = "rooms@5";
        spec.network.sharing = {"*: tied", "dec1.1: separate"};
        spec.tasks[0].rests = true;
        const NetworkDesign design = designOf(spec);
        const auto changed =
            withPlanChange(spec.network, {4, {rule.toStdString()}}, design, testCatalogue());
        QCOMPARE(changed.has_value(), allowed);
        if (!allowed)
            QCOMPARE(changed.error().code, std::string("sharing.rests"));
        spec.network.planChanges = {"4: " + rule.toStdString()};
        QCOMPARE(validate(spec, testCatalogue()).empty(), allowed);
        if (allowed)
            QCOMPARE(designAfter(spec.network, 1, design, testCatalogue()).plan.resting,
                     TaskSet{0b001});
    }
};

QTEST_GUILESS_MAIN(PlanChangeTest)
#include "tst_plan_change.moc"
