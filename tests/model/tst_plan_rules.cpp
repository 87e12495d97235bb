// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_rules.h"
#include "core/values/text.h"
#include "tests/model/labelings.h"
#include "tests/model/toy_layers.h"
#include "tests/printing.h"

#include <QTest>

#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

const Texts tasks{"a", "b", "c", "d"};
/// A bank that rests from the start, and a core that each task has.
LayerFactors bank(const std::string& layer) {
    return {layer,
            {{.name = "M", .shape = {4}, .core = true, .owner = FactorOwner::EachTask},
             {.name = "W", .shape = {4}, .frozen = true}}};
}

const std::vector<LayerFactors> layers{factored("enc1.1"), factored("enc1.2"), plain("enc2.1"),
                                       factored("dec1.1"), plain("dec1.2"),    bank("dec2.1")};

Texts rewritten(const Texts& rules) {
    const PlanResolution resolved = resolvePlan(rules, layers, tasks, "");
    return resolved.problems.empty() ? rulesOf(resolved.plan, layers)
                                     : Texts{resolved.problems.front().code};
}

} // namespace

class PlanRulesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void statesAreWrittenAsAPersonWould() {
        for (const Texts& rules :
             {Texts{"*: tied"}, Texts{"*: separate"}, Texts{"*: tied", "*: rest"},
              Texts{"*: tied", "dec1.1: factors shared"},
              Texts{"*: {a, b} | {c, d} separate", "enc1.1: {a} | {b, c, d} merged"},
              Texts{"*: tied", "enc1.2: tied", "enc1.2: M {a} | {b, c, d}",
                    "enc1.2: norm {a} | {b} | {c} | {d}", "enc1.1: freeze U",
                    "enc1.1: freeze norm"}})
            QVERIFY2(resolvePlan(rewritten(rules), layers, tasks, "").plan
                         == resolvePlan(rules, layers, tasks, "").plan,
                     join(rules, "; ").c_str());
        QCOMPARE(rewritten({"*: tied", "dec1.1: factors shared"}),
                 (Texts{"*: tied", "dec1.1: factors shared"}));
        QCOMPARE(rewritten({"*: tied", "dec2.1: unfreeze"}),
                 (Texts{"*: tied", "dec2.1: unfreeze W"}));
        QCOMPARE(rewritten({"*: {b, a} | {c, d} separate", "*: rest"}),
                 (Texts{"*: {a, b} | {c, d} separate", "*: rest"}));
    }

    void anyPlanIsWhatItsRulesSay() {
        std::mt19937 random(3);
        const auto any = allLabelings(4);
        for (int round = 0; round < 3000; ++round) {
            SharingPlan plan = resolvePlan(Texts{}, layers, tasks, "").plan;
            // Few different partitions, or no two layers would ever be alike.
            const std::size_t kinds = round % 2 == 0 ? 2 : any.size();
            const auto partition = [&] { return fromLabels(any[random() % kinds]); };
            for (std::size_t i = 0; i < plan.layers.size(); ++i) {
                LayerPlan& layer = plan.layers[i];
                for (Partition& own : layer.partitions)
                    own = partition();
                layer.bias = partition();
                layer.norm = partition();
                layer.merged = layers[i].hasCore() && random() % 3 == 0;
                layer.frozen.clear();
                for (const std::string& part : layer.factors)
                    if (random() % 3 == 0)
                        layer.frozen.push_back(part);
                for (const char* part : {"bias", "norm", "statistics"})
                    if (random() % 3 == 0)
                        layer.frozen.emplace_back(part);
            }
            const Texts rules = rulesOf(plan, layers);
            const PlanResolution read = resolvePlan(rules, layers, tasks, "");
            QVERIFY2(read.problems.empty(), toText(read.problems).c_str());
            for (std::size_t i = 0; i < plan.layers.size(); ++i)
                QVERIFY2(read.plan.layers[i] == plan.layers[i],
                         (join(rules, "\n") + "\n" + jsonText(toJson(read.plan)["layers"][i]) + "\n"
                          + jsonText(toJson(plan)["layers"][i]))
                             .c_str());
        }
    }

    void oneTaskIsTiedEverywhere() {
        const Texts by{"a"};
        const SharingPlan plan = resolvePlan(Texts{"*: freeze"}, layers, by, "").plan;
        QCOMPARE(rulesOf(plan, layers), (Texts{"*: tied", "*: freeze"}));
    }
};

QTEST_APPLESS_MAIN(PlanRulesTest)
#include "tst_plan_rules.moc"
