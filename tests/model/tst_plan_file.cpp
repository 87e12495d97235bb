// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_file.h"
#include "core/model/plan_rules.h"
#include "core/values/text.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

namespace {

const Texts tasks{"segmentation", "depth"};

std::vector<LayerFactors> network(const Texts& names) {
    std::vector<LayerFactors> layers;
    for (const std::string& name : names)
        layers.push_back(
            {name, {{"U", {8, 8}, false}, {"M", {8, 8}, true}, {"V", {8, 72}, false}}});
    return layers;
}

const std::vector<LayerFactors> small = network({"enc1.1", "enc2.1", "dec2.1", "dec1.1"});
const std::vector<LayerFactors> large =
    network({"enc1.1", "enc1.2", "enc2.1", "dec2.1", "dec1.2", "dec1.1"});

SharingPlan planOf(const Texts& rules, const std::vector<LayerFactors>& layers = small) {
    return resolvePlan(rules, layers, tasks, "").plan;
}

} // namespace

class PlanFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPlanComesBackAsItWas() {
        for (const Texts& rules :
             {Texts{}, Texts{"*: merged"}, Texts{"dec*: separate", "enc*: freeze U"},
              Texts{"*: factors shared", "dec1.1: M {segmentation, depth}"}}) {
            const SharingPlan plan = planOf(rules);
            const auto read = planOfFile(planFileText(plan, small), "plan.json", small, tasks);
            QVERIFY2(read, read ? "" : toText(read.error()).c_str());
            QCOMPARE(*read, plan);
        }
    }

    void anotherNetworkTakesItsRules() {
        const std::string text = planFileText(planOf({"dec*: separate"}), small);
        const auto read = planOfFile(text, "plan.json", large, tasks);
        QVERIFY2(read, read ? "" : toText(read.error()).c_str());
        QCOMPARE(*read, planOf({"dec*: separate"}, large));
    }

    void whatIsNoPlanIsRefused_data() {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("code");
        const std::string good = planFileText(planOf({"dec*: separate"}), small);
        const auto with = [&](const std::string& from, const std::string& to) {
            std::string text = good;
            return text.replace(text.find(from), from.size(), to);
        };
        QTest::newRow("empty") << std::string() << std::string("plan_file.json");
        QTest::newRow("truncated")
            << good.substr(0, good.size() / 2) << std::string("plan_file.json");
        QTest::newRow("a list") << std::string("[1, 2]") << std::string("plan_file.format");
        QTest::newRow("another format")
            << with("concertina-plan", "concertina-experiment") << std::string("plan_file.format");
        QTest::newRow("from the future")
            << with("\"version\": 1", "\"version\": 2") << std::string("plan_file.version");
        QTest::newRow("a version that is none")
            << with("\"version\": 1", "\"version\": \"1\"") << std::string("plan_file.version");
        std::string others = good;
        for (const std::string task = "segmentation"; others.find(task) != std::string::npos;)
            others.replace(others.find(task), task.size(), "edges");
        QTest::newRow("other tasks") << others << std::string("plan_file.tasks");
        QTest::newRow("a plan that is none")
            << with("\"plan\": {", "\"plan\": 3, \"was\": {") << std::string("plan.json");
    }

    void whatIsNoPlanIsRefused() {
        QFETCH(std::string, text);
        QFETCH(std::string, code);
        const auto read = planOfFile(text, "mine.json", small, tasks);
        QVERIFY(!read);
        QVERIFY2(read.error().code == code, toText(read.error()).c_str());
        QVERIFY2(toText(read.error()).find("mine.json") != std::string::npos,
                 toText(read.error()).c_str());
    }

    void rulesThatAnotherNetworkCannotHaveAreNamed() {
        std::string text = planFileText(planOf({"dec1.1: separate"}), small);
        const auto others = network({"body1.1", "body1.2"});
        const auto read = planOfFile(text, "mine.json", others, tasks);
        QVERIFY(!read);
        QCOMPARE(read.error().code, std::string("sharing.no_layer"));
    }
};

QTEST_GUILESS_MAIN(PlanFileTest)
#include "tst_plan_file.moc"
