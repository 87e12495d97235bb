// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_rules.h"
#include "core/model/rules_between.h"
#include "core/values/text.h"
#include "tests/printing.h"

#include <QTest>

#include <random>

using namespace concertina;

namespace {

const Texts tasks{"segmentation", "depth", "normal"};

const Texts names{"enc1.1", "enc1.2", "enc2.1", "enc2.2", "dec2.1", "dec2.2", "dec1.1", "dec1.2"};

/// Every third kernel is plain; every fourth rests in part from its start.
std::vector<LayerFactors> network() {
    std::vector<LayerFactors> layers;
    for (std::size_t i = 0; i < names.size(); ++i) {
        LayerFactors layer{names[i],
                           {{"U", {8, 8}, false}, {"M", {8, 8}, true}, {"V", {8, 72}, false}}};
        if (i % 3 == 2)
            layer.factors = {{"W", {8, 8, 3, 3}, false}};
        else if (i % 4 == 3)
            layer.factors.back().frozen = true;
        layers.push_back(std::move(layer));
    }
    return layers;
}

SharingPlan planOf(const Texts& rules) {
    const auto resolved = resolvePlan(rules, network(), tasks, "");
    if (!resolved.problems.empty())
        qFatal("%s", toText(resolved.problems).c_str());
    return resolved.plan;
}

/// A few rules, each of any kind, for layers that can have them.
Texts randomRules(std::mt19937& random) {
    const auto one = [&](const Texts& of) {
        return of[std::uniform_int_distribution<std::size_t>(0, of.size() - 1)(random)];
    };
    Texts rules;
    for (int count = std::uniform_int_distribution<int>(0, 5)(random); count > 0; --count) {
        const std::string factored = one({"enc1*", "enc2.2", "dec2.1", "dec1*"});
        rules.push_back(
            one({one({"*", "enc*", "dec*", "dec2.*", one(names)}) + ": "
                     + one({"tied", "separate", "{segmentation, depth} | {normal} separate", "rest",
                            "freeze", "unfreeze", "bias {segmentation} | {depth, normal}",
                            "norm {normal} | {segmentation, depth}", "freeze norm"}),
                 std::string("enc1.1: ")
                     + one({"merged", "merged by product", "factors shared",
                            "M {depth} | {segmentation, normal}", "freeze M", "unfreeze U",
                            "{segmentation} | {depth, normal} merged"})}));
    }
    return rules;
}

} // namespace

class RulesBetweenTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theyLeadFromOnePlanToTheOther() {
        std::mt19937 random(7);
        const auto layers = network();
        int differing = 0;
        for (int i = 0; i < 500; ++i) {
            const Texts first = randomRules(random), second = randomRules(random);
            const SharingPlan before = planOf(first), after = planOf(second);
            Texts all = first;
            for (const std::string& rule : rulesBetween(before, after, layers))
                all.push_back(rule);
            QCOMPARE(planOf(all), after);
            differing += before == after ? 0 : 1;
        }
        QVERIFY(differing > 300);
    }

    void equalPlansNeedNone() {
        const SharingPlan plan = planOf({"enc*: separate", "dec*: freeze"});
        QCOMPARE(rulesBetween(plan, plan, network()), Texts{});
    }

    void whatChangesAlikeIsOneRule() {
        const SharingPlan tied = planOf({"*: tied"});
        QCOMPARE(rulesBetween(tied, planOf({"dec*: separate"}), network()),
                 Texts{"dec*: separate"});
        QCOMPARE(
            rulesBetween(tied, planOf({"*: {segmentation} | {depth, normal} separate"}), network()),
            Texts{"*: {segmentation} | {depth, normal} separate"});
        QCOMPARE(rulesBetween(planOf({"dec1.*: separate"}), tied, network()),
                 Texts{"dec1.*: tied"});
        QCOMPARE(rulesBetween(tied, planOf({"enc1.*: freeze"}), network()),
                 Texts{"enc1.*: freeze"});
        QCOMPARE(rulesBetween(tied, planOf({"dec2.*: freeze norm"}), network()),
                 Texts{"dec2.*: freeze norm"});
        QCOMPARE(rulesBetween(planOf({"enc1.*: rest"}), tied, network()),
                 Texts{"enc1.*: unfreeze"});
    }
};

QTEST_GUILESS_MAIN(RulesBetweenTest)
#include "tst_rules_between.moc"
