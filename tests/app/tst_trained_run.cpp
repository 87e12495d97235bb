// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/trained_run.h"
#include "core/catalogue.h"
#include "core/model/costs.h"
#include "core/model/validate.h"

#include <QTest>

using namespace concertina;

class TrainedRunTest : public QObject {
    Q_OBJECT

    static ExperimentSpec spec() {
        ExperimentSpec spec;
        spec.tasks = {{{"segmentation"}, 1.0}, {{"depth"}, 1.0}};
        spec.network.backbone = {"segnet", {{"channels", {6, 8}}, {"convolutions", {1, 2}}}};
        return withCompleteOptions(spec, catalogue());
    }

    /// A target as a run keeps it.
    static Json target(const char* name, int classes) {
        Json json = {{"name", name}, {"kind", "classes"}, {"classes", Json::array()}};
        for (int i = 0; i < classes; ++i)
            json["classes"].push_back({{"name", "class"}, {"color", {0, 0, 0}}});
        return json;
    }

    static double parametersWith(const std::vector<Json>& targets) {
        RunRecord run;
        run.dataset = {{"name", "any"}, {"targets", targets}};
        run.plan = toJson(designNetwork(spec(), catalogue(), std::vector{1, 1}).design.plan);
        const auto design = designOf(run, spec());
        return design ? networkCosts(*design, {}).collapsedParameters : -1;
    }

private Q_SLOTS:
    void classesOfTargetsThatNoTaskLearnsCostNothing() {
        const Json depth = {{"name", "depth"}, {"kind", "depth"}};
        const double five = parametersWith({target("segmentation", 5), depth});
        const double nine = parametersWith({target("segmentation", 9), depth});
        // The last layer of a head is 1 × 1: its six channels and the bias, for each class.
        QCOMPARE(nine - five, 4.0 * (6 + 1));
        QCOMPARE(parametersWith({target("parts", 40), target("segmentation", 5), depth}), five);
        QCOMPARE(parametersWith({target("segmentation", 5), depth, target("parts", 40)}), five);
    }

    void aFolderIsForRunsOnDataOfFiles() {
        RunRecord run;
        run.spec = toJson(spec()); // on rooms, which makes its samples
        const auto refused = specOf(run, DataFolder("elsewhere"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, std::string("dataset.path"));
        const auto whole = specOf(run, DataFolder("elsewhere", false));
        QVERIFY2(whole, whole ? "" : toText(whole.error()).c_str());
        QCOMPARE(whole->data.dataset, spec().data.dataset);
    }

    void aRunThatHasNotBegunHasNoPlan() {
        const auto design = designOf({}, spec());
        QVERIFY(!design);
        QCOMPARE(design.error().code, std::string("plan.json"));
    }
};

QTEST_GUILESS_MAIN(TrainedRunTest)
#include "tst_trained_run.moc"
