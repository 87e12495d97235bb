// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/head_outputs.h"
#include "tests/model/test_catalogue.h"

#include <QTest>

using namespace concertina;

class HeadOutputsTest : public QObject {
    Q_OBJECT

    static std::vector<int> outputs(const ClassCounts& classes, int unknown = 1) {
        return headOutputs(testSpec(), testCatalogue(), classes, unknown);
    }

    /// As a run keeps it.
    static Json target(const char* name, int classes) {
        Json json = {{"name", name}, {"kind", "classes"}, {"classes", Json::array()}};
        for (int i = 0; i < classes; ++i)
            json["classes"].push_back({{"name", "class"}, {"color", {0, 0, 0}}});
        return json;
    }

private Q_SLOTS:
    void aHeadHasTheClassesOfItsOwnTarget() {
        const std::vector<int> own{5, 1, 3};
        QCOMPARE(outputs({{"segmentation", 5}, {"depth", 0}, {"normal", 0}}), own);
        // Whatever else the dataset has, before it or behind it, larger or smaller.
        QCOMPARE(outputs({{"parts", 40}, {"segmentation", 5}, {"surfaces", 2}}), own);
    }

    void whatIsNotKnownIsWhatTheCallerAssumes() {
        QCOMPARE(outputs({}, 13), (std::vector<int>{13, 1, 3}));
        QCOMPARE(outputs({{"parts", 40}}, 13), (std::vector<int>{13, 1, 3}));
        QVERIFY(lacksClasses({.method = {"segmentation", {}}}, testCatalogue(), {{"parts", 40}}));
        QVERIFY(!lacksClasses({.method = {"segmentation", {}}}, testCatalogue(),
                              {{"segmentation", 2}}));
        QVERIFY(!lacksClasses({.method = {"depth", {}}}, testCatalogue(), {}));
    }

    void aRunsDatasetHasTheClassesOfEachTarget() {
        const Json dataset = {{"name", "two kinds"},
                              {"targets",
                               {target("parts", 40), target("segmentation", 5),
                                Json{{"name", "depth"}, {"kind", "depth"}}}}};
        QVERIFY((classCounts(dataset)
                 == ClassCounts{{"parts", 40}, {"segmentation", 5}, {"depth", 0}}));
    }

    void whatCannotBeReadOfADatasetIsLeftOut() {
        QVERIFY(classCounts(Json()).empty());
        QVERIFY(classCounts(Json::array({1, 2})).empty());
        QVERIFY(classCounts({{"targets", "none"}}).empty());
        QVERIFY((classCounts({{"targets", {7, Json{{"name", 3}}, Json{{"name", "depth"}}}}})
                 == ClassCounts{{"depth", 0}}));
    }
};

QTEST_APPLESS_MAIN(HeadOutputsTest)

#include "tst_head_outputs.moc"
