// SPDX-License-Identifier: GPL-3.0-or-later
// What rests in a plan, and what a spec must have for it.
#include "core/model/validate.h"
#include "tests/model/test_catalogue.h"
#include "tests/model/toy_layers.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class RestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatRestsIsPartOfAPlan() {
        const std::vector<LayerFactors> of{factored("l.1"), plain("l.2")};
        const Texts by{"a", "b", "c"};
        SharingPlan plan = resolvePlan(Texts{"*: {a, b} | {c} separate"}, of, by, "").plan;
        const SharingPlan before = plan;
        plan.resting = 0b011;
        QVERIFY(plan.rests(0b001) && plan.rests(0b110) && !plan.rests(0b100));
        QVERIFY(!checkPlan(plan, of, by));
        QVERIFY(planFromJson(toJson(plan)) == plan);
        QVERIFY(planHash(plan) != planHash(before));
        for (const Json& damaged : {Json("a"), Json(3), Json::array({"d"}), Json::array({1})}) {
            Json json = toJson(plan);
            json["resting"] = damaged;
            QCOMPARE(planFromJson(json).error().code, std::string("plan.json"));
        }
        plan.resting = 0b111;
        QCOMPARE(checkPlan(plan, of, by)->code, std::string("sharing.rests"));
    }

    void aMeanWithCopiesThatMoveKeepsNoTaskAtRest() {
        const std::vector<LayerFactors> of{factored("l.1"), plain("l.2")};
        const Texts by{"a", "b", "c"};
        const auto code = [&](const Texts& rules) {
            SharingPlan plan = resolvePlan(rules, of, by, "").plan;
            plan.resting = 0b001;
            const auto problem = checkPlan(plan, of, by);
            return problem ? problem->code + " at " + problem->path : std::string();
        };
        QCOMPARE(code({"l.1: merged"}), std::string("sharing.rests at l.1"));
        QCOMPARE(code({"l.1: merged", "l.1: freeze M"}), std::string());
        QCOMPARE(code({"l.1: {a, b, c} merged"}), std::string()); // one copy: a uses it
        QCOMPARE(code({"l.1: merged", "l.1: freeze M", "l.1: bias {a} | {b, c}"}),
                 std::string("sharing.rests at l.1"));
        QCOMPARE(code({"*: factors shared", "l.2: separate"}), std::string("")); // no mean
    }

    void onlyWhatBeginsFromATrainedNetworkCanRest() {
        ExperimentSpec spec = testSpec();
        spec.tasks[1].rests = true;
        spec.tasks[2].from = "depth";
        QCOMPARE(codesAndPaths(validate(spec, testCatalogue())),
                 (Texts{"tasks.rests at tasks.1.rests", "tasks.from at tasks.2.from"}));
        spec.network.initial = "rooms";
        QVERIFY(validate(spec, testCatalogue()).empty());
        spec.tasks[2].rests = true; // the head that it had, and a new one
        QCOMPARE(codesAndPaths(validate(spec, testCatalogue())),
                 Texts{"tasks.rests at tasks.2.rests"});
        spec.tasks[2].from.clear();
        for (TaskSpec& task : spec.tasks)
            task.rests = true;
        QCOMPARE(codesAndPaths(validate(spec, testCatalogue())), Texts{"sharing.rests at tasks"});
        spec.tasks[0].rests = false;
        spec.network.sharing = {"dec*: merged"};
        QCOMPARE(codesAndPaths(validate(spec, testCatalogue())),
                 Texts{"sharing.rests at network.sharing"});
        spec.network.initial = "rooms sha256:12";
        QCOMPARE(validate(spec, testCatalogue()).front().code, std::string("initial.syntax"));
    }

    void randomKernelsThatNeverMoveAreDoubted() {
        const auto doubted = [](const Texts& rules, const std::string& initial = {}) {
            ExperimentSpec spec = testSpec();
            spec.network.sharing = rules;
            spec.network.initial = initial;
            if (!validate(spec, testCatalogue()).empty())
                return Texts{"not valid"};
            return codesAndPaths(doubts(spec, testCatalogue()));
        };
        const Texts one{"network.frozen_new at network.sharing"};
        QCOMPARE(doubted({"enc*: freeze"}), one);
        QCOMPARE(doubted({"enc*: freeze U"}), one);
        QCOMPARE(doubted({"*: rest"}), one);
        QCOMPARE(doubted({"enc*: freeze"}, "rooms"), Texts{});
        QCOMPARE(doubted({"*: tied"}), Texts{});
        // Norms and biases are drawn as nothing.
        QCOMPARE(doubted({"*: freeze norm", "*: freeze bias"}), Texts{});
    }
};

QTEST_APPLESS_MAIN(RestTest)
#include "tst_rest.moc"
